"""Deleting clients as a bulk act (SPEC U18, 8.11): some at once, the others when the retention rule allows it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from kinfold.domain.audit.sentences import says
from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.bulk.acts import Act, BulkAct, Left, Work
from kinfold.domain.clients.bulk.carrying import ACTS
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.models import ClientStatus, ScheduledDeletion
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.kernel.many import blocks
from kinfold.domain.practices.queries import zone_here

from .erasing import Wish, erase
from .hanging import keeping
from .holds import held
from .retention import planned_days

says(
    client__deletion_planned="planned the deletion of a client",
    client__deletion_cancelled="took back the planned deletion of a client",
)


def not_deletable(work: Work) -> Left:
    """Active clients, those under a legal hold, and those whose deletion is planned already."""
    left: Left = {
        row.client_id: Outcome.NOT_ARCHIVED for row in work.rows if row.status != ClientStatus.ARCHIVED
    }
    for ids in blocks(work.ids):
        for client_id in held(ids):
            left.setdefault(client_id, Outcome.HELD)
        planned = ScheduledDeletion.objects.filter(client_id__in=ids)
        for client_id in planned.values_list("client_id", flat=True):
            left.setdefault(client_id, Outcome.PLANNED)
    return left


def delete(work: Work) -> list[Event]:
    """Erase those on whom nothing clinical, billing or signed hangs, and plan it for the others."""
    if work.actor.member_id is None:
        raise NotAllowed
    kept = keeping(work.ids)
    today = clock.today(zone_here())
    days = planned_days(list(kept), today)
    staying = [row for row in work.rows if row.client_id in kept]
    Work(actor=work.actor, change_id=work.change_id, choice=work.choice, now=work.now, rows=staying).write()
    ScheduledDeletion.objects.bulk_create(
        [
            ScheduledDeletion(
                practice_id=work.actor.practice_id,
                client_id=client_id,
                due_on=day,
                reason=work.choice.reason,
                asked_by_id=work.actor.member_id,
                asked_at=work.now,
            )
            for client_id, day in days.items()
        ],
        batch_size=500,
    )
    wish = Wish(work.actor.member_id, work.choice.reason)
    return [
        *erase({client_id: wish for client_id in work.ids if client_id not in kept}, work.now),
        *(
            Event(
                "client.deletion_planned", ("client", client_id), detail=work.detail(due_on=day.isoformat())
            )
            for client_id, day in days.items()
        ),
    ]


def call_off(work: Work) -> list[Event]:
    """Take planned deletions back; who is gone is gone."""
    work.write()
    return cancelled(work.ids, change=str(work.change_id))


def cancelled(client_ids: Sequence[UUID], **detail: str) -> list[Event]:
    """Take what is planned for these clients back. Returns what to record."""
    for ids in blocks(client_ids):
        ScheduledDeletion.objects.filter(client_id__in=ids)._raw_delete(DEFAULT_DB_ALIAS)
    return [
        Event("client.deletion_cancelled", ("client", client_id), detail=dict(detail))
        for client_id in client_ids
    ]


ACTS[Act.DELETE] = BulkAct(not_deletable, delete, call_off)
