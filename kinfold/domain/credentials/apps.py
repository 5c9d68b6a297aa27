"""Django's registration of this package."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """The credentials package."""

    name = "kinfold.domain.credentials"
    label = "credentials"
