"""Outgoing mail: rows that are queued with the change they tell of, and rendered when they are sent."""
