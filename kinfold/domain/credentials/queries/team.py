"""The credentials of many members at once: letters behind names, and what needs attention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.days import AHEAD, day_of
from kinfold.domain.credentials.models import Category, Credential
from kinfold.domain.credentials.states import ExpiryState, expiry_state, titles
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.statuses import ON_THE_TEAM


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTitles:
    """Of which members."""

    member_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListLicences:
    """Of which members."""

    member_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenceOfMember:
    """How a member's licences stand, as one line of a list.

    The one that expires first of those that hold, or else the one that expired last. `needed` is False for those whose
    roles see no clients; without `given` nothing is on record.
    """

    titles: str
    needed: bool
    given: bool
    state: ExpiryState
    expires_on: date | None
    days_left: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListAttention:
    """Everything of the team that expires within 90 days or has expired."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MembersByLicence:
    """Those whose licence has "expired", expires "soon", or is "missing" though their role sees clients."""

    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attention:
    """One licence or cover that somebody should look after."""

    member_id: UUID
    name: str
    category: str
    title: str
    expires_on: date
    expired: bool
    days_left: int


@query(Permission.MEMBERS_NAMES)
def list_titles(actor: Actor, data: ListTitles) -> Mapping[UUID, str]:
    """The letters behind the names of members, of licences that hold now; members without any are left out."""
    return {member_id: letters for member_id, letters in titles_now(data.member_ids).items() if letters}


@query(Permission.MEMBERS_READ)
def list_licences(actor: Actor, data: ListLicences) -> Mapping[UUID, LicenceOfMember]:
    """How the licences of members stand."""
    now = clock.now()
    today = day_of(now)
    clinical = set(
        MemberRole.objects.filter(holds(now), member_id__in=data.member_ids, role__clinical=True).values_list(
            "member_id", flat=True
        )
    )
    rows = _open_licences(data.member_ids)
    letters = _titles_of(rows, today)
    return {
        member_id: _line(letters.get(member_id, ""), member_id in clinical, rows.get(member_id, []), today)
        for member_id in data.member_ids
    }


@query(Permission.MEMBERS_READ)
def members_by_licence(actor: Actor, data: MembersByLicence) -> frozenset[UUID]:
    """The members whose licences stand so, for a list to be narrowed by."""
    everybody = tuple(Member.objects.filter(ended_at__isnull=True).values_list("id", flat=True))
    lines = list_licences(actor, ListLicences(member_ids=everybody))
    return frozenset(
        member_id
        for member_id, line in lines.items()
        if (
            line.needed and not line.given
            if data.state == "missing"
            else line.given and line.state == data.state
        )
    )


@query(Permission.MEMBERS_READ)
def list_attention(actor: Actor, data: ListAttention) -> tuple[Attention, ...]:
    """What expires within 90 days or has expired, of people on the team, the most urgent first (SPEC 4)."""
    today = day_of(clock.now())
    rows = (
        Credential.objects.filter(
            until__isnull=True,
            expires_on__lte=today + timedelta(days=max(AHEAD)),
            member__ended_at__isnull=True,
            member__status__in=ON_THE_TEAM,
        )
        .order_by("expires_on", "member__sort_key", "id")
        .values_list(
            "member_id", "member__first_name", "member__last_name", "category", "title", "expires_on"
        )
    )
    return tuple(
        Attention(
            member_id=member_id,
            name=f"{first} {last}".strip(),
            category=category,
            title=title,
            expires_on=expires_on,
            expired=expires_on < today,
            days_left=(expires_on - today).days,
        )
        for member_id, first, last, category, title, expires_on in rows
        if expires_on
    )


def titles_now(member_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The letters behind the names of members, "" where none of their licences holds."""
    return _titles_of(_open_licences(member_ids), day_of(clock.now()))


_Licences = Mapping[UUID, list[tuple[str, date | None]]]


def _open_licences(member_ids: Collection[UUID]) -> _Licences:
    rows = Credential.objects.filter(
        member_id__in=member_ids, category=Category.LICENCE, until__isnull=True
    ).order_by("title", "region", "number")
    found: defaultdict[UUID, list[tuple[str, date | None]]] = defaultdict(list)
    for member_id, title, expires_on in rows.values_list("member_id", "title", "expires_on"):
        found[member_id].append((title, expires_on))
    return found


def _titles_of(licences: _Licences, today: date) -> Mapping[UUID, str]:
    return {
        member_id: titles((title, expiry_state(expires_on, today)) for title, expires_on in theirs)
        for member_id, theirs in licences.items()
    }


def _line(
    letters: str, needed: bool, licences: list[tuple[str, date | None]], today: date
) -> LicenceOfMember:
    ends = [expires_on for _, expires_on in licences]
    holding = [end for end in ends if end is None or end >= today]
    dated = [end for end in holding if end]
    if dated:
        end: date | None = min(dated)
    else:
        end = None if holding else max((end for end in ends if end), default=None)
    return LicenceOfMember(
        titles=letters,
        needed=needed,
        given=bool(licences),
        state=expiry_state(end, today),
        expires_on=end,
        days_left=(end - today).days if end else None,
    )
