"""What those whose record it is can ask, and the practice about their wishes."""
