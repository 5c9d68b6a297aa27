"""The bench measures what it says, on both databases."""
