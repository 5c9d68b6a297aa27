"""Where what was just done waits for the next page to say it: with the browser."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse


class Toasts(CookieStorage):
    """A signed cookie that the next page takes away again.

    In the session it was one more commit for each form, as long as all the rest of adding a client. Toasts name no
    client.
    """

    cookie_name = settings.TOASTS_COOKIE_NAME

    def _update_cookie(self, encoded_data: str, response: HttpResponse) -> None:
        """Keep what is left to say; only a browser that has the cookie is told to forget it."""
        if encoded_data or self.cookie_name in self.request.COOKIES:
            super()._update_cookie(encoded_data, response)  # type: ignore[misc]
