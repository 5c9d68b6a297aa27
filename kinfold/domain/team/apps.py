"""Django's registration of this package."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """The team package."""

    name = "kinfold.domain.team"
    label = "team"

    def ready(self) -> None:
        """Say what the things of this package are called in the activity of a practice, and what the worker does."""
        from . import periodic, subjects  # noqa: F401
