"""What can happen to records as a whole."""
