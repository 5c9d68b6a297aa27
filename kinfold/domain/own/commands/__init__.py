"""What can happen to a record by those whose it is, and how the practice answers."""
