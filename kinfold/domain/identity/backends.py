"""Checking a password, and finding the login of a session."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from kinfold.domain.identity.models import Login
from kinfold.domain.kernel.prepared import prepared

_FIELDS = tuple(field.attname for field in Login._meta.concrete_fields)


class LoginBackend(AuthenticationBackend):
    """allauth's backend, by the login's own address only.

    allauth would also accept an address that somebody wants to change to and has not proved yet.
    """

    def _authenticate_by_email(self, email: str, password: str) -> Login | None:
        login = Login.objects.filter(email=email).first()
        checked: Login | None = self._check_password(login, password)
        return checked

    def get_user(self, user_id: UUID) -> Login | None:
        """The login of a session, read afresh on every request."""
        for row in _login(login_id=user_id):
            login = Login.from_db(None, _FIELDS, row)
            return login if login.is_active else None
        return None


@prepared
def _login(*, login_id: UUID) -> QuerySet[Login, Any]:
    return Login.objects.filter(id=login_id).values_list(*_FIELDS)
