"""Django's registration of this package."""

from django.apps import AppConfig


class OwnConfig(AppConfig):
    """What clients do with their own records."""

    name = "kinfold.domain.own"
    label = "own"

    def ready(self) -> None:
        """Say what the things of this package are called in the activity of a practice."""
        from . import subjects  # noqa: F401
