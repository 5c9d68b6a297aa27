"""Django's registration of this package."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The access package."""

    name = "kinfold.domain.access"
    label = "access"
