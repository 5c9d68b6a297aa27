"""Django's registration of this package."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """The credentials package."""

    name = "kinfold.domain.credentials"
    label = "credentials"

    def ready(self) -> None:
        """Say in the activity of a practice what only the worker does."""
        from . import periodic  # noqa: F401
