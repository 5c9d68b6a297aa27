"""Encryption of what the server must read again but a stolen database must not give away.

AES-256-GCM with keys derived from the installation key, which lives outside the database (RELIABILITY 1.15).
"""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kinfold.domain.kernel.secrets import derive


class SealBroken(Exception):
    """The text was changed, belongs elsewhere, or was sealed with another installation's key."""


def seal(purpose: str, text: str, *, bound_to: str = "") -> str:
    """Encrypt `text` so that it opens only for this purpose and this place."""
    nonce = secrets.token_bytes(12)
    sealed = _cipher(purpose).encrypt(nonce, text.encode(), bound_to.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def seal_file(purpose: str, content: bytes, *, bound_to: str) -> bytes:
    """The same for the content of a file."""
    nonce = secrets.token_bytes(12)
    return nonce + _cipher(purpose).encrypt(nonce, content, bound_to.encode())


def unseal_file(purpose: str, sealed: bytes, *, bound_to: str) -> bytes:
    """The content that was sealed for this purpose and place; raises SealBroken for anything else."""
    try:
        return _cipher(purpose).decrypt(sealed[:12], sealed[12:], bound_to.encode())
    except (ValueError, InvalidTag) as error:
        raise SealBroken(purpose) from error


def unseal(purpose: str, sealed: str, *, bound_to: str = "") -> str:
    """The text that was sealed for this purpose and place; raises SealBroken for anything else."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        return _cipher(purpose).decrypt(raw[:12], raw[12:], bound_to.encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise SealBroken(purpose) from error


def _cipher(purpose: str) -> AESGCM:
    return _cipher_with(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=32)
def _cipher_with(_installation_key: str, purpose: str) -> AESGCM:
    # Every request opens its session with one.
    return AESGCM(base64.urlsafe_b64decode(derive("identity.vault", purpose) + "="))
