"""Secrets that go into links and codes, and what the database keeps of them.

The database holds only digests. A link's secret is derived from the installation key, the row it belongs to and a
nonce in that row, so that a mail sent again carries the same link, and a new nonce makes the old link worthless.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.conf import settings


def new_secret() -> str:
    """256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def new_nonce() -> str:
    """128 random bits that decide which derived secret of a row is the current one."""
    return secrets.token_hex(16)


def derive(purpose: str, *parts: str) -> str:
    """The 256-bit secret of one purpose and row, fit for a URL. Different purposes never share a secret."""
    message = "\x1f".join(("kinfold", purpose, *parts)).encode()
    mac = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def digest(secret: str) -> str:
    """What the database keeps of a secret: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
