"""An import can be taken back: what nobody touched since goes, everything else stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.changes.models import ChangeSet
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.guardians import AddGuardian, add_guardian
from kinfold.domain.clients.models import Assignment, AssignmentKind, Client, Tag
from kinfold.domain.imports.commands import UndoImport, undo_import
from kinfold.domain.imports.errors import CannotUndo
from kinfold.domain.imports.queries import ListKept, list_kept
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.bulk.steps import choose
from tests.domain.imports.steps import GOOD, bring_in, clients_of, file, status, tally
from tests.personas import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("U57")
def test_an_import_is_taken_back_in_one_act(cast: Cast) -> None:
    before, count = clients_of(cast), tally(cast)
    import_id = bring_in(cast.ada, file(*GOOD))
    assert undo_import(cast.ada.actor, UndoImport(import_id=import_id)) == ()
    assert (clients_of(cast), tally(cast)) == (before, count)
    summary = status(cast.ada, import_id)
    assert (summary.state, summary.kept, summary.undo_until) == ("undone", 0, None)
    with entered(cast.alder.practice_id):
        assert Tag.objects.count() == 0
        assert AuditEntry.objects.filter(action="import.undone", subject_id=import_id).count() == 1
        assert ChangeSet.objects.get().undone_by_id == cast.ada.member_id
    with pytest.raises(CannotUndo):
        undo_import(cast.ada.actor, UndoImport(import_id=import_id))
    assert status(cast.ada, bring_in(cast.ada, file(*GOOD))).created == 3


def test_clients_changed_since_are_kept_and_listed(cast: Cast) -> None:
    count = tally(cast)
    import_id = bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(first_name="Zoë").update(version=2, updated_at=clock.now())
        carl = Client.objects.get(first_name="Carl")
        Assignment.objects.create(
            client=carl, member_id=cast.lin.member_id, kind=AssignmentKind.PRIMARY, level=3, since=clock.now()
        )
    kept = undo_import(cast.ada.actor, UndoImport(import_id=import_id))
    assert len(kept) == 2
    assert tally(cast) == count + 2
    listed = list_kept(cast.ada.actor, ListKept(import_id=import_id))
    assert [(client.first_name, client.last_name) for client in listed] == [
        ("Zoë", "Núñez"),
        ("Carl", "Orff"),
    ]
    with entered(cast.alder.practice_id):
        assert set(Tag.objects.values_list("key", flat=True)) == {"group a", "vip"}


def test_clients_with_a_risk_or_a_guardian_since_are_kept(cast: Cast) -> None:
    import_id = bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id):
        ids = dict(Client.objects.filter(first_name__in=("Zoë", "Carl")).values_list("first_name", "id"))
    set_risk(cast.ada.actor, SetRisk(client_id=ids["Zoë"], level="high", reason="Said so."))
    guardian = AddGuardian(
        client_id=ids["Carl"], full_name="Vera Orff", relationship="parent", email="vera@mail.example"
    )
    add_guardian(cast.ada.actor, guardian)
    assert set(undo_import(cast.ada.actor, UndoImport(import_id=import_id))) == set(ids.values())


def test_an_import_is_taken_back_while_its_clients_are_chosen_for_a_bulk_act(cast: Cast) -> None:
    count = tally(cast)
    import_id = bring_in(cast.ada, file(*GOOD))
    choose(cast.ada, Act.ARCHIVE, search="carl")
    assert undo_import(cast.ada.actor, UndoImport(import_id=import_id)) == ()
    assert tally(cast) == count


def test_an_import_cannot_be_undone_after_thirty_days(cast: Cast) -> None:
    import_id = bring_in(cast.ada, file(*GOOD))
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        assert status(cast.ada, import_id).undo_until is None
        with pytest.raises(CannotUndo):
            undo_import(cast.ada.actor, UndoImport(import_id=import_id))
