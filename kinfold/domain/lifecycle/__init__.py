"""Starting a practice."""
