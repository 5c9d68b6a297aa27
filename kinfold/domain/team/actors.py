"""Building the actor: once for each request, in one place, from live state (ARCHITECTURE section 3)."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import BY_NAME, Permission
from kinfold.domain.access.roles import permissions_of, permissions_of_member
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.kernel.tenancy import entered

from .models import ApiToken, Member, MemberRole, Seat
from .statuses import WORKS, Entry, standing_of, statuses

_LETS_IN = statuses(lambda standing: standing.entry is not Entry.NONE)
# Whoever was archived reads what they did, and their own profile, which needs no permission: no clients, no team.
_LOOKING_BACK = frozenset({Permission.AUDIT_OWN})
TOKEN_PREFIX = "kf_"  # noqa: S105 — the mark by which a leaked token is recognised


class _Practice(NamedTuple):
    """What every actor knows of their practice."""

    id: UUID
    name: str
    demo: bool
    support_email: str
    second_factor_from: datetime
    time_zone: str
    country: str


_PRACTICE = (
    "practice_id",
    "practice__name",
    "practice__demo",
    "practice__support_email",
    "practice__second_factor_from",
    "practice__time_zone",
    "practice__country",
)


def actor_for_login(login_id: UUID) -> Actor | None:
    """The actor of a signed-in person, or None when they have no place on a team that lets them in now."""
    for seat in _seat_of(login_id=login_id):
        practice = _Practice(*seat[1:])
        with entered(practice.id):
            return _member_actor(practice, seat[0], login_id)
    return None


def actor_for_member(practice_id: UUID, member_id: UUID) -> Actor | None:
    """The actor of someone whose work goes on in the background, with the rights they have by now, if any."""
    with entered(practice_id):
        login_id = Member.objects.filter(pk=member_id).values_list("login_id", flat=True).first()
    return actor_for_login(login_id) if login_id else None


def practice_of_login(login_id: UUID) -> str:
    """The name of the practice on whose team somebody has a place, also when it does not let them in; "" for none."""
    return next((seat[2] for seat in _seat_of(login_id=login_id)), "")


@prepared
def _seat_of(*, login_id: UUID) -> QuerySet[Seat, Any]:
    return Seat.objects.filter(login_id=login_id, login__is_active=True).values_list("member_id", *_PRACTICE)


def actor_for_token(token: str) -> Actor | None:
    """The actor of an API token: its member's rights, narrowed to its scopes; None unless the token is live."""
    opened = read_token(token)
    if opened is None:
        return None
    practice_id, secret = opened
    with entered(practice_id):
        for row in _live_token(digest=secrets.digest(secret), now=clock.now()):
            token_id, member_id, scopes, login_id = row[:4]
            actor = _member_actor(_Practice(*row[4:]), member_id, login_id)
            # Whoever may not have tokens any more has none that work: they could neither see nor revoke them.
            if actor is not None and actor.may(Permission.TOKENS_OWN):
                return replace(
                    actor, token_id=token_id, permissions=actor.permissions & _named(tuple(scopes))
                )
    return None


@lru_cache(maxsize=256)
def _named(scopes: tuple[str, ...]) -> frozenset[Permission]:
    return frozenset(BY_NAME[name] for name in scopes if name in BY_NAME)


@prepared
def _live_token(*, digest: str, now: datetime) -> QuerySet[ApiToken, Any]:
    return ApiToken.objects.filter(
        digest=digest, revoked_at__isnull=True, expires_at__gt=now, member__login__is_active=True
    ).values_list("id", "member_id", "scopes", "member__login_id", *_PRACTICE)


def pack(practice_id: UUID, secret: str) -> str:
    """A secret together with its practice, so that it is only ever looked up there."""
    return base64.urlsafe_b64encode(practice_id.bytes).decode().rstrip("=") + "." + secret


def write_token(practice_id: UUID, secret: str) -> str:
    """An API token as it is handed out."""
    return TOKEN_PREFIX + pack(practice_id, secret)


def read_token(token: str) -> tuple[UUID, str] | None:
    """The practice and the secret of a token or link, or None when it is not one."""
    practice, _, secret = token.removeprefix(TOKEN_PREFIX).partition(".")
    if not secret or len(token) > 200:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(practice + "==")), secret
    except (ValueError, binascii.Error):
        return None


def _member_actor(practice: _Practice, member_id: UUID, login_id: UUID) -> Actor | None:
    held = _held_roles(member_id=member_id, at=clock.now())
    if not held:
        return None  # no role, no access
    looks_back = standing_of(held[0][7]).entry is Entry.LOOK_BACK
    allowed = permissions_of_member((permissions_of(row[3], row[4]) for row in held), held[0][6])
    return Actor(
        practice_id=practice.id,
        practice_name=practice.name,
        name=f"{held[0][0]} {held[0][1]}".strip(),
        member_id=member_id,
        login_id=login_id,
        permissions=allowed & _LOOKING_BACK if looks_back else allowed,
        role_names=tuple(row[2] for row in held),
        clinical=any(row[5] for row in held),
        looks_back=looks_back,
        demo=practice.demo,
        support_email=practice.support_email,
        second_factor_from=practice.second_factor_from,
        time_zone=practice.time_zone,
        country=practice.country,
    )


def permissions_now(member_ids: Iterable[UUID]) -> dict[UUID, frozenset[Permission]]:
    """What each of these members of the entered practice may do now; who may not sign in is left out."""
    rows = MemberRole.objects.filter(
        holds(clock.now()),
        member_id__in=set(member_ids),
        member__status__in=WORKS,
        member__login__is_active=True,
    ).values_list("member_id", "member__overrides", "role__starting_point", "role__overrides")
    held: defaultdict[UUID, list[frozenset[Permission]]] = defaultdict(list)
    own: dict[UUID, Any] = {}
    for member_id, overrides, starting_point, role_overrides in rows:
        held[member_id].append(permissions_of(starting_point, role_overrides))
        own[member_id] = overrides
    return {member_id: permissions_of_member(roles, own[member_id]) for member_id, roles in held.items()}


@prepared
def _held_roles(*, member_id: UUID, at: datetime) -> QuerySet[MemberRole, Any]:
    return (
        MemberRole.objects.filter(holds(at), member_id=member_id, member__status__in=_LETS_IN)
        .order_by("role__position", "role__name_key")
        .values_list(
            "member__first_name",
            "member__last_name",
            "role__name",
            "role__starting_point",
            "role__overrides",
            "role__clinical",
            "member__overrides",
            "member__status",
        )
    )
