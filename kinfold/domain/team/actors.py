"""Building the actor: once for each request, in one place, from live state (ARCHITECTURE section 3)."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import BY_NAME, Permission
from kinfold.domain.access.roles import permissions_of, permissions_of_member
from kinfold.domain.identity.queries import second_factors_of
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.kernel.tenancy import entered

from .models import Member, MemberRole, Seat
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


class _Held(NamedTuple):
    """A role that somebody holds, and what is asked of the member with it."""

    name: str
    starting_point: str
    role_overrides: Any
    clinical: bool
    first_name: str
    last_name: str
    status: str
    overrides: Any


_HELD = (
    "role__name",
    "role__starting_point",
    "role__overrides",
    "role__clinical",
    "member__first_name",
    "member__last_name",
    "member__status",
    "member__overrides",
)
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
    for member_id, has_second_factor, *known in _seat_of(login_id=login_id):
        practice = _Practice(*known)
        # A practice may postpone it for its set-up week: until then nobody is stopped (RELIABILITY section 2).
        lacks_one = not has_second_factor and clock.now() >= practice.second_factor_from
        with entered(practice.id):
            held = list(map(_Held._make, _held_roles(member_id=member_id, at=clock.now())))
        return _member_actor(practice, member_id, login_id, held, lacks_second_factor=lacks_one)
    return None


def actor_for_member(practice_id: UUID, member_id: UUID) -> Actor | None:
    """The actor of someone whose work goes on in the background, with the rights they have by now, if any."""
    with entered(practice_id):
        login_id = Member.objects.filter(pk=member_id).values_list("login_id", flat=True).first()
    return actor_for_login(login_id) if login_id else None


def practice_of_login(login_id: UUID) -> str:
    """The name of the practice on whose team somebody has a place, also when it does not let them in; "" for none."""
    return next((_Practice(*known).name for _, _, *known in _seat_of(login_id=login_id)), "")


@prepared
def _seat_of(*, login_id: UUID) -> QuerySet[Seat, Any]:
    has_second_factor = Exists(second_factors_of(OuterRef("login_id")))
    return Seat.objects.filter(login_id=login_id, login__is_active=True).values_list(
        "member_id", has_second_factor, *_PRACTICE
    )


def actor_for_token(token: str) -> Actor | None:
    """The actor of an API token: its member's rights, narrowed to its scopes; None unless the token is live."""
    opened = read_token(token)
    if opened is None:
        return None
    practice_id, secret = opened
    with entered(practice_id):
        rows = _held_by_token(digest=secrets.digest(secret), at=clock.now())
    for token_id, scopes, member_id, login_id, *known in rows[:1]:
        held = [_Held(*row[-len(_HELD) :]) for row in rows]
        practice = _Practice(*known[: -len(_HELD)])
        # A token is not asked for a second factor.
        actor = _member_actor(practice, member_id, login_id, held, lacks_second_factor=False)
        # Whoever may not have tokens any more has none that work: they could neither see nor revoke them.
        if actor is not None and actor.may(Permission.TOKENS_OWN):
            return replace(actor, token_id=token_id, permissions=actor.permissions & _named(tuple(scopes)))
    return None


@lru_cache(maxsize=256)
def _named(scopes: tuple[str, ...]) -> frozenset[Permission]:
    return frozenset(BY_NAME[name] for name in scopes if name in BY_NAME)


@prepared
def _held_by_token(*, digest: str, at: datetime) -> QuerySet[MemberRole, Any]:
    """The roles of a live token's member, each with the token and the practice: two questions would take longer."""
    live = _holding(at).filter(
        member__tokens__digest=digest,
        member__tokens__revoked_at__isnull=True,
        member__tokens__expires_at__gt=at,
        member__login__is_active=True,
    )
    token = ("member__tokens__id", "member__tokens__scopes", "member_id", "member__login_id")
    return live.values_list(*token, *_PRACTICE, *_HELD)


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


def _member_actor(
    practice: _Practice, member_id: UUID, login_id: UUID, held: Sequence[_Held], *, lacks_second_factor: bool
) -> Actor | None:
    if not held:
        return None  # no role, no access
    first = held[0]
    looks_back = standing_of(first.status).entry is Entry.LOOK_BACK
    roles = (permissions_of(role.starting_point, role.role_overrides) for role in held)
    allowed = permissions_of_member(roles, first.overrides)
    return Actor(
        practice_id=practice.id,
        practice_name=practice.name,
        name=f"{first.first_name} {first.last_name}".strip(),
        member_id=member_id,
        login_id=login_id,
        permissions=allowed & _LOOKING_BACK if looks_back else allowed,
        role_names=tuple(role.name for role in held),
        clinical=any(role.clinical for role in held),
        looks_back=looks_back,
        demo=practice.demo,
        support_email=practice.support_email,
        lacks_second_factor=lacks_second_factor,
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
    return _holding(at).filter(member_id=member_id).values_list(*_HELD)


def _holding(at: datetime) -> QuerySet[MemberRole]:
    """The roles that let somebody in at a moment, in order."""
    let_in = MemberRole.objects.filter(holds(at), member__status__in=_LETS_IN)
    return let_in.order_by("role__position", "role__name_key")
