"""Clients, their tags, who cares for them, and who may see them."""
