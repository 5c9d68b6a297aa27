"""Django's registration of this package."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """The imports package."""

    name = "kinfold.domain.imports"
    label = "imports"

    def ready(self) -> None:
        """Say what the things of this package are called in the activity of a practice."""
        from . import subjects  # noqa: F401
