"""Django's registration of this package."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """The care package."""

    name = "kinfold.domain.care"
    label = "care"
