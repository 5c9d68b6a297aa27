"""Django's registration of the pages, their templates and static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "kinfold.entrypoints.web"
    label = "web"
