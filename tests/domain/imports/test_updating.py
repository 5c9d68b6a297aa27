"""Rows with an external ID that a client has update them, only where that was chosen, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.clients.models import Client, ClientProfile, ClientStatus, ClientTag, ClientWord, Tag
from kinfold.domain.imports.commands import (
    MatchColumns,
    StartImport,
    UndoImport,
    UploadFile,
    match_columns,
    start_import,
    undo_import,
    upload_file,
)
from kinfold.domain.imports.models import UpdatedClient
from kinfold.domain.imports.periodic import tidy_imports
from kinfold.domain.imports.previewing import PreviewRows, preview_rows
from kinfold.domain.imports.queries import ListKept, OpenCheck, list_kept, open_check
from kinfold.domain.imports.work import EDITED_AGAIN
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from tests.domain.imports.steps import GOOD, bring_in, file, preview, status, tally
from tests.personas import Cast, Person

pytestmark = pytest.mark.django_db

HEADER = "external_id,first_name,last_name,email,dob,sex,phone,city,tag"
ZOE = "a-1,Zoe,Núñez,zoe.new@mail.example,1990-02-03,F,212 555 2368,Albany,Group B"


def check(who: Person, *rows: str, header: str = HEADER, mode: str = "update", erase: bool = False) -> UUID:
    data = UploadFile(file_name="people.csv", content=file(*rows, header=header), mode=mode)
    import_id = upload_file(who.actor, data)
    run_pending()
    if erase:
        found = open_check(who.actor, OpenCheck(import_id=import_id))
        mapping = tuple(column.field for column in found.columns)
        match_columns(who.actor, MatchColumns(import_id=import_id, mapping=mapping, mode=mode, erase=True))
        run_pending()
    return import_id


def update(who: Person, *rows: str, **how: object) -> UUID:
    import_id = check(who, *rows, **how)  # type: ignore[arg-type]
    start_import(who.actor, StartImport(import_id=import_id, leave_out_bad=True))
    run_pending()
    return import_id


def client(cast: Cast, external_id: str) -> dict[str, object]:
    """Everything that a file can change about a client."""
    with entered(cast.alder.practice_id):
        found = Client.objects.get(external_id=external_id)
        more = ClientProfile.objects.filter(client=found).values("city", "guardian_name").first()
        words = ClientWord.objects.filter(client=found, status="active", sort_key=found.sort_key)
        return {
            "name": f"{found.first_name} {found.last_name}",
            "email": found.email,
            "birth_date": found.birth_date and found.birth_date.isoformat(),
            "phone": found.phone,
            "city": more["city"] if more else "",
            "tags": set(ClientTag.objects.filter(client=found).values_list("tag__name", flat=True)),
            "words": set(words.values_list("word", flat=True)),
        }


@pytest.mark.requirement("U57")
def test_clients_with_the_same_external_id_are_updated_as_it_was_shown(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    before, count = client(cast, "A-1"), tally(cast)
    import_id = check(cast.ada, ZOE, "A-2,Carl,Orff,carl@mail.example,1985-07-10,m,,,Group A")
    found = open_check(cast.ada.actor, OpenCheck(import_id=import_id))
    assert (found.summary.updates, found.summary.unchanged, found.summary.bad) == (1, 1, 0)
    assert found.fields_changed == {"first_name": 1, "email": 1, "phone": 1, "city": 1, "tag": 1}
    (row,) = preview(cast.ada, import_id, view="updates").rows
    assert [(change.field, change.was, change.becomes) for change in row.changes] == [
        ("first_name", "Zoë", "Zoe"),
        ("email", "zoe@mail.example", "zoe.new@mail.example"),
        ("phone", "", "+12125552368"),
        ("city", "", "Albany"),
        ("tag", "", "Group B"),
    ]
    assert client(cast, "A-1") == before

    start_import(cast.ada.actor, StartImport(import_id=import_id))
    run_pending()
    summary = status(cast.ada, import_id)
    assert (summary.state, summary.created, summary.updated, tally(cast)) == ("done", 0, 1, count)
    after = client(cast, "A-1")
    assert (after["name"], after["city"], after["phone"]) == ("Zoe Núñez", "Albany", "+12125552368")
    assert after["tags"] == {"Group A", "VIP", "Group B"}
    assert "zoenewmailexample" in after["words"]  # type: ignore[operator]

    with entered(cast.alder.practice_id):
        entry = AuditEntry.objects.get(action="client.changed")
        said = AuditDetail.objects.get(number=entry.number).body
        assert set(said["fields"]) == {"first_name", "email", "phone", "city", "tags"}
        assert "Albany" not in str(said)
        assert entry.actor_id == cast.ada.member_id
        number = AuditEntry.objects.filter(action="import.applied").latest("number").number
        assert AuditDetail.objects.get(number=number).body["fields"] == [
            "city", "email", "first_name", "phone", "tag",
        ]  # fmt: skip

    undo_import(cast.ada.actor, UndoImport(import_id=import_id))
    assert client(cast, "A-1") == before
    with entered(cast.alder.practice_id):
        assert not Tag.objects.filter(name="Group B").exists()
        assert not UpdatedClient.objects.exists()


def test_without_that_choice_nobody_is_updated(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    before = client(cast, "A-1")
    import_id = check(cast.ada, ZOE, mode="add")
    assert (status(cast.ada, import_id).updates, status(cast.ada, import_id).duplicates) == (0, 1)
    assert client(cast, "A-1") == before


def test_the_others_are_added_only_where_that_was_chosen_too(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    dan = "B-9,Dan,Roe,dan@mail.example,1970-01-01,m,,,"
    nobody = ",,Poe,,,,,,"
    import_id = check(cast.ada, ZOE, dan, nobody)
    summary = status(cast.ada, import_id)
    assert (summary.updates, summary.ready, summary.bad) == (1, 0, 2)
    assert [row.reasons for row in preview(cast.ada, import_id, view="bad").rows] == [
        {"external_id": "No client has this external ID."},
        {"external_id": "Enter the external ID of the client to update."},
    ]
    import_id = check(cast.ada, ZOE, dan, nobody, mode="both")
    summary = status(cast.ada, import_id)
    assert (summary.updates, summary.ready, summary.bad) == (1, 1, 1)
    (row,) = preview(cast.ada, import_id, view="bad").rows
    assert set(row.reasons) == {"first_name", "email", "birth_date", "sex_at_birth"}
    count = tally(cast)
    start_import(cast.ada.actor, StartImport(import_id=import_id, leave_out_bad=True))
    run_pending()
    summary = status(cast.ada, import_id)
    assert (summary.created, summary.updated, tally(cast)) == (1, 1, count + 1)
    assert undo_import(cast.ada.actor, UndoImport(import_id=import_id)) == ()
    assert (tally(cast), client(cast, "A-1")["name"]) == (count, "Zoë Núñez")


def test_a_file_that_only_updates_needs_no_column_but_the_external_id(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    import_id = update(cast.ada, "A-1,Troy", "A-2,", header="external_id,city")
    assert (status(cast.ada, import_id).updated, client(cast, "A-1")["city"]) == (1, "Troy")
    waiting = check(cast.ada, "Troy,x", header="city,region")
    assert open_check(cast.ada.actor, OpenCheck(import_id=waiting)).problems == (
        "No column is matched to External ID, by which clients are found to be updated.",
    )


def test_empty_cells_empty_a_field_only_where_that_was_chosen_and_never_what_is_required(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    update(cast.ada, ZOE)
    full = client(cast, "A-1")
    empty = "A-1,,,,,,,,"
    assert status(cast.ada, check(cast.ada, empty)).unchanged == 1
    import_id = update(cast.ada, empty, erase=True)
    assert client(cast, "A-1") == full | {"phone": "", "city": ""}
    undo_import(cast.ada.actor, UndoImport(import_id=import_id))
    assert client(cast, "A-1") == full


def test_a_date_of_birth_that_was_not_known_is_not_known_again_after_undoing(cast: Cast) -> None:
    bring_in(cast.ada, file("B-1,Una,May,una@mail.example", header="external_id,first,last,email"))
    import_id = update(cast.ada, "B-1,1990-01-31", header="external_id,dob")
    assert client(cast, "B-1")["birth_date"] == "1990-01-31"
    undo_import(cast.ada.actor, UndoImport(import_id=import_id))
    assert client(cast, "B-1")["birth_date"] is None


def test_who_cannot_be_told_or_changed_is_a_row_to_fix(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(external_id="A-2").update(status=ClientStatus.ARCHIVED)
        Client.objects.filter(external_id="A-3").update(external_id="a-1")
    lines = [ZOE, ZOE.replace("a-1", "A-2"), ZOE.replace("a-1", "A-2"), ZOE.replace("Albany", "x" * 61)]
    import_id = check(cast.ada, *(f"{line},Solo" for line in lines), header=f"{HEADER},tag")
    shown = preview(cast.ada, import_id, view="bad").rows
    assert {row.cells["tag"] for row in shown} == {"Group B; Solo"}
    assert [(row.line, *row.reasons.values()) for row in shown] == [
        (2, "Several clients have this external ID. Correct that first."),
        (3, "The client with this external ID is archived. Unarchive them first."),
        (4, "Line 3 of this file has the same external ID."),
        (5, "This has at most 60 characters."),
    ]


def test_clients_edited_since_the_check_send_the_file_back(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    import_id = check(cast.ada, ZOE)
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(external_id="A-1").update(
            version=2, phone="+12125550000", updated_at=clock.now()
        )
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    run_pending()
    summary = status(cast.ada, import_id)
    assert (summary.state, summary.problem) == ("ready", EDITED_AGAIN)
    assert client(cast, "A-1")["city"] == ""
    changes = preview(cast.ada, import_id, view="updates").rows[0].changes
    assert ("phone", "+12125550000", "+12125552368") in [(c.field, c.was, c.becomes) for c in changes]
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    run_pending()
    assert client(cast, "A-1")["phone"] == "+12125552368"


@pytest.mark.requirement("U57")
def test_undoing_keeps_and_lists_whom_somebody_edited_since(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    import_id = update(cast.ada, ZOE, ZOE.replace("a-1", "A-3").replace("Zoe,Núñez", "Ines,Ash"))
    with entered(cast.alder.practice_id, writing=True):
        edited = Client.objects.get(external_id="A-1")
        Client.objects.filter(pk=edited.id).update(version=edited.version + 1, phone="+12125550000")
    assert undo_import(cast.ada.actor, UndoImport(import_id=import_id)) == (edited.id,)
    assert (client(cast, "A-1")["phone"], client(cast, "A-1")["city"]) == ("+12125550000", "Albany")
    assert (client(cast, "A-3")["city"], client(cast, "A-3")["email"]) == ("", "ines@mail.example")
    assert [person.id for person in list_kept(cast.ada.actor, ListKept(import_id=import_id))] == [edited.id]
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        tidy_imports()
    with entered(cast.alder.practice_id):
        assert not UpdatedClient.objects.exists()


def test_only_who_may_edit_clients_updates_any_and_sees_only_their_own(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    data = UploadFile(file_name="a.csv", content=file(ZOE, header=HEADER), mode="update")
    without = replace(cast.ada.actor, permissions=cast.ada.actor.permissions - {Permission.CLIENTS_CHANGE})
    with pytest.raises(NotAllowed):
        upload_file(without, data)
    with pytest.raises(InvalidInput):
        upload_file(cast.ada.actor, replace(data, whom="members"))
    import_id = check(cast.ada, ZOE)
    with pytest.raises(NotFound):
        start_import(without, StartImport(import_id=import_id))
    with pytest.raises(NotFound):
        preview_rows(without, PreviewRows(import_id=import_id))
    assert status(cast.fran, check(cast.fran, ZOE)).updates == 0
