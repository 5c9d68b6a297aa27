"""What can be asked about billing."""
