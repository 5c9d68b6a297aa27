"""Codes of an authenticator app are good once.

allauth remembers accepted codes in a cache, which other processes do not share and which forgets after one
step; a code seen over a shoulder could be used again. Here the database remembers them.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kinfold.domain.identity.models import UsedCode
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.secrets import derive

# Longer than any code is accepted: a step of 30 seconds, and one step of drift either way.
_REMEMBERED = timedelta(minutes=5)


def claim_code(login_id: UUID, code: str) -> bool:
    """Take a right code out of use; False when it was used before. Of two at once, one gets it."""
    digits = "".join(character for character in code if character.isdigit())
    now = clock.now()
    UsedCode.objects.filter(login_id=login_id, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            UsedCode.objects.create(
                login_id=login_id,
                digest=derive("identity.code", str(login_id), digits),
                expires_at=now + _REMEMBERED,
            )
    except IntegrityError:
        return False
    return True
