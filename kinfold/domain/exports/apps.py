"""Django's registration of this package."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """The exports package."""

    name = "kinfold.domain.exports"
    label = "exports"

    def ready(self) -> None:
        """Say what the things of this package are called in the activity of a practice."""
        from . import subjects  # noqa: F401
