"""Permission, Role, Actor; @command and @query, the two doors."""
