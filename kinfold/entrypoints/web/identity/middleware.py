"""Gives each request its session, and the login of whoever is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kinfold.domain.identity.backends import at_hand
from kinfold.domain.identity.devices import device_name
from kinfold.domain.identity.sessions import SessionStore


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's own, and a new session also learns which browser it belongs to."""

    def process_request(self, request: HttpRequest) -> None:
        """Open the session of the cookie, if there is one."""
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = SessionStore(key, device_name(request.headers.get("User-Agent", "")))


class LoginMiddleware(AuthenticationMiddleware):
    """Django's own, and the login that came with the session is not read once more."""

    def process_request(self, request: HttpRequest) -> None:
        """Find out who is signed in when somebody asks."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _signed_in(request))  # type: ignore[assignment]


def _signed_in(request: HttpRequest) -> Any:
    request.session.get(SESSION_KEY)  # reads the session
    with at_hand(request.session.login):  # type: ignore[attr-defined]
        return get_user(request)
