"""Acts on many clients go on in the background: all of it at once, or nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import OperationalError, connection

from kinfold.domain.access.models import Role
from kinfold.domain.audit.trail import verify
from kinfold.domain.changes.models import ChangeSet
from kinfold.domain.clients.bulk import background
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands import bulk
from kinfold.domain.clients.commands.bulk import ArchiveClients, archive_clients
from kinfold.domain.clients.models import ChosenClient, MovedTag
from kinfold.domain.clients.periodic import tidy_bulk_acts
from kinfold.domain.clients.queries.bulk import OpenChange, open_change
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import MemberRole
from tests.at_once import at_once, until_somebody_waits
from tests.domain.clients.bulk.steps import archive, choose, reassign, tag, undo
from tests.domain.clients.steps import listed
from tests.personas import Cast


@pytest.fixture(autouse=True)
def _two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "WAITED_FOR", 1)


def state(cast: Cast, change_id: UUID) -> str:
    return open_change(cast.ada.actor, OpenChange(change_id=change_id)).summary.state


def test_many_clients_are_changed_and_changed_back_in_the_background(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    assert (state(cast, change_id), listed(cast.ada).total) == ("running", 4)
    run_pending()
    assert (state(cast, change_id), listed(cast.ada).total) == ("done", 2)
    undo(cast.ada, change_id)
    assert (state(cast, change_id), listed(cast.ada).total) == ("undoing", 2)
    run_pending()
    assert (state(cast, change_id), listed(cast.ada).total) == ("undone", 4)
    assert verify(cast.alder.practice_id).fault is None


def test_a_task_that_is_begun_twice_has_one_effect(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    for _ in range(2):
        background.carry_out_change(cast.alder.practice_id, change_id)
    with entered(cast.alder.practice_id):
        assert set(ChosenClient.objects.values_list("client__version", flat=True)) == {2}


def test_who_lost_the_right_meanwhile_changes_nothing(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    with entered(cast.alder.practice_id, writing=True):
        role = Role.objects.get(key="practitioner")
        MemberRole.objects.filter(member_id=cast.ada.member_id).update(role=role)
    run_pending()
    found = open_change(cast.olu.actor, OpenChange(change_id=change_id)).summary
    assert (found.state, found.problem) == (
        "failed",
        "Whoever started this may not do it any more. Nothing was changed.",
    )
    assert listed(cast.olu).total == 4


def test_a_busy_database_is_tried_again_and_a_fault_is_told(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "carry_out", _raising(OperationalError("locked")))
        with pytest.raises(OperationalError):
            run_pending()
    assert state(cast, change_id) == "running"
    monkeypatch.setattr(background, "carry_out", _raising(RuntimeError("a fault")))
    background.carry_out_change(cast.alder.practice_id, change_id)
    assert open_change(cast.ada.actor, OpenChange(change_id=change_id)).summary.problem == background.GIVEN_UP


def _raising(error: Exception) -> object:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_what_is_no_longer_needed_is_let_go(cast: Cast) -> None:
    choose(cast.ada, Act.ARCHIVE, cast.anna.id)
    done = tag(cast.ada, ("EMDR",), cast.uma.id)
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        tidy_bulk_acts()
    with entered(cast.alder.practice_id):
        assert set(ChangeSet.objects.values_list("id", flat=True)) == {done}
        assert ChosenClient.objects.count() == MovedTag.objects.count() == 1
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        tidy_bulk_acts()
        found = open_change(cast.ada.actor, OpenChange(change_id=done)).summary
    assert (found.state, found.done, found.undo_until) == ("done", 1, None)
    with entered(cast.alder.practice_id):
        assert ChosenClient.objects.count() == MovedTag.objects.count() == 0


def test_an_act_that_nobody_works_on_any_more_is_ended(cast: Cast) -> None:
    change_id = reassign(cast.ada, cast.sana, cast.anna.id, cast.ben.id)
    QueuedTask.objects.all().delete()
    tidy_bulk_acts()
    assert state(cast, change_id) == "running"
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        tidy_bulk_acts()
    assert state(cast, change_id) == "failed"


def test_an_act_that_was_prepared_by_an_earlier_version_is_carried_out(cast: Cast) -> None:
    change_id = choose(cast.ada, Act.ARCHIVE, cast.anna.id)
    with entered(cast.alder.practice_id, writing=True):
        ChosenClient.objects.update(outcome="")  # as they were kept until then
    migration = import_module("kinfold.domain.clients.migrations.0009_chosen_are_done_from_the_start")
    migration.mark(None, SimpleNamespace(connection=connection))
    archive_clients(cast.ada.actor, ArchiveClients(change_id=change_id))
    assert open_change(cast.ada.actor, OpenChange(change_id=change_id)).summary.done == 1


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_carried_out_as_it_would_be_let_go_keeps_who_was_chosen(cast: Cast) -> None:
    change_id = choose(cast.ada, Act.ARCHIVE, cast.anna.id)
    begun, later = threading.Event(), clock.now() + timedelta(days=2)

    def act() -> None:
        with clock.frozen_at(later), entered(cast.alder.practice_id, writing=True):
            archive_clients(cast.ada.actor, ArchiveClients(change_id=change_id))
            begun.set()
            until_somebody_waits()

    def tidy() -> None:
        begun.wait(30)
        with clock.frozen_at(later):
            tidy_bulk_acts()

    at_once([act, tidy])
    [group] = open_change(cast.ada.actor, OpenChange(change_id=change_id)).groups
    assert (group.outcome, group.count) == ("done", 1)
