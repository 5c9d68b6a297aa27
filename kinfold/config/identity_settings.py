"""Settings of logins, sessions and allauth. The identity helper fills this in."""

AUTH_USER_MODEL = "identity.Login"
