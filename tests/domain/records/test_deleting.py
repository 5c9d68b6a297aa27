"""Deleting clients: only from Archived, at once or when the retention rule allows it; each effect the page names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.audit import trail
from kinfold.domain.care.models import Session
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import CannotUndo, NothingFits
from kinfold.domain.clients.models import Client, ClientTag, ClientWord, FormerClient, ScheduledDeletion
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.tenants import TenantRow
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.records.commands.deleting import KeepClients, keep_clients
from kinfold.domain.records.errors import NotPlanned
from kinfold.domain.records.hanging import LINKS
from tests.domain.care.steps import hold, hours
from tests.domain.clients.bulk.steps import archive, choose, outcomes, preview, reassign, tag, unarchive, undo
from tests.domain.clients.steps import add, card, everything_recorded, listed, names, numbered, recorded
from tests.domain.records.steps import (
    WHY,
    delete,
    gone,
    make_due,
    outlook,
    planned,
    the_day_comes,
    years_later,
)
from tests.personas import Cast


@pytest.mark.requirement("U18")
def test_on_whom_nothing_hangs_is_gone_at_once_and_a_tombstone_stays(cast: Cast) -> None:
    tag(cast.ada, ("EMDR",), cast.anna.id)
    archive(cast.ada, cast.anna.id)
    found = outlook(cast.ada, cast.anna.id)
    assert (found.at_once, found.planned, found.kept_by) == (1, 0, ())
    delete(cast.ada, cast.anna.id)
    for who in (cast.olu, cast.ada, cast.theo, cast.fran):
        with pytest.raises(NotFound):
            card(who, cast.anna.id)
    assert names(listed(cast.ada, archived=True)) == []
    assert names(listed(cast.ada, archived=True, search="anna")) == []
    assert listed(cast.ada).counts.archived == 0
    assert gone(cast.ada) == [("Anna Novak", cast.ada.name, WHY)]
    with entered(cast.alder.practice_id):
        assert PracticeTally.objects.get().archived_clients == 0
        assert not ClientWord.objects.filter(client_id=cast.anna.id).exists()
        assert not ClientTag.objects.filter(client_id=cast.anna.id).exists()
        stone = FormerClient.objects.get(pk=cast.anna.id)
    assert (stone.by_id, stone.reason) == (cast.ada.member_id, WHY)
    assert "Novak" not in str(vars(stone))


@pytest.mark.requirement("U18")
def test_the_trail_keeps_the_name_and_still_holds(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id)
    delete(cast.ada, cast.anna.id)
    assert recorded(cast, cast.anna.id)[-1] == ("client.deleted", cast.ada.member_id, {"name": "Anna Novak"})
    lines = list_activity(cast.ada.actor, ListActivity(subject_id=cast.anna.id)).lines
    assert {line.subject_name for line in lines} == {"Anna Novak"}
    assert trail.verify(cast.alder.practice_id).fault is None
    assert "anna.novak" not in everything_recorded(cast)


@pytest.mark.requirement("U18")
def test_who_has_sessions_is_planned_and_goes_when_the_rule_allows_it(cast: Cast) -> None:
    hold(cast.theo, cast.anna, hours(-48))
    archive(cast.ada, cast.anna.id)
    found = outlook(cast.ada, cast.anna.id)
    assert (found.at_once, found.planned, found.kept_by) == (0, 1, ("1 session",))
    delete(cast.ada, cast.anna.id)
    day = (clock.now() - timedelta(hours=48)).date()
    assert planned(cast.ada) == {"Anna Novak": day.replace(year=day.year + 7)}
    assert card(cast.ada, cast.anna.id).status == "archived"
    the_day_comes(cast)
    assert planned(cast.ada)
    with years_later(8):
        the_day_comes(cast)
        with pytest.raises(NotFound):
            card(cast.ada, cast.anna.id)
        assert gone(cast.ada) == [("Anna Novak", cast.ada.name, WHY)]
    with entered(cast.alder.practice_id):
        assert not Session.objects.filter(client_id=cast.anna.id).exists()
        assert not ScheduledDeletion.objects.exists()
    assert recorded(cast, cast.anna.id)[-1] == ("client.deleted", None, {"name": "Anna Novak"})
    assert trail.verify(cast.alder.practice_id).fault is None


def test_some_go_at_once_and_others_are_planned_in_one_act(cast: Cast) -> None:
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id, cast.ben.id)
    change_id = delete(cast.ada, cast.anna.id, cast.ben.id)
    assert list(planned(cast.ada)) == ["Anna Novak"]
    assert [name for name, _, _ in gone(cast.ada)] == ["Ben Okafor"]
    assert outcomes(cast.ada, change_id) == {"done": {"Anna"}}


def test_only_archived_clients_are_deleted(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id)
    change_id = choose(cast.ada, Act.DELETE, cast.anna.id, cast.ben.id)
    assert [(group.outcome, group.count) for group in preview(cast.ada, change_id).left] == [
        ("not-archived", 1)
    ]
    delete(cast.ada, cast.anna.id, cast.ben.id, count=1)
    assert card(cast.ada, cast.ben.id).status == "active"
    with pytest.raises(NothingFits):
        delete(cast.ada, cast.ben.id)


def test_many_are_deleted_only_by_who_types_how_many_and_says_why(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id, cast.ben.id)
    with pytest.raises(InvalidInput) as refused:
        delete(cast.ada, cast.anna.id, cast.ben.id, count=3, reason=" ")
    assert {problem.field for problem in refused.value.problems} == {"reason", "count"}
    assert listed(cast.ada).counts.archived == 2
    delete(cast.ada, cast.anna.id, cast.ben.id, count=2)
    assert listed(cast.ada).counts.archived == 0


def test_a_planned_deletion_is_taken_back_alone_or_with_its_act(cast: Cast) -> None:
    hold(cast.theo, cast.anna)
    hold(cast.lin, cast.ben)
    archive(cast.ada, cast.anna.id, cast.ben.id)
    change_id = delete(cast.ada, cast.anna.id, cast.ben.id)
    keep_clients(cast.ada.actor, KeepClients(client_ids=(cast.anna.id,)))
    assert list(planned(cast.ada)) == ["Ben Okafor"]
    with pytest.raises(NotPlanned):
        keep_clients(cast.ada.actor, KeepClients(client_ids=(cast.anna.id,)))
    undo(cast.ada, change_id)
    assert planned(cast.ada) == {}
    assert outcomes(cast.ada, change_id) == {"since-changed": {"Anna"}, "undone": {"Ben"}}
    with years_later(9):
        the_day_comes(cast)
        assert card(cast.ada, cast.anna.id).status == "archived"


def test_who_is_gone_at_once_cannot_be_brought_back(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id)
    change_id = delete(cast.ada, cast.anna.id)
    with pytest.raises(CannotUndo):
        undo(cast.ada, change_id)


def test_unarchiving_calls_a_planned_deletion_off(cast: Cast) -> None:
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id)
    delete(cast.ada, cast.anna.id)
    unarchive(cast.ada, cast.anna.id)
    archive(cast.ada, cast.anna.id)
    assert planned(cast.ada) == {}


def test_an_earlier_act_can_be_undone_for_those_who_are_still_there(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    delete(cast.ada, cast.anna.id)
    undo(cast.ada, change_id)
    assert card(cast.ada, cast.ben.id).status == "active"
    with pytest.raises(NotFound):
        card(cast.ada, cast.anna.id)


SURFACES: dict[str, Callable[[Cast, UUID], object]] = {
    "opening": lambda cast, client_id: card(cast.ada, client_id),
    "editing": lambda cast, client_id: change_client(
        cast.ada.actor, ChangeClient(client_id=client_id, version=1, first_name="Else")
    ),
    "explaining": lambda cast, client_id: explain_access(cast.ada.actor, ExplainAccess(client_id=client_id)),
    "choosing": lambda cast, client_id: reassign(cast.ada, cast.lin, client_id),
    "taking back": lambda cast, client_id: keep_clients(cast.ada.actor, KeepClients(client_ids=(client_id,))),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_a_deleted_client_is_not_found_like_one_who_never_was(cast: Cast, surface: str) -> None:
    archive(cast.ada, cast.anna.id)
    delete(cast.ada, cast.anna.id)
    with pytest.raises(NotFound):
        SURFACES[surface](cast, cast.anna.id)


@pytest.mark.parametrize("who", ["sana", "theo", "lin", "bea", "fran"])
def test_who_may_not_delete_cannot(cast: Cast, who: str) -> None:
    archive(cast.ada, cast.anna.id)
    with pytest.raises((NotAllowed, NotFound)):
        delete(getattr(cast, who), cast.anna.id)
    assert card(cast.ada, cast.anna.id).status == "archived"


def test_a_worker_that_dies_has_destroyed_whole_records_or_none(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add(cast, *(numbered(n) for n in range(3)), therapist=cast.theo)
    with entered(cast.alder.practice_id, writing=True):
        for client_id in ids:
            Session.objects.create(
                client_id=client_id,
                member_id=cast.theo.member_id,
                starts_at=hours(-24 * 3000),
                minutes=50,
                status="completed",
                created_at=clock.now(),
            )
    archive(cast.ada, *ids)
    delete(cast.ada, *ids)
    monkeypatch.setattr("kinfold.domain.records.work.AT_A_TIME", 1)
    make_due(cast, *ids)

    class Killed(BaseException):
        pass

    real, calls = trail.record_all, []

    def dies_at_the_second(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise Killed
        real(*given)  # type: ignore[arg-type]

    with clock.frozen_at(clock.now() + timedelta(days=31)):
        with monkeypatch.context() as patched:
            patched.setattr(trail, "record_all", dies_at_the_second)
            with pytest.raises(Killed):
                the_day_comes(cast)
        left = listed(cast.ada, archived=True).counts.archived
        assert left == 3 - len(gone(cast.ada))
        with entered(cast.alder.practice_id):
            assert Session.objects.filter(client_id__in=ids).count() == left
    with clock.frozen_at(clock.now() + timedelta(days=32)):
        the_day_comes(cast)
        assert listed(cast.ada, archived=True).counts.archived == 0
        assert len(gone(cast.ada)) == 3
    assert trail.verify(cast.alder.practice_id).fault is None


def test_many_are_deleted_in_the_background(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfold.domain.clients.commands.bulk.WAITED_FOR", 1)
    archive(cast.ada, cast.anna.id)
    archive(cast.ada, cast.ben.id)
    delete(cast.ada, cast.anna.id, cast.ben.id)
    assert listed(cast.ada).counts.archived == 2
    the_day_comes(cast)
    assert listed(cast.ada).counts.archived == 0


def test_everything_that_links_to_a_client_has_a_rule() -> None:
    """Also what links to something that goes with a client: it would be left without what it belongs to."""
    declared = {link.field for link in LINKS}
    going = {Client} | {link.model for link in LINKS}
    linked = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, TenantRow)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.model in going
    }
    assert declared == linked


def test_what_is_named_as_a_reason_has_words() -> None:
    assert all(link.one and link.many for link in LINKS if link.at_deletion.name == "KEEPS")
