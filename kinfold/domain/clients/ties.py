"""The one place where a client's tie to their therapist is opened and closed.

A client has at most one open tie to a therapist: their primary therapist, or the one whose direct client they are
(SPEC O26). `Client.primary` and `Client.kind` follow it here and nowhere else. These ties begin and end at the moment
of the act, so an open one is one that holds now. Two more kinds stand beside it: walk-ins, what a session opens to
whoever held it, and covers, which stand in for the therapist for a while and end with that therapist's tie (SPEC N6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit.trail import Event
from kinfold.domain.kernel.many import change, insert, ordered_ids
from kinfold.domain.kernel.one_of import OneOf
from kinfold.domain.kernel.periods import holds_or_will

from .models import THERAPIST_KINDS, Assignment, AssignmentKind, Client, ClientKind
from .visibility import Level

KIND_OF_CLIENT = {AssignmentKind.PRIMARY: ClientKind.PRACTICE, AssignmentKind.DIRECT: ClientKind.DIRECT}
KIND_OF_TIE = {client: tie for tie, client in KIND_OF_CLIENT.items()}


class Tie(NamedTuple):
    """Who cares for whom, and as what: one of many ties that begin at the same moment."""

    client_id: UUID
    member_id: UUID
    kind: AssignmentKind


def new_tie(
    actor: Actor, client_id: UUID, member_id: UUID, kind: AssignmentKind, now: datetime, reason: str = ""
) -> Assignment:
    """A tie that begins now, to be written by the caller together with the client's `primary` and `kind`."""
    return Assignment(
        practice_id=actor.practice_id,
        client_id=client_id,
        member_id=member_id,
        kind=kind,
        level=Level.CHART,
        since=now,
        reason=reason,
        made_by_id=actor.member_id,
    )


def tie(
    actor: Actor, client_id: UUID, member_id: UUID, kind: AssignmentKind, now: datetime, reason: str
) -> tuple[UUID, Event]:
    """Close the client's open tie, if there is one, and open another. Returns the new one, and what to record.

    Nobody but their therapist and that one's supervisor sees a direct client (SPEC O40), so walk-ins end with it.
    """
    earlier = _close(actor, Q(client_id=client_id), now)
    end_covers(actor, Q(client_id=client_id) & ~Q(covers_for_id=member_id), now)
    if kind is AssignmentKind.DIRECT:
        end_walk_ins(actor, Q(client_id=client_id), now)
    opened = new_tie(actor, client_id, member_id, kind, now, reason)
    opened.save(force_insert=True)
    _follow(client_id, member_id, KIND_OF_CLIENT[kind], now)
    detail = {"assignment": str(opened.id), "member": str(member_id), "kind": kind.value}
    if earlier:
        detail["instead_of"] = str(earlier)
    return opened.id, Event("client.assigned", ("client", client_id), detail=detail)


def untie(actor: Actor, client_id: UUID, assignment_id: UUID, now: datetime) -> Event | None:
    """Close one tie; the client then waits for a therapist. None if it was closed before."""
    member_id = _close(actor, Q(pk=assignment_id), now)
    if member_id is None:
        return None
    end_covers(actor, Q(client_id=client_id), now)
    _follow(client_id, None, ClientKind.PRACTICE, now)
    detail = {"assignment": str(assignment_id), "member": str(member_id)}
    return Event("client.unassigned", ("client", client_id), detail=detail)


def walk_in(
    actor: Actor, client_id: UUID, member_id: UUID, session_at: datetime, now: datetime
) -> tuple[UUID, Event]:
    """What a session opens to a clinician who is not the client's own: that session and the face sheet (SPEC 8.2)."""
    opened = Assignment(
        practice_id=actor.practice_id,
        client_id=client_id,
        member_id=member_id,
        kind=AssignmentKind.WALK_IN,
        level=Level.FACE_SHEET,
        since=now,
        session_at=session_at,
        made_by_id=actor.member_id,
    )
    opened.save(force_insert=True)
    detail = {"assignment": str(opened.id), "member": str(member_id), "kind": AssignmentKind.WALK_IN.value}
    return opened.id, Event("client.assigned", ("client", client_id), detail=detail)


def end_walk_ins(actor: Actor, which: Q, now: datetime) -> None:
    """Close walk-ins: the sessions they are about did not take place, or are nobody else's to see any more."""
    Assignment.objects.filter(which, kind=AssignmentKind.WALK_IN, until__isnull=True).update(
        until=now, ended_by_id=actor.member_id
    )


def end_covers(actor: Actor, which: Q, now: datetime) -> None:
    """End covers that hold, and call off those that would begin: a period that ends as it begins never was."""
    covers = Assignment.objects.filter(which, kind=AssignmentKind.COVER, until__gt=now)
    covers.update(until=Greatest(F("since"), Value(now)), ended_by_id=actor.member_id)


def cover_duties(member_id: UUID, now: datetime) -> QuerySet[Assignment]:
    """What somebody covers for others, now and to come."""
    return Assignment.objects.filter(holds_or_will(now), member_id=member_id, kind=AssignmentKind.COVER)


def stop_covering(actor: Actor, member_id: UUID, now: datetime) -> list[Event]:
    """End what somebody covers for others. Returns what to record."""
    ended = list(cover_duties(member_id, now).order_by("since", "id").values_list("id", "client_id"))
    end_covers(actor, Q(member_id=member_id), now)
    return _covers_ended(ended)


def cover_for(member_id: UUID, now: datetime, *, before: datetime | None = None) -> QuerySet[Assignment]:
    """What others cover for somebody, now and to come; with `before`, only what begins before then."""
    covers = Assignment.objects.filter(holds_or_will(now), covers_for_id=member_id, kind=AssignmentKind.COVER)
    return covers.filter(since__lt=before) if before else covers


def stop_being_covered(
    actor: Actor, member_id: UUID, now: datetime, *, before: datetime | None = None
) -> list[Event]:
    """End what others cover for somebody who is back. Returns what to record."""
    ended = list(
        cover_for(member_id, now, before=before).order_by("since", "id").values_list("id", "client_id")
    )
    end_covers(actor, Q(pk__in=[cover_id for cover_id, _ in ended]), now)
    return _covers_ended(ended)


def _covers_ended(ended: Iterable[tuple[UUID, UUID]]) -> list[Event]:
    return [
        Event("client.cover_ended", ("client", client_id), detail={"cover": str(cover_id)})
        for cover_id, client_id in ended
    ]


def open_ties(member_id: UUID) -> QuerySet[Assignment]:
    """The clients somebody has now, as ties."""
    return Assignment.objects.filter(member_id=member_id, until__isnull=True, kind__in=THERAPIST_KINDS)


def _close(actor: Actor, which: Q, now: datetime) -> UUID | None:
    open_ties = Assignment.objects.filter(which, until__isnull=True, kind__in=THERAPIST_KINDS)
    # There is one at most. Asked for the first in an order, SQLite would walk through all ties of the practice.
    member_id = next(iter(open_ties.values_list("member_id", flat=True)), None)
    if member_id is not None:
        open_ties.update(until=now, ended_by_id=actor.member_id)
    return member_id


def _follow(client_id: UUID, member_id: UUID | None, kind: ClientKind, now: datetime) -> None:
    Client.objects.filter(pk=client_id).update(
        primary_id=member_id, kind=kind, updated_at=now, version=F("version") + 1
    )


# --- many at once, for bulk acts ------------------------------------------------------------------------------------


def end_ties(actor: Actor, client_ids: Sequence[UUID], now: datetime) -> None:
    """Close many clients' ties to their therapists. The caller writes their `primary` and `kind`."""
    theirs = Q(OneOf("client_id", client_ids))
    _end(actor, theirs & Q(until__isnull=True, kind__in=THERAPIST_KINDS), now)
    end_covers(actor, theirs, now)


def end_all_ties(actor: Actor, client_ids: Sequence[UUID], now: datetime) -> None:
    """Close every tie of many clients, whatever its kind. The caller writes their `primary` and `kind`."""
    theirs = Q(OneOf("client_id", client_ids))
    _end(actor, theirs & Q(until__isnull=True), now)
    end_covers(actor, theirs, now)


def begin_ties(actor: Actor, ties: Sequence[Tie], now: datetime, reason: str = "") -> list[str]:
    """Open ties of clients to therapists, of whom they have none. The caller writes their `primary` and `kind`.

    Returns the ids of the ties.
    """
    ids = ordered_ids(len(ties))
    same = {
        "practice_id": actor.practice_id,
        "level": Level.CHART.value,
        "since": now,
        "until": None,
        "session_at": None,
        "covers_for_id": None,
        "reason": reason,
        "made_by_id": actor.member_id,
        "ended_by_id": None,
    }
    each = {
        "id": ids,
        "client_id": [tie.client_id.hex for tie in ties],
        "member_id": [tie.member_id.hex for tie in ties],
        "kind": [tie.kind.value for tie in ties],
    }
    if ties:
        insert(Assignment, same, each)
    return ids


def begin_walk_ins_again(
    actor: Actor, client_ids: Sequence[UUID], ended_at: datetime, now: datetime
) -> list[Event]:
    """Open again those walk-ins of many clients that ended at a moment. Returns what to record."""
    events: list[Event] = []
    theirs = OneOf("client_id", client_ids)
    ended = Assignment.objects.filter(theirs, kind=AssignmentKind.WALK_IN, until=ended_at)
    for client_id, member_id, session_at in ended.values_list("client_id", "member_id", "session_at"):
        if session_at:
            events.append(walk_in(actor, client_id, member_id, session_at, now)[1])
    return events


def _end(actor: Actor, which: Q, now: datetime) -> None:
    change(Assignment.objects.filter(which), until=now, ended_by_id=actor.member_id)
