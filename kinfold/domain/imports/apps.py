"""Django's registration of this package."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """The imports package."""

    name = "kinfold.domain.imports"
    label = "imports"
