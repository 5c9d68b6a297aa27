"""Django's registration of this package."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """The care package."""

    name = "kinfold.domain.care"
    label = "care"

    def ready(self) -> None:
        """Let archiving clients cancel what they have booked."""
        from . import archiving  # noqa: F401
