"""Sessions, the state of their notes, risk, and figures about all of that."""
