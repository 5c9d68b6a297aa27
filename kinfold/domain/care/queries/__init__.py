"""What can be asked about care."""
