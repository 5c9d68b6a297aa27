"""Every write leaves evidence, in the same transaction, and the evidence holds (RELIABILITY 1.12).

Each row of the matrix is played by somebody who may, and the tables of the practice are compared before and after:
what changed without an entry in the trail fails, whatever the address was thought to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models

from kinfold.domain.audit import trail
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.identity.models import RegistrationCode
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.tenants import TenantRow
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice
from tests.architecture import resolver
from tests.architecture.playing import enough, refusable, request
from tests.architecture.routes import ROWS, Open, Row
from tests.architecture.stage import ANONYMOUS, Caller, Stage, all_but, undone

# The trail itself, and what was done under which key, which is written with the act.
EVIDENCE = {"audit.AuditEntry", "audit.AuditDetail", "audit.AuditHead", "access.Replay"}
OF_A_PRACTICE = [
    model
    for model in apps.get_models()
    if issubclass(model, TenantRow) and not model._meta.proxy and model._meta.label not in EVIDENCE
]
Rows = Counter[tuple[object, ...]]


def everything(stage: Stage) -> dict[str, Rows]:
    """All rows of Alder Creek by table, with the codes, the mail and the background work that leave with an act."""
    practice_id = stage.cast.alder.practice_id
    with entered(practice_id), connection.cursor() as cursor:
        found = {model._meta.label: stored(cursor, model, practice_id) for model in OF_A_PRACTICE}
    found["practices.Practice"] = Counter(Practice.objects.filter(pk=practice_id).values_list())
    mail = OutgoingMail.objects.filter(for_practice=practice_id)
    found["outgoing.OutgoingMail"] = Counter(mail.values_list())
    codes = RegistrationCode.objects.filter(for_practice=practice_id)
    found["identity.RegistrationCode"] = Counter(codes.values_list())
    work = QueuedTask.objects.values_list()
    found["kernel.QueuedTask"] = Counter((repr(row),) for row in work if str(practice_id) in repr(row))
    return found


def stored(cursor: Any, model: type[models.Model], practice_id: UUID) -> Rows:
    """The rows of one table as they are stored: a thousand comparisons have no time for making objects of them."""
    cursor.execute(
        f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)} WHERE practice_id = %s",
        [models.UUIDField().get_db_prep_value(practice_id, connection)],
    )
    return Counter(cursor.fetchall())


def entries(stage: Stage) -> list[tuple[str, str]]:
    """Actions and outcomes in the trail of Alder Creek."""
    with entered(stage.cast.alder.practice_id):
        return list(AuditEntry.objects.order_by("number").values_list("action", "outcome"))


def whoever_may(stage: Stage, row: Row) -> Caller:
    """The least entitled of those who may."""
    if row.needs in {Open.PUBLIC, Open.LINK}:
        return ANONYMOUS
    if row.needs is Open.OWN:
        return stage.acting()
    if isinstance(row.needs, Open):
        return stage.signed_in(stage.cast.nora)
    return stage.member_with(enough(row)[0])


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nothing_changes_without_an_entry_in_the_trail(stage: Stage, row: Row) -> None:
    who = whoever_may(stage, row)
    stage.things_for(who)
    with undone():
        before, known = everything(stage), entries(stage)
        request(stage, who, row, keep=True)
        changed = {name for name, found in everything(stage).items() if found != before[name]}
        added = entries(stage)[len(known) :]
        assert not changed or added, changed
        if row.writes:
            assert changed, "the sample changes nothing, so it proves nothing"
            assert trail.verify(stage.cast.alder.practice_id).fault is None
        if row.method == "GET":
            assert changed == set()


@pytest.mark.parametrize("row", [row for row in ROWS if row.writes], ids=str)
def test_a_change_whose_entry_cannot_be_written_does_not_happen(stage: Stage, row: Row) -> None:
    who = whoever_may(stage, row)
    stage.things_for(who)
    with undone():
        before = everything(stage)
        with no_room_in_the_trail(), pytest.raises(OSError, match="no room"):
            request(stage, who, row, keep=True)
        after = everything(stage)
        assert {name for name, found in after.items() if found != before[name]} == set()


@contextmanager
def no_room_in_the_trail() -> Iterator[None]:
    """Entries cannot be written, as when the disk is full at that moment."""

    def refuse(*_: object) -> None:
        raise OSError("no room")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail, "insert", refuse)
        yield


@pytest.mark.parametrize("row", [row for row in ROWS if row.writes], ids=str)
def test_a_refused_act_is_in_the_trail(stage: Stage, row: Row) -> None:
    for missing in refusable(row):
        who = stage.member_with(all_but(missing))
        with undone():
            known = entries(stage)
            request(stage, who, row, keep=True)
            added = entries(stage)[len(known) :]
            assert added[-1:] == [("access.refused", "refused")], who.name
            assert set(added) <= {("access.refused", "refused"), ("client.opened", "done")}


def test_the_matrix_plays_every_table_that_people_can_change(stage: Stage) -> None:
    """A table that no row of the matrix changes is one whose evidence nobody has looked at."""
    changed: set[str] = set()
    for row in ROWS:
        if row.writes and not resolver.addresses()[row.route].is_api:
            who = whoever_may(stage, row)
            stage.things_for(who)
            with undone():
                before = everything(stage)
                request(stage, who, row, keep=True)
                changed |= {name for name, found in everything(stage).items() if found != before[name]}
    by_start_of_a_practice = {"practices.PracticeTally", "access.Role"}
    by_background_work = {
        "imports.StagedRows",
        "imports.UpdatedClient",
        "changes.ChangeSet",
        "credentials.ExpiryReminder",
    }
    by_postgres = {"clients.Headcount"}
    expected = by_start_of_a_practice | by_background_work | by_postgres
    assert set(everything(stage)) - changed - expected == set()
