"""The practice and its settings."""

from django.apps import AppConfig


class PracticesConfig(AppConfig):
    """Practices."""

    name = "kinfold.domain.practices"
    label = "practices"
