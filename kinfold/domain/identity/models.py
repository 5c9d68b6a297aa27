"""What is stored about a login, and can never be wrong.

None of these tables belong to a practice: one login may be a member of one practice and a client of
several (SPEC section 1), and it is the same person everywhere.
"""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class LoginManager(BaseUserManager["Login"]):
    """Finds logins by their canonical e-mail address."""

    def get_by_natural_key(self, username: str | None) -> "Login":
        """Django's own name for "the login with this e-mail address"."""
        return self.get(email=username)


class Login(AbstractBaseUser):
    """An identity: a verified e-mail address, a password or passkey, a second factor.

    It carries no rights. What a person may do comes from their memberships, read afresh on every
    request, so there is no `is_staff`, no superuser and no group here. `last_login` is left out
    too: a login is rarely written, and the sessions already say when somebody signed in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.CharField(max_length=254, unique=True)
    full_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_login = None  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects: ClassVar[LoginManager] = LoginManager()

    class Meta:
        """The canonical form is ASCII, so one letter case can be held by the database itself."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="login_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def get_full_name(self) -> str:
        """The name as the person wrote it."""
        return self.full_name
