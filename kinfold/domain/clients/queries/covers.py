"""Who covers for whom, and whose clients have no cover while their therapist is away (SPEC N6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import Assignment, AssignmentKind, Client, ClientStatus
from kinfold.domain.clients.visibility import Level, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds, holds_or_will
from kinfold.domain.team.models import Member
from kinfold.domain.team.statuses import WORKS, allowed_now


@dataclass(frozen=True, kw_only=True, slots=True)
class ListGaps:
    """Of everybody who is away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Somebody who is on hold or inactive, and how many of their clients nobody covers now."""

    member_id: UUID
    name: str
    clients: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ListCovers:
    """Of which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CoveredClient:
    """A client and the cover they are part of."""

    cover_id: UUID
    client_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """Some clients whom one member covers for another, alike: same level, same time. `level` is face_sheet or chart."""

    covers_for: UUID
    covers_for_name: str
    covered_by: UUID
    covered_by_name: str
    level: str
    since: datetime
    until: datetime
    begun: bool
    reason: str
    clients: tuple[CoveredClient, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnClient:
    """A client of the member, for choosing; `covered` says that somebody covers for them now."""

    id: UUID
    name: str
    covered: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Covers:
    """Cover for a member and by them, now and to come, as far as the asker sees the clients.

    `needed`: their status asks for cover. `uncovered` counts the clients nobody covers now.
    """

    member_id: UUID
    needed: bool
    uncovered: int
    clients: tuple[OwnClient, ...]
    covers: tuple[Cover, ...]
    stands_in: tuple[Cover, ...]


class _Alike(NamedTuple):
    """What covers that are shown together have in common."""

    for_id: UUID
    for_first: str
    for_last: str
    by_id: UUID
    by_first: str
    by_last: str
    level: int
    since: datetime
    until: datetime
    reason: str


@query(Permission.CLIENTS_ASSIGN)
def list_gaps(actor: Actor, data: ListGaps) -> tuple[Gap, ...]:
    """Who is away and has clients without cover, in name order: what somebody who assigns clients has to see to."""
    now = clock.now()
    away = Member.objects.filter(
        allowed_now(lambda standing: standing.needs_cover, now), ended_at__isnull=True
    ).order_by("sort_key", "id")
    names = {
        row[0]: f"{row[1]} {row[2]}".strip() for row in away.values_list("id", "first_name", "last_name")
    }
    counts = uncovered(actor, names, now)
    return tuple(
        Gap(member_id=member_id, name=name, clients=counts[member_id])
        for member_id, name in names.items()
        if counts.get(member_id)
    )


@query(Permission.CLIENTS_ASSIGN)
def list_covers(actor: Actor, data: ListCovers) -> Covers:
    """Cover for one member and by them. Raises NotFound for anybody else's."""
    now = clock.now()
    member = Member.objects.filter(pk=data.member_id)
    if not member.exists():
        raise NotFound
    covered = set(_covering(now).filter(covers_for_id=data.member_id).values_list("client_id", flat=True))
    clients = _clients_of(actor, [data.member_id]).order_by("sort_key", "id")
    theirs = tuple(
        OwnClient(id=client_id, name=f"{first} {last}".strip(), covered=client_id in covered)
        for client_id, first, last in clients.values_list("id", "first_name", "last_name")
    )
    return Covers(
        member_id=data.member_id,
        needed=member.filter(allowed_now(lambda standing: standing.needs_cover, now)).exists(),
        uncovered=sum(not client.covered for client in theirs),
        clients=theirs,
        covers=_grouped(actor, Q(covers_for_id=data.member_id), now),
        stands_in=_grouped(actor, Q(member_id=data.member_id), now),
    )


def uncovered(actor: Actor, member_ids: Collection[UUID], now: datetime) -> Mapping[UUID, int]:
    """How many of their clients nobody covers now, of those of these members whom the actor sees."""
    covered = _covering(now).filter(covers_for_id=F("client__primary_id"))
    alone = _clients_of(actor, member_ids).exclude(pk__in=covered.values("client_id"))
    rows = alone.order_by().values("primary_id").annotate(clients=Count("id"))
    return {row["primary_id"]: row["clients"] for row in rows}


def _clients_of(actor: Actor, member_ids: Collection[UUID]) -> QuerySet[Client]:
    return visible_to(actor).filter(status=ClientStatus.ACTIVE, primary_id__in=member_ids)


def _covering(now: datetime) -> QuerySet[Assignment]:
    """The covers that hold now, by people who may work: whoever is away themselves covers for nobody."""
    return Assignment.objects.filter(holds(now), kind=AssignmentKind.COVER, member__status__in=WORKS)


def _grouped(actor: Actor, which: Q, now: datetime) -> tuple[Cover, ...]:
    """Covers that hold or are planned, those that are alike together."""
    rows = (
        Assignment.objects.filter(
            which,
            holds_or_will(now),
            kind=AssignmentKind.COVER,
            client_id__in=visible_to(actor).values("id"),
        )
        .order_by("since", "until", "client__sort_key", "id")
        .values_list(
            *("covers_for_id", "covers_for__first_name", "covers_for__last_name"),
            *("member_id", "member__first_name", "member__last_name", "level", "since", "until", "reason"),
            *("id", "client_id", "client__first_name", "client__last_name"),
        )
    )
    groups: dict[_Alike, list[CoveredClient]] = {}
    for *alike, cover_id, client_id, first, last in rows:
        client = CoveredClient(cover_id=cover_id, client_id=client_id, name=f"{first} {last}".strip())
        groups.setdefault(_Alike(*alike), []).append(client)
    return tuple(
        Cover(
            covers_for=group.for_id,
            covers_for_name=f"{group.for_first} {group.for_last}".strip(),
            covered_by=group.by_id,
            covered_by_name=f"{group.by_first} {group.by_last}".strip(),
            level=Level(group.level).name.lower(),
            since=group.since,
            until=group.until,
            begun=group.since <= now,
            reason=group.reason,
            clients=tuple(clients),
        )
        for group, clients in groups.items()
    )
