"""What can happen to a team."""
