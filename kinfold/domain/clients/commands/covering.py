"""Cover: who stands in for a therapist with which of their clients, how far, and until when (SPEC N6).

A cover ends on its day by the clock, with the tie of the therapist it stands in for, or when somebody ends it. Whoever
supervises the one who covers sees the clients as they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.errors import AlreadyCovered, CoverEnded
from kinfold.domain.clients.models import Assignment, AssignmentKind, Client, ClientStatus
from kinfold.domain.clients.ties import end_covers
from kinfold.domain.clients.visibility import Level, visible_to
from kinfold.domain.credentials.gate import refuse_unless_takes_clients
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.periods import begins
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.models import Member

says(client__covered="arranged cover for a client", client__cover_ended="ended the cover for a client")

# How much of a client a cover can show, as the surfaces say it.
LEVELS = {"face_sheet": Level.FACE_SHEET, "chart": Level.CHART}


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangeCover:
    """Who covers for a member, from now on unless `since` is later, until `until`, and how much they see.

    For some clients of theirs, or without any named for all who have no cover in that time. `level` is "face_sheet"
    or "chart".
    """

    member_id: UUID
    covered_by: UUID
    until: datetime | None
    since: datetime | None = None
    level: str = "face_sheet"
    client_ids: tuple[UUID, ...] | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndCoversEarly:
    """Which covers end, now."""

    cover_ids: tuple[UUID, ...]


@command(Permission.CLIENTS_ASSIGN)
def arrange_cover(actor: Actor, data: ArrangeCover) -> tuple[UUID, ...]:
    """Let somebody cover for a member. Returns the covers, one for each client.

    Raises InvalidInput naming each wrong field, NotFound for clients whom the actor does not see or whom the member
    does not have, and AlreadyCovered when there is nobody left to cover in that time.
    """
    why, now = checked_reason(data.reason), clock.now()
    if data.level not in LEVELS:
        raise InvalidInput.one("level", "Choose the face sheet or the full record.")
    if data.until is None:
        raise InvalidInput.one("until", "Enter the last day of the cover.")
    since = begins(data.since, data.until, now, actor.time_zone)
    hold_team()
    _check_people(data, now)
    client_ids = _whom(actor, data, since, data.until)
    covers = [
        Assignment(
            practice_id=actor.practice_id,
            client_id=client_id,
            member_id=data.covered_by,
            covers_for_id=data.member_id,
            kind=AssignmentKind.COVER,
            level=LEVELS[data.level],
            since=since,
            until=data.until,
            reason=why,
            made_by_id=actor.member_id,
        )
        for client_id in client_ids
    ]
    Assignment.objects.bulk_create(covers, batch_size=500)
    detail = {"member": str(data.member_id), "covered_by": str(data.covered_by), "level": data.level}
    trail.record_all(
        actor,
        [
            trail.Event(
                "client.covered", ("client", cover.client_id), detail={**detail, "cover": str(cover.id)}
            )
            for cover in covers
        ],
    )
    return tuple(cover.id for cover in covers)


@command(Permission.CLIENTS_ASSIGN)
def end_covers_early(actor: Actor, data: EndCoversEarly) -> None:
    """End covers before their day, all or none. What was, stays in the history of the clients."""
    wanted = set(data.cover_ids)
    if not wanted:
        raise InvalidInput.one("cover_ids", "Choose at least one cover.")
    hold_team()
    now = clock.now()
    covers = Assignment.objects.filter(
        pk__in=wanted, kind=AssignmentKind.COVER, client_id__in=visible_to(actor).values("id")
    )
    found = list(covers.order_by("since", "id").values_list("id", "client_id", "since", "until"))
    if len(found) != len(wanted):
        raise NotFound
    if any(until is None or until <= max(now, since) for _, _, since, until in found):
        raise CoverEnded
    end_covers(actor, Q(pk__in=wanted), now)
    trail.record_all(
        actor,
        [
            trail.Event("client.cover_ended", ("client", client_id), detail={"cover": str(cover_id)})
            for cover_id, client_id, _, _ in found
        ],
    )


def _check_people(data: ArrangeCover, now: datetime) -> None:
    if not Member.objects.filter(pk=data.member_id, ended_at__isnull=True).exists():
        raise NotFound
    if data.covered_by == data.member_id:
        raise InvalidInput.one("covered_by", "Nobody covers for themselves. Choose someone else.")
    refuse_unless_takes_clients(data.covered_by, now, "covered_by")


def _whom(actor: Actor, data: ArrangeCover, since: datetime, until: datetime) -> Sequence[UUID]:
    """The clients to cover, in the order of their names."""
    theirs = visible_to(actor).filter(primary_id=data.member_id, status=ClientStatus.ACTIVE)
    meanwhile = Assignment.objects.filter(
        kind=AssignmentKind.COVER, covers_for_id=data.member_id, since__lt=until, until__gt=since
    )
    if data.client_ids is None:
        return _some(theirs.exclude(pk__in=meanwhile.values("client_id")))
    wanted = set(data.client_ids)
    if not wanted:
        raise InvalidInput.one("client_ids", "Choose at least one client.")
    chosen = theirs.filter(pk__in=wanted)
    if chosen.count() != len(wanted):
        raise NotFound
    return _some(chosen.exclude(pk__in=meanwhile.filter(member_id=data.covered_by).values("client_id")))


def _some(clients: QuerySet[Client]) -> Sequence[UUID]:
    ids = list(clients.order_by("sort_key", "id").values_list("id", flat=True))
    if not ids:
        raise AlreadyCovered
    return ids
