"""What the tests of records do again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.models import ScheduledDeletion
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.records.commands.deleting import DeleteClients, delete_clients
from kinfold.domain.records.periodic import queue_what_is_due
from kinfold.domain.records.queries.deletions import (
    DeletionOutlook,
    GetRecordState,
    ListDeleted,
    ListPlanned,
    PreviewDeletion,
    RecordState,
    get_record_state,
    list_deleted,
    list_planned,
    preview_deletion,
)
from tests.domain.clients.bulk.steps import choose
from tests.personas import Cast, Person

WHY = "Entered twice by mistake"


def delete(who: Person, *client_ids: UUID, reason: str = WHY, count: int | None = None) -> UUID:
    """Delete archived clients, having typed how many they are."""
    change_id = choose(who, Act.DELETE, *client_ids)
    typed = count if count is not None else len(client_ids)
    return delete_clients(who.actor, DeleteClients(change_id=change_id, reason=reason, count=typed))


def outlook(who: Person, *client_ids: UUID) -> DeletionOutlook:
    """What deleting would do."""
    return preview_deletion(who.actor, PreviewDeletion(change_id=choose(who, Act.DELETE, *client_ids)))


def planned(who: Person) -> dict[str, date]:
    """Whose deletion is planned, by name, and for when."""
    return {row.name: row.due_on for row in list_planned(who.actor, ListPlanned()).rows}


def gone(who: Person) -> list[tuple[str, str, str]]:
    """Who was deleted: name, by whom, why."""
    return [(row.name, row.by, row.reason) for row in list_deleted(who.actor, ListDeleted()).rows]


def state(who: Person, client_id: UUID) -> RecordState:
    """What stands before a client's record."""
    return get_record_state(who.actor, GetRecordState(client_id=client_id))


@contextmanager
def years_later(years: float) -> Iterator[None]:
    """So many years from now."""
    with clock.frozen_at(clock.now() + timedelta(days=366 * years)):
        yield


def the_day_comes(cast: Cast) -> None:
    """The worker does what is due today."""
    queue_what_is_due()
    run_pending()


def make_due(cast: Cast, *client_ids: UUID) -> None:
    """Let what is planned be due, as after many years."""
    with entered(cast.alder.practice_id, writing=True):
        ScheduledDeletion.objects.filter(client_id__in=client_ids).update(due_on=clock.today())
