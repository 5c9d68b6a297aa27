"""Django's registration of this package."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit package."""

    name = "kinfold.domain.audit"
    label = "audit"
