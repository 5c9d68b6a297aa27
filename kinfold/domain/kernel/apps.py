"""The kernel: nothing in it knows what a practice does."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    """Secures the tables of a PostgreSQL database after every migration."""

    name = "kinfold.domain.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Row-level security belongs to the schema, so it follows every `migrate`, whoever runs it."""
        from .row_security import secure_tables

        post_migrate.connect(secure_tables, sender=self)
