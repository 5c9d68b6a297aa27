"""Django's registration of this package."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The intake package."""

    name = "kinfold.domain.intake"
    label = "intake"

    def ready(self) -> None:
        """Say what the things of this package are called in the activity of a practice."""
        from . import subjects  # noqa: F401
