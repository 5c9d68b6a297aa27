"""What can happen to the credentials of a team."""
