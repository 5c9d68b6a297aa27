"""Django's registration of this package."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """The care package."""

    name = "kinfold.domain.care"
    label = "care"

    def ready(self) -> None:
        """Let archiving clients cancel what they have booked, and their list go by their sessions."""
        from . import archiving, ranking  # noqa: F401
