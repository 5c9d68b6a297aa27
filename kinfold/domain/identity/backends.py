"""Checking a password."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from kinfold.domain.identity.models import Login


class LoginBackend(AuthenticationBackend):
    """allauth's backend, by the login's own address only.

    allauth would also accept an address that somebody wants to change to and has not proved yet.
    """

    def _authenticate_by_email(self, email: str, password: str) -> Login | None:
        login = Login.objects.filter(email=email).first()
        checked: Login | None = self._check_password(login, password)
        return checked
