"""What can be asked about records as a whole."""
