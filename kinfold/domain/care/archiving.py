"""What archiving clients does to their booked sessions: nobody cares for them any more, so those to come are cancelled.

Undoing the archiving books those again that are still to come, with clinicians who still take sessions (SPEC 2, 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import F, Q

from kinfold.domain.audit.sentences import says
from kinfold.domain.audit.trail import Event
from kinfold.domain.care.clinicians import taking_sessions
from kinfold.domain.care.models import Session, SessionStatus
from kinfold.domain.clients.bulk import archiving
from kinfold.domain.clients.bulk.acts import Act, Work
from kinfold.domain.clients.bulk.carrying import ACTS
from kinfold.domain.clients.ties import end_walk_ins
from kinfold.domain.kernel.many import blocks

says(session__restored="brought back a session that was cancelled with its client's archiving")

_FACTS: Final = ("id", "client_id", "member_id", "starts_at", "walk_in")


def archive(work: Work) -> list[Event]:
    """Archive clients, and cancel what they have booked."""
    events = archiving.archive(work)
    for ids in blocks(work.ids):
        booked = Session.objects.filter(
            client_id__in=ids, status=SessionStatus.SCHEDULED, starts_at__gt=work.now
        )
        events += _events(work, "session.cancelled", booked.values_list(*_FACTS))
        booked.update(
            status=SessionStatus.CANCELLED, cancelled_with_id=work.change_id, version=F("version") + 1
        )
    return events


def undo_archiving(work: Work) -> list[Event]:
    """Bring clients back, and of the sessions that were cancelled those that can still take place."""
    events = archiving.undo_archiving(work)
    able = set(taking_sessions(work.now).values_list("id", flat=True))
    for ids in blocks(work.ids):
        cancelled = Session.objects.filter(client_id__in=ids, cancelled_with_id=work.change_id)
        rows = list(cancelled.values_list(*_FACTS))
        back = [row for row in rows if row[2] in able and row[3] > work.now]
        for some in blocks([row[0] for row in back]):
            Session.objects.filter(pk__in=some).update(
                status=SessionStatus.SCHEDULED, cancelled_with=None, version=F("version") + 1
            )
        events += _events(work, "session.restored", back)
        for _, client_id, member_id, starts_at, walk_in in rows:
            if walk_in and (member_id not in able or starts_at <= work.now):
                which = Q(client_id=client_id, member_id=member_id, session_at=starts_at)
                end_walk_ins(work.actor, which, work.now)
    return events


def _events(work: Work, action: str, rows: Iterable[tuple[Any, ...]]) -> list[Event]:
    return [
        Event(
            action,
            ("client", client_id),
            detail=work.detail(session=str(session_id), member=str(member_id)),
        )
        for session_id, client_id, member_id, *_ in rows
    ]


ACTS[Act.ARCHIVE] = ACTS[Act.ARCHIVE]._replace(do=archive, undo=undo_archiving)
ACTS[Act.UNARCHIVE] = ACTS[Act.UNARCHIVE]._replace(undo=archive)
