"""Django's registration of this package."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """The messages package."""

    name = "kinfold.domain.messages"
    label = "outgoing"  # "messages" is taken by Django
