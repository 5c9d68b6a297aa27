"""Where what was just done waits for the next page to say it: with the browser."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Toasts(CookieStorage):
    """A signed cookie that the next page takes away again.

    In the session it was one more commit for each form, as long as all the rest of adding a client. Toasts name no
    client.
    """

    cookie_name = settings.TOASTS_COOKIE_NAME
