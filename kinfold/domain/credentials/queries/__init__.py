"""What can be asked about the credentials of a team."""
