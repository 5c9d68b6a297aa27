"""Checking a password, and finding the login of a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from kinfold.domain.identity.models import Login

_at_hand: ContextVar[Login | None] = ContextVar("kinfold_login_at_hand", default=None)


@contextmanager
def at_hand(login: Login | None) -> Iterator[None]:
    """Inside, this login is not read once more: it came with its session."""
    token = _at_hand.set(login)
    try:
        yield
    finally:
        _at_hand.reset(token)


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
        login = _at_hand.get()
        if login is None or login.id != user_id:
            login = Login.objects.filter(id=user_id).first()
        return login if login is not None and login.is_active else None
