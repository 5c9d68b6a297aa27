"""Django's registration of this package."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The clients package."""

    name = "kinfold.domain.clients"
    label = "clients"

    def ready(self) -> None:
        """Say what the things of this package are called in the activity of a practice."""
        from . import subjects  # noqa: F401
