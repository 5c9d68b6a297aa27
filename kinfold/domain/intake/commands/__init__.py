"""What can happen to the sign-up page and to requests."""
