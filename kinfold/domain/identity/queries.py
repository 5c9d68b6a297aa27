"""What can be asked about logins.

A login belongs to no practice, so these take a login's id and not an actor: the web surface asks them only
about the login that is signed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Max, OuterRef, QuerySet

from kinfold.domain.identity.models import LastSeen, Login, LoginSession
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.secrets import digest

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginCard:
    """A login as others may know it."""

    id: UUID
    email: str
    full_name: str
    is_active: bool
    is_verified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """One browser somebody is signed in with."""

    id: UUID
    device: str
    started_at: datetime
    last_seen_at: datetime
    is_this_one: bool


def find_login(email: str) -> UUID | None:
    """The login with this e-mail address, however it is written."""
    try:
        canonical = canonical_email(email)
    except NotAnEmailAddress:
        return None
    return Login.objects.filter(email=canonical).values_list("id", flat=True).first()


def open_login(login_id: UUID) -> LoginCard | None:
    """A login's name and address, and whether the address was proved."""
    row = Login.objects.filter(id=login_id).values_list("email", "full_name", "is_active").first()
    if row is None:
        return None
    email, full_name, is_active = row
    verified = EmailAddress.objects.filter(user_id=login_id, email=email, verified=True).exists()
    return LoginCard(id=login_id, email=email, full_name=full_name, is_active=is_active, is_verified=verified)


def has_second_factor(login_id: UUID) -> bool:
    """Whether signing in asks for more than a password: an authenticator app or a passkey."""
    return second_factors_of(login_id).exists()


def second_factors_of(login_id: UUID | OuterRef) -> QuerySet[Authenticator]:
    """What signing in asks for besides the password of a login."""
    factors: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=login_id, type__in=SECOND_FACTORS)
    return factors


def list_sessions(login_id: UUID, this_key: str | None = None) -> tuple[OpenSession, ...]:
    """The browsers a login is signed in with, the one in use first; `this_key` is its session key."""
    this = digest(this_key) if this_key else ""
    rows = LoginSession.objects.filter(login_id=login_id, expires_at__gt=clock.now()).order_by(
        "-last_seen_at"
    )
    sessions = [
        OpenSession(
            id=public_id, device=device, started_at=started, last_seen_at=seen, is_this_one=row_digest == this
        )
        for row_digest, public_id, device, started, seen in rows.values_list(
            "digest", "public_id", "device", "started_at", "last_seen_at"
        )
    ]
    return tuple(sorted(sessions, key=lambda session: not session.is_this_one))


def last_seen(login_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these logins was last at work: in an open session, or before its last one ended."""
    wanted = list(login_ids)
    found = dict(LastSeen.objects.filter(login_id__in=wanted).values_list("login_id", "at"))
    newest = LoginSession.objects.filter(login_id__in=wanted).order_by().values("login_id")
    for login_id, at in newest.annotate(at=Max("last_seen_at")).values_list("login_id", "at"):
        found[login_id] = max(at, found.get(login_id, at))
    return found
