"""What clients, and guardians who act for them, see and do with their own record."""
