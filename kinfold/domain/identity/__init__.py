"""Logins: who somebody is, how they prove it, and where they are signed in."""
