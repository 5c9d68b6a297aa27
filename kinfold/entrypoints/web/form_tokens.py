"""The token that a form sends back to show that it comes from a page of Kinfold's."""

from __future__ import annotations

import secrets
from typing import Final

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token

_PLACES: Final = {letter: place for place, letter in enumerate(CSRF_ALLOWED_CHARS)}
_LETTERS: Final = len(CSRF_ALLOWED_CHARS)


def form_token(request: HttpRequest) -> str:
    """Django's token, behind a mask of its own for each page so that it cannot be guessed from how pages compress.

    Django asks the operating system for each letter of the mask; all of it at once takes a sixth of the time, which
    was as long as a question to the database.
    """
    secret = request.META.get("CSRF_COOKIE")
    if secret is None or len(secret) != CSRF_SECRET_LENGTH:
        return get_token(request)
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    dice = secrets.randbits(256)  # more than the letters take, so that each is as likely
    mask, cipher = [], []
    for letter in secret:
        dice, place = divmod(dice, _LETTERS)
        mask.append(CSRF_ALLOWED_CHARS[place])
        cipher.append(CSRF_ALLOWED_CHARS[(_PLACES[letter] + place) % _LETTERS])
    return "".join((*mask, *cipher))
