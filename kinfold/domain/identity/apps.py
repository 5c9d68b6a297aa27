"""The Django application that holds logins."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Logins, sessions, e-mailed links and the counters that slow guessing down."""

    name = "kinfold.domain.identity"
    label = "identity"
    verbose_name = "Logins"
