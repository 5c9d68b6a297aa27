"""Django's registration of this package."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The clients package."""

    name = "kinfold.domain.clients"
    label = "clients"
