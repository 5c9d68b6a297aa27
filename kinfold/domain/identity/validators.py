"""The password rules in the form Django and allauth ask for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from kinfold.domain.identity import passwords
from kinfold.domain.identity.queries import has_second_factor


class PasswordRules:
    """The one entry of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise what is wrong with a password, knowing whose it is."""
        about: tuple[str, ...] = ()
        second_factor = False
        if user is not None:
            about = (user.email, user.full_name)
            second_factor = has_second_factor(user.id)
        found = passwords.problems(password, about=about, has_second_factor=second_factor)
        if found:
            raise ValidationError(list(found))

    def get_help_text(self) -> str:
        """What to write beside the field."""
        return (
            f"At least {passwords.LENGTH_ALONE} characters, or {passwords.LENGTH_WITH_SECOND_FACTOR} beside a "
            "second factor. Several words that do not belong together are good."
        )
