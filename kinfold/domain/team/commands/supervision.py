"""Who supervises whom, as periods that are closed and never overwritten."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.periods import begins, holds, holds_or_will, refuse_far_away
from kinfold.domain.team.errors import (
    AlreadySupervises,
    HasPrimarySupervisor,
    SupervisionCircle,
    SupervisionEnded,
)
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.models import Member, MemberRole, Supervision, SupervisionKind
from kinfold.domain.team.statuses import WORKS, allowed_now

says(
    supervision__started="named a supervisor",
    supervision__changed="made a supervisor the primary one",
    supervision__ended="ended a supervision",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StartSupervision:
    """Who supervises whom; from now on unless `since` is later, until ended unless `until` says when.

    `kind` is "primary" or "secondary"; left out, it is primary where they have no primary supervisor in that time.
    """

    supervisor_id: UUID
    supervisee_id: UUID
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EndSupervision:
    """Which supervision ends, now unless `at` is later."""

    supervision_id: UUID
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MakePrimary:
    """Which supervision becomes the primary one."""

    supervision_id: UUID


@command(Permission.SUPERVISION_MANAGE)
def start_supervision(actor: Actor, data: StartSupervision) -> UUID:
    """Name a supervisor. While it lasts they see the supervisee's clients, if the practice has that on (O18, O31).

    It cannot begin in the past: what somebody could see then is not rewritten. Raises HasPrimarySupervisor for a second
    primary supervisor at the same time.
    """
    if data.kind and data.kind not in SupervisionKind.values:
        raise InvalidInput.one("kind", "Choose primary or secondary.")
    hold_team()
    now = clock.now()
    since = begins(data.since, data.until, now, actor.time_zone)
    _check_people(data, now)
    _refuse_overlap(data, since)
    supervision = Supervision.objects.create(
        supervisor_id=data.supervisor_id,
        supervisee_id=data.supervisee_id,
        kind=_kind(data, since),
        since=since,
        until=data.until,
    )
    trail.record(
        actor,
        "supervision.started",
        subject=("member", data.supervisee_id),
        detail={"supervision": str(supervision.id), "supervisor": str(data.supervisor_id)},
    )
    return supervision.id


@command(Permission.SUPERVISION_MANAGE)
def end_supervision(actor: Actor, data: EndSupervision) -> None:
    """End a supervision, now or on a day to come. What was, stays in the history."""
    now = clock.now()
    supervision = Supervision.objects.filter(pk=data.supervision_id).first()
    if supervision is None:
        raise NotFound
    at = data.at or now
    if at < now:
        raise InvalidInput.one("at", "Choose today or a later day.")
    refuse_far_away(now, at=at)
    # One that has not begun ends as it begins, and so never was.
    at = max(at, supervision.since)
    if not Supervision.objects.filter(holds_or_will(now), pk=supervision.pk).update(until=at):
        raise SupervisionEnded
    trail.record(
        actor,
        "supervision.ended",
        subject=("member", supervision.supervisee_id),
        detail={"supervision": str(supervision.id), "supervisor": str(supervision.supervisor_id)},
    )


@command(Permission.SUPERVISION_MANAGE)
def make_primary(actor: Actor, data: MakePrimary) -> None:
    """Make a secondary supervisor the primary one, until the day their supervision ends.

    Whoever was primary meanwhile is secondary from then on, until the day theirs ends. What was, stays in the history.
    Raises SupervisionEnded for one that is over.
    """
    hold_team()
    now = clock.now()
    chosen = Supervision.objects.filter(pk=data.supervision_id).first()
    if chosen is None:
        raise NotFound
    if not Supervision.objects.filter(holds_or_will(now), pk=chosen.pk).exists():
        raise SupervisionEnded
    if chosen.kind == SupervisionKind.PRIMARY:
        trail.nothing_changed()
        return
    at = max(now, chosen.since)
    meanwhile = Supervision.objects.filter(
        holds_or_will(at), supervisee_id=chosen.supervisee_id, kind=SupervisionKind.PRIMARY
    )
    if chosen.until is not None:
        meanwhile = meanwhile.filter(since__lt=chosen.until)
    for before in list(meanwhile):
        _goes_on_as(before, SupervisionKind.SECONDARY, at)
    _goes_on_as(chosen, SupervisionKind.PRIMARY, at)
    trail.record(
        actor,
        "supervision.changed",
        subject=("member", chosen.supervisee_id),
        detail={"supervisor": str(chosen.supervisor_id)},
    )


def _goes_on_as(period: Supervision, kind: SupervisionKind, at: datetime) -> None:
    """Close a period and go on with one of another kind. One that has not begun by then never was."""
    since = max(at, period.since)
    Supervision.objects.filter(pk=period.pk).update(until=since)
    Supervision.objects.create(
        supervisor_id=period.supervisor_id,
        supervisee_id=period.supervisee_id,
        kind=kind,
        since=since,
        until=period.until,
    )


def _check_people(data: StartSupervision, now: datetime) -> None:
    """Both work here; the supervisor takes on something new, in a role that allows it; the supervisee sees clients."""
    if data.supervisor_id == data.supervisee_id:
        raise InvalidInput.one("supervisor_id", "Nobody supervises themselves. Choose someone else.")
    on_team = Member.objects.filter(ended_at__isnull=True)
    supervisor = on_team.filter(
        allowed_now(lambda standing: standing.takes_clients, now), pk=data.supervisor_id
    )
    supervisee = on_team.filter(pk=data.supervisee_id, status__in=WORKS)
    if not (supervisor.exists() and supervisee.exists()):
        raise NotFound
    held = MemberRole.objects.filter(holds(now))
    if not held.filter(member_id=data.supervisor_id, role__may_supervise=True).exists():
        raise InvalidInput.one(
            "supervisor_id",
            "This person holds no role that may supervise. Give them one first, or choose another.",
        )
    if not held.filter(member_id=data.supervisee_id, role__clinical=True).exists():
        raise InvalidInput.one("supervisee_id", "This person holds no role that sees clients.")


def _at_the_same_time(data: StartSupervision, since: datetime) -> QuerySet[Supervision]:
    """The periods that overlap with the new one."""
    periods = Supervision.objects.filter(holds_or_will(since))
    return periods if data.until is None else periods.filter(since__lt=data.until)


def _kind(data: StartSupervision, since: datetime) -> SupervisionKind:
    """The kind that was chosen, or the one that fits."""
    primary = _at_the_same_time(data, since).filter(
        supervisee_id=data.supervisee_id, kind=SupervisionKind.PRIMARY
    )
    if not primary.exists():
        return SupervisionKind(data.kind or SupervisionKind.PRIMARY)
    if data.kind == SupervisionKind.PRIMARY:
        raise HasPrimarySupervisor
    return SupervisionKind.SECONDARY


def _refuse_overlap(data: StartSupervision, since: datetime) -> None:
    """No second period of the same two at the same time, and nobody who is supervised by their supervisee."""
    pairs = set(_at_the_same_time(data, since).values_list("supervisor_id", "supervisee_id"))
    if (data.supervisor_id, data.supervisee_id) in pairs:
        raise AlreadySupervises
    below: dict[UUID, set[UUID]] = defaultdict(set)
    for supervisor_id, supervisee_id in pairs:
        below[supervisor_id].add(supervisee_id)
    seen: set[UUID] = set()
    waiting = [data.supervisee_id]
    while waiting:
        member_id = waiting.pop()
        if member_id == data.supervisor_id:
            raise SupervisionCircle
        if member_id not in seen:
            seen.add(member_id)
            waiting.extend(below[member_id])
