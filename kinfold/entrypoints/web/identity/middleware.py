"""Gives each request its session."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest

from kinfold.domain.identity.devices import device_name
from kinfold.domain.identity.sessions import SessionStore


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's own, and a new session also learns which browser it belongs to."""

    def process_request(self, request: HttpRequest) -> None:
        """Open the session of the cookie, if there is one."""
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = SessionStore(key, device_name(request.headers.get("User-Agent", "")))
