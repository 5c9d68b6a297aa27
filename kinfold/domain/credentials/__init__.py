"""Licences, malpractice cover, NPI and degree of the team, reminders, and who may take new clients."""
