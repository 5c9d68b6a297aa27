"""What can happen in care."""
