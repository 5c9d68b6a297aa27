"""What can be asked about the sign-up page and about requests."""
