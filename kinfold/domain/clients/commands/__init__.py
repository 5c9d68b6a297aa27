"""What can happen to clients."""
