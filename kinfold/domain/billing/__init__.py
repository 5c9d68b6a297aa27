"""What of a session is billed: its service code, the modifier that applies with its proof, and whose NPI."""
