"""Archiving clients, and bringing archived ones back (SPEC U16, U17, U24, 8.3).

An archived client's record is read-only for everyone. All their assignments end, and do not come back by themselves:
only undoing the archiving gives them back to the therapists they had.
"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F

from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.bulk.acts import Left, Work, mark
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.bulk.reassigning import give_back, taking_clients
from kinfold.domain.clients.models import (
    Client,
    ClientKind,
    ClientStatus,
    ClientTag,
    ClientWord,
    ScheduledDeletion,
)
from kinfold.domain.clients.ties import begin_walk_ins_again, end_all_ties
from kinfold.domain.kernel.many import blocks
from kinfold.domain.practices.models import PracticeTally


def active_already(work: Work) -> Left:
    """Active clients."""
    return {row.client_id: Outcome.ACTIVE for row in work.rows if row.status != ClientStatus.ARCHIVED}


def archive(work: Work) -> list[Event]:
    """End their assignments, and take them out of lists and the total of active clients."""
    end_all_ties(work.actor, work.ids, work.now)
    work.write(status=ClientStatus.ARCHIVED, primary_id=None, kind=ClientKind.PRACTICE)
    _show(work, ClientStatus.ARCHIVED)
    _count(active=-len(work.rows))
    return [Event("client.archived", ("client", row.client_id), detail=work.detail()) for row in work.rows]


def unarchive(work: Work) -> list[Event]:
    """Put them back into lists and the total of active clients. They wait for a therapist.

    Who is cared for again is not destroyed: what was planned is called off.
    """
    for ids in blocks(work.ids):
        ScheduledDeletion.objects.filter(client_id__in=ids)._raw_delete(DEFAULT_DB_ALIAS)
    work.write(status=ClientStatus.ACTIVE)
    _show(work, ClientStatus.ACTIVE)
    _count(active=len(work.rows))
    return [Event("client.unarchived", ("client", row.client_id), detail=work.detail()) for row in work.rows]


def undo_archiving(work: Work) -> list[Event]:
    """Back as they were, with the therapists they had. Whose therapist takes no clients now waits for another."""
    events = unarchive(work)
    able = taking_clients(work)
    alone = [row.client_id for row in work.rows if row.member_id and row.member_id not in able]
    mark(work.chosen, Outcome.UNDONE_ALONE, alone)
    with_theirs = [row for row in work.rows if row.member_id in able]
    for ids in blocks([row.client_id for row in with_theirs]):
        back = {"primary_id": work.as_chosen("member_id"), "kind": work.as_chosen("kind")}
        Client.objects.filter(pk__in=ids).update(**back)
    events += give_back(work, with_theirs)
    if work.done_at:
        events += begin_walk_ins_again(work.actor, work.ids, work.done_at, work.now)
    return events


def _show(work: Work, status: ClientStatus) -> None:
    """Where the lists keep it."""
    for ids in blocks(work.ids):
        ClientWord.objects.filter(client_id__in=ids).update(status=status)
        ClientTag.objects.filter(client_id__in=ids).update(status=status)


def _count(*, active: int) -> None:
    PracticeTally.objects.update(
        active_clients=F("active_clients") + active, archived_clients=F("archived_clients") - active
    )
