"""Django's registration of this package."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """The team package."""

    name = "kinfold.domain.team"
    label = "team"
