"""Filling a demo practice with care: months of sessions behind, some weeks ahead, notes as far as people get, and risk.

Rows as the commands would leave them, with one entry in the trail for all: telling each by its command would take
longer than telling the rest of the story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kinfold.domain.access.actors import system_actor
from kinfold.domain.audit import trail
from kinfold.domain.care.models import Risk, Session
from kinfold.domain.clients.models import Client, ClientStatus, RiskLevel
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.many import insert, ordered_ids
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Supervision

# Enough for everybody's pages to look alive; a practice of 100,000 has no more.
MOST_CLIENTS: Final = 3_000
WEEKS: Final = range(-9, 3)
# By minutes, what insurers call it.
CODES: Final = {45: "90834", 60: "90837", 50: "90847"}
INTAKE: Final = "90791"


@dataclass(frozen=True, slots=True)
class _Meeting:
    client_id: UUID
    member_id: UUID
    starts_at: datetime
    minutes: int
    code: str
    status: str
    note: str = "none"
    cosigned_by: UUID | None = None
    wants_cosignature: bool = False
    signed_at: datetime | None = None
    cosigned_at: datetime | None = None


def add_sessions(practice_id: UUID, random: Random) -> None:
    """Give clients who have a therapist their sessions."""
    now = clock.now()
    with entered(practice_id, writing=True):
        meetings = list(_meetings(random, now))
        if meetings:
            _write(practice_id, meetings)


# How often each level is set, and what people say then.
RISKS: Final = {
    RiskLevel.NONE: (8, ("Nothing that worries us.",)),
    RiskLevel.LOW: (62, ("Routine screening.", "Stable, good support at home.", "Reviewed with the client.")),
    RiskLevel.MODERATE: (
        22,
        ("More withdrawn than last month.", "Recent loss; plan agreed.", "Sleeps badly, keeps appointments."),
    ),
    RiskLevel.HIGH: (
        8,
        ("Safety plan in place, weekly check-in.", "Thoughts of self-harm; family informed."),
    ),
}


def add_risks(practice_id: UUID, random: Random) -> None:
    """Say of most clients who have a therapist at what level of risk they are."""
    now = clock.now()
    with entered(practice_id, writing=True):
        rows = _cared_for().values_list("id", "primary_id", "created_at")
        said = [row for row in rows[:MOST_CLIENTS] if random.random() < 0.8]
        if not said:
            return
        levels = random.choices(tuple(RISKS), [share for share, _ in RISKS.values()], k=len(said))
        moments = [since + (now - since) * random.uniform(0.05, 0.95) for _, _, since in said]
        insert(
            Risk,
            {"practice_id": practice_id, "until": None},
            {
                "id": ordered_ids(len(said)),
                "client_id": [str(client_id) for client_id, _, _ in said],
                "level": [level.value for level in levels],
                "reason": [random.choice(RISKS[level][1]) for level in levels],
                "since": [connection.ops.adapt_datetimefield_value(moment) for moment in moments],
                "set_by_id": [str(member_id) for _, member_id, _ in said],
            },
        )
        for level in RISKS:
            ids = [row[0] for row, set_to in zip(said, levels, strict=True) if set_to is level]
            for start in range(0, len(ids), 500):
                Client.objects.filter(pk__in=ids[start : start + 500]).update(risk=level.value)
        trail.record(system_actor(practice_id, "Demo"), "demo.filled", detail={"risks": len(said)})


def _cared_for() -> QuerySet[Client]:
    clients = Client.objects.filter(status=ClientStatus.ACTIVE, primary__isnull=False)
    return clients.order_by("created_at", "sort_key", "email")


def _meetings(random: Random, now: datetime) -> Iterator[_Meeting]:
    supervisors = dict(
        Supervision.objects.filter(until__isnull=True).values_list("supervisee_id", "supervisor_id")
    )
    rows = _cared_for().values_list("id", "primary_id", "created_at")
    slots: defaultdict[UUID, int] = defaultdict(int)
    monday = (now - timedelta(days=now.weekday())).replace(minute=0, second=0, microsecond=0)
    for client_id, member_id, since in rows[:MOST_CLIENTS]:
        place = slots[member_id]
        slots[member_id] += 1
        every = random.choices((1, 2, 0), (55, 30, 15))[0]
        minutes = random.choices(tuple(CODES), (60, 30, 10))[0]
        # A working week of each clinician: five days of eight hours, one client after the other.
        at = monday.replace(hour=14 + place // 5 % 8) + timedelta(days=place % 5)
        first = True
        for week in WEEKS if every else ():
            starts_at = at + timedelta(weeks=week)
            if starts_at < since or week % every:
                continue
            what = (INTAKE, 60) if first else (CODES[minutes], minutes)
            first = False
            yield _meeting(random, now, client_id, member_id, starts_at, what, supervisors.get(member_id))


def _meeting(
    random: Random,
    now: datetime,
    client_id: UUID,
    member_id: UUID,
    starts_at: datetime,
    what: tuple[str, int],
    supervisor_id: UUID | None,
) -> _Meeting:
    code, minutes = what
    same: dict[str, Any] = {
        "client_id": client_id,
        "member_id": member_id,
        "starts_at": starts_at,
        "minutes": minutes,
        "code": code,
    }
    if starts_at + timedelta(minutes=minutes) > now:
        return _Meeting(**same, status="scheduled" if random.random() < 0.96 else "cancelled")
    status = random.choices(("completed", "no_show", "cancelled"), (87, 7, 6))[0]
    return _Meeting(
        **same,
        status=status,
        **(_note(random, now, starts_at, supervisor_id) if status == "completed" else {}),
    )


def _note(random: Random, now: datetime, starts_at: datetime, supervisor_id: UUID | None) -> dict[str, Any]:
    """Notes are signed within some days, and few are forgotten."""
    age = (now - starts_at).days
    signed_at = starts_at + timedelta(hours=random.uniform(1, 40))
    if signed_at > now or random.random() > (0.5 if age < 2 else 0.8 if age < 5 else 0.985):
        return {"note": random.choice(("none", "draft"))}
    signed: dict[str, Any] = {"note": "signed", "signed_at": signed_at}
    if supervisor_id is None:
        return signed
    signed["wants_cosignature"] = True
    cosigned_at = signed_at + timedelta(hours=random.uniform(2, 90))
    if cosigned_at > now or random.random() > (0.25 if age < 7 else 0.97):
        return signed
    return {**signed, "note": "cosigned", "cosigned_by": supervisor_id, "cosigned_at": cosigned_at}


def _write(practice_id: UUID, meetings: list[_Meeting]) -> None:
    ids = ordered_ids(len(meetings))
    as_stored = connection.ops.adapt_datetimefield_value

    def moments(name: str) -> list[Any]:
        return [as_stored(moment) if (moment := getattr(m, name)) else None for m in meetings]

    each: Mapping[str, list[Any]] = {
        "id": ids,
        "client_id": [str(m.client_id) for m in meetings],
        "member_id": [str(m.member_id) for m in meetings],
        "starts_at": moments("starts_at"),
        "minutes": [m.minutes for m in meetings],
        "service_code": [m.code for m in meetings],
        "status": [m.status for m in meetings],
        "note": [m.note for m in meetings],
        "wants_cosignature": [m.wants_cosignature for m in meetings],
        "signed_by_id": [str(m.member_id) if m.signed_at else None for m in meetings],
        "signed_at": moments("signed_at"),
        "cosigned_by_id": [str(m.cosigned_by) if m.cosigned_by else None for m in meetings],
        "cosigned_at": moments("cosigned_at"),
        "created_at": [as_stored(m.starts_at - timedelta(weeks=4)) for m in meetings],
    }
    same = {
        "practice_id": practice_id,
        "walk_in": False,
        "settled_at": None,
        "booked_by_id": None,
        "cancelled_with_id": None,
        "version": 1,
    }
    insert(Session, same, each)
    trail.record(
        system_actor(practice_id, "Demo"),
        "demo.filled",
        detail={"sessions": len(ids), "ids_digest": sha256("\n".join(ids).encode()).hexdigest()},
    )
