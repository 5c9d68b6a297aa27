"""Links that are mailed to a login: issued, looked at without effect, and used once.

SPEC 8.14: random, stored hashed, single use, expiring, and opening one changes nothing, since mail scanners
open links. A reset link lives for a day instead of the week that others have: it is worth more to a thief
than any other, and asking for a new one is easy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

from kinfold.domain.identity.errors import LinkExpired, LinkNotKnown, LinkUsed
from kinfold.domain.identity.models import EmailedLink, Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.secrets import derive, digest, new_nonce

RESET = EmailedLink.Purpose.RESET.value
VERIFY = EmailedLink.Purpose.VERIFY.value
LIFETIME = {RESET: timedelta(days=1), VERIFY: timedelta(days=7)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What a link that still works stands for."""

    id: UUID
    login_id: UUID
    email: str


def issue(purpose: str, email: str, login_id: UUID | None = None) -> UUID:
    """Make a link for the mail to an address; `secret_of` gives its secret when that mail is made."""
    now, nonce, link_id = clock.now(), new_nonce(), uuid4()
    EmailedLink.objects.create(
        id=link_id,
        login_id=login_id,
        purpose=purpose,
        email=email,
        nonce=nonce,
        digest=digest(_secret(purpose, link_id, nonce)),
        created_at=now,
        expires_at=now + LIFETIME[purpose],
    )
    return link_id


def secret_of(link_id: UUID) -> tuple[str, str] | None:
    """Address and secret for the mail of a link, the same each time; None when nobody needs it any more.

    A reset link finds its login here, by the address that was typed.
    """
    row = EmailedLink.objects.filter(id=link_id, used_at=None, expires_at__gt=clock.now()).first()
    if row is None:
        return None
    if row.login_id is None:
        login_id = Login.objects.filter(email=row.email, is_active=True).values_list("id", flat=True).first()
        if login_id is None:
            row.delete()  # nobody here has this address, so nothing of it is kept
            return None
        EmailedLink.objects.filter(id=link_id).update(login_id=login_id)
    return row.email, _secret(row.purpose, row.id, row.nonce)


def look_at(purpose: str, secret: str) -> Link:
    """What a link stands for; raises LinkNotKnown, LinkUsed or LinkExpired. Changes nothing."""
    row = EmailedLink.objects.filter(digest=digest(secret), purpose=purpose, login__is_active=True).first()
    if row is None:
        raise LinkNotKnown
    if row.used_at is not None:
        raise LinkUsed
    if row.expires_at <= clock.now():
        raise LinkExpired
    return Link(id=row.id, login_id=cast("UUID", row.login_id), email=row.email)


def use(purpose: str, secret: str) -> Link:
    """Use a link up, once and for all; of two at the same time one gets it and the other hears LinkUsed."""
    link = look_at(purpose, secret)
    now = clock.now()
    if not EmailedLink.objects.filter(id=link.id, used_at=None, expires_at__gt=now).update(used_at=now):
        raise LinkUsed
    return link


def close_all(purpose: str, login_id: UUID) -> None:
    """Make a login's open links of one purpose worthless."""
    EmailedLink.objects.filter(purpose=purpose, login_id=login_id, used_at=None).update(used_at=clock.now())


def forget_past_links() -> None:
    """Delete links a month after they ended; until then they still say why they do not work."""
    EmailedLink.objects.filter(expires_at__lt=clock.now() - timedelta(days=30)).delete()


def _secret(purpose: str, link_id: UUID, nonce: str) -> str:
    return derive("identity.link", purpose, str(link_id), nonce)
