"""All that hangs on a client: how long it is kept, what holds it, and how it is deleted."""
