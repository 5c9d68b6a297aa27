"""Django's registration of this package."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The records package."""

    name = "kinfold.domain.records"
    label = "records"

    def ready(self) -> None:
        """Add deleting to what can be done to many clients."""
        from . import deleting  # noqa: F401
