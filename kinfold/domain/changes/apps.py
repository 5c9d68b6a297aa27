"""Django's registration of this package."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """The changes package."""

    name = "kinfold.domain.changes"
    label = "changes"
