"""Building the actor: once for each request, in one place, from live state (ARCHITECTURE section 3)."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.tenancy import entered

from .models import ApiToken, MemberRole, MemberStatus, Seat

SIGNS_IN = (MemberStatus.ACTIVE, MemberStatus.ON_HOLD)
TOKEN_PREFIX = "kf_"  # noqa: S105 — the mark by which a leaked token is recognised


def actor_for_login(login_id: UUID) -> Actor | None:
    """The actor of a signed-in person, or None when they have no place on a team that lets them in now."""
    seat = (
        Seat.objects.filter(login_id=login_id, login__is_active=True)
        .values_list(
            "practice_id", "member_id", "practice__name", "practice__demo", "practice__second_factor_from"
        )
        .first()
    )
    if seat is None:
        return None
    practice_id, member_id, practice_name, demo, second_factor_from = seat
    with entered(practice_id):
        return _member_actor(
            practice_id, member_id, practice_name, demo, second_factor_from, login_id=login_id
        )


def actor_for_token(token: str) -> Actor | None:
    """The actor of an API token: its member's rights, narrowed to its scopes; None unless the token is live."""
    opened = read_token(token)
    if opened is None:
        return None
    practice_id, secret = opened
    with entered(practice_id):
        row = (
            ApiToken.objects.filter(
                digest=secrets.digest(secret), revoked_at__isnull=True, expires_at__gt=clock.now()
            )
            .values_list("id", "member_id", "scopes", "practice__name", "practice__demo", "member__login_id")
            .first()
        )
        if row is None:
            return None
        token_id, member_id, scopes, practice_name, demo, login_id = row
        return _member_actor(
            practice_id,
            member_id,
            practice_name,
            demo,
            None,
            login_id=login_id,
            token_id=token_id,
            scopes=scopes,
        )


def write_token(practice_id: UUID, secret: str) -> str:
    """A token as it is handed out: it carries its practice, so that it is only ever looked up there."""
    return TOKEN_PREFIX + base64.urlsafe_b64encode(practice_id.bytes).decode().rstrip("=") + "." + secret


def read_token(token: str) -> tuple[UUID, str] | None:
    """The practice and the secret of a token or link, or None when it is not one."""
    practice, _, secret = token.removeprefix(TOKEN_PREFIX).partition(".")
    if not secret or len(token) > 200:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(practice + "==")), secret
    except (ValueError, binascii.Error):
        return None


def _member_actor(
    practice_id: UUID,
    member_id: UUID,
    practice_name: str,
    demo: bool,
    second_factor_from: datetime | None,
    *,
    login_id: UUID | None,
    token_id: UUID | None = None,
    scopes: list[str] | None = None,
) -> Actor | None:
    held = list(
        MemberRole.objects.filter(
            holds(clock.now()), member_id=member_id, member__status__in=SIGNS_IN
        ).values_list(
            "member__first_name",
            "member__last_name",
            "role__name",
            "role__starting_point",
            "role__overrides",
            "role__clinical",
        )
    )
    if not held:
        return None  # no role, no access
    permissions: frozenset[Permission] = frozenset().union(*(permissions_of(row[3], row[4]) for row in held))
    if scopes is not None:
        permissions &= {Permission(scope) for scope in scopes if scope in Permission}
    return Actor(
        practice_id=practice_id,
        practice_name=practice_name,
        name=f"{held[0][0]} {held[0][1]}".strip(),
        member_id=member_id,
        login_id=login_id,
        token_id=token_id,
        permissions=permissions,
        role_names=tuple(row[2] for row in held),
        clinical=any(row[5] for row in held),
        demo=demo,
        second_factor_from=second_factor_from,
    )
