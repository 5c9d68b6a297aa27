"""Kinfold: a self-hosted people system for group health and therapy practices."""
