"""Browsers: what they are called in a list, and how one that signed in before is known again.

A known browser has its own small allowance of tries, so that nobody can keep a person out of their login by
guessing at it from elsewhere. The mark is a random number and a keyed digest of it and the login; it proves
nothing else, is stored nowhere, and names nobody.
"""

from __future__ import annotations

import hmac
import re
import secrets
from uuid import UUID

from kinfold.domain.kernel.secrets import derive

MARKS_KEPT = 3

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("ChromeOS", r"CrOS"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux"),
)


def device_name(user_agent: str) -> str:
    """A coarse name, "Firefox on Windows": enough to recognise one's own browser, too little to track it."""
    browser = next((name for name, mark in _BROWSERS if re.search(mark, user_agent)), None)
    system = next((name for name, mark in _SYSTEMS if re.search(mark, user_agent)), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


def remember(marks: str, login_id: UUID) -> str:
    """The browser's marks with one for this login; those of other logins on a shared browser are kept."""
    if known(marks, login_id):
        return marks
    nonce = secrets.token_urlsafe(16)
    return "~".join([f"{nonce}.{_mac(nonce, login_id)}", *_split(marks)][:MARKS_KEPT])


def known(marks: str, login_id: UUID) -> str | None:
    """The number of this browser if this login signed in here before."""
    for mark in _split(marks):
        nonce, _, mac = mark.partition(".")
        if hmac.compare_digest(mac.encode(), _mac(nonce, login_id).encode()):
            return nonce
    return None


def _split(marks: str) -> list[str]:
    return [mark for mark in marks.split("~") if mark][:MARKS_KEPT]


def _mac(nonce: str, login_id: UUID) -> str:
    return derive("identity.device", nonce, str(login_id))
