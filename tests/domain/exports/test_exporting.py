"""Exports: who may make them, what stands in the file, who can fetch it and for how long, and what is recorded."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.clients.commands.arranging import ArrangeList, arrange_list
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.queries.listing import ClientSort, ListClients
from kinfold.domain.exports import commands
from kinfold.domain.exports.commands import StartExport, start_export
from kinfold.domain.exports.errors import ExportExpired, NotReady
from kinfold.domain.exports.models import Export
from kinfold.domain.exports.periodic import tidy_exports
from kinfold.domain.exports.queries import (
    DownloadExport,
    ListExports,
    OpenExport,
    download_export,
    list_exports,
    open_export,
)
from kinfold.domain.imports.commands import StartImport, UploadFile, start_import, upload_file
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.supervision import EndSupervision, end_supervision
from tests.domain.clients.bulk.steps import archive, reassign
from tests.domain.clients.steps import add, numbered, person
from tests.domain.team.test_overrides import override
from tests.domain.team.test_supervision import sanas_supervision
from tests.personas import Cast, Person


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path / "exports"


def export(who: Person, file_format: str = "csv", **more: Any) -> UUID:
    return start_export(who.actor, StartExport(file_format=file_format, **more))


def content(who: Person, export_id: UUID) -> bytes:
    return download_export(who.actor, DownloadExport(export_id=export_id)).content


def table(who: Person, export_id: UUID) -> list[list[str]]:
    """The cells of a CSV as a spreadsheet opens it: by its mark of UTF-8."""
    raw = content(who, export_id)
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.requirement("U39")
def test_what_is_shown_is_exported_as_it_is_filtered_sorted_and_arranged(cast: Cast) -> None:
    change_client(
        cast.ada.actor,
        ChangeClient(client_id=cast.ben.id, version=1, external_id="AC-77", tags=("Sleep", "EMDR")),
    )
    order = ("name", "external_id", "tags", "therapist", "birth_date", "pending_notes")
    arrange_list(cast.ada.actor, ArrangeList(columns=order, shown=frozenset(order)))
    wanted = ListClients(therapist_id=cast.lin.member_id, sort=ClientSort.NAME_DOWN)
    assert table(cast.ada, export(cast.ada, matching=wanted)) == [
        ["First name", "Last name", "External ID", "Tags", "Primary therapist", "Date of birth", "Pending notes"],
        ["Ben", "Okafor", "AC-77", "EMDR; Sleep", "Lin Zhao", "1984-11-03", "0"],
        ["Dora", "Lindqvist", "", "", "Lin Zhao", "2001-07-30", "0"],
    ]  # fmt: skip
    found = table(
        cast.ada, export(cast.ada, matching=ListClients(search="petr"), columns=("last_name", "kind"))
    )
    assert found == [["Last name", "Kind"], ["Petrova", "Practice client"]]


@pytest.mark.requirement("U39")
def test_everything_holds_everybody_with_their_external_ids(cast: Cast) -> None:
    add(cast, numbered(1, external_id="AC-1", preferred_name="Gigi", identifiers=(("MyChart", "9"),)))
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.uma.id).update(status="archived")
    heads, *lines = table(cast.ada, export(cast.ada, everything=True))
    assert {"External ID", "IDs in other systems", "Guardian: phone", "Status", "Risk level"} <= set(heads)
    rows = {line[1]: dict(zip(heads, line, strict=True)) for line in lines}
    assert set(rows) == {"Family001", "Novak", "Okafor", "Lindqvist", "Petrova"}
    new = rows["Family001"]
    assert (new["External ID"], new["Preferred name"], new["IDs in other systems"]) == (
        "AC-1",
        "Gigi",
        "MyChart: 9",
    )
    assert (rows["Petrova"]["Status"], new["Status"]) == ("Archived", "Active")


@pytest.mark.requirement("O39")
def test_a_therapist_who_may_export_exports_their_own_clients_only(cast: Cast) -> None:
    for who, theirs in ((cast.theo, ["Novak"]), (cast.lin, ["Lindqvist", "Okafor"])):
        override(cast.olu, who, clients_export=True)
        for more in ({}, {"everything": True}, {"columns": ("first_name", "last_name")}):
            assert [line[1] for line in table(who, export(who, **more))[1:]] == theirs
    with pytest.raises(InvalidInput):
        export(cast.theo, matching=ListClients(search="lindqvist"))
    with pytest.raises(InvalidInput):
        export(cast.theo, matching=ListClients(therapist_id=cast.lin.member_id))


def test_billing_exports_names_and_therapists_and_nothing_else(cast: Cast) -> None:
    for more in (
        {"everything": True},
        {"columns": ("first_name", "last_name", "therapist", "email", "birth_date")},
    ):
        heads, *lines = table(cast.bea, export(cast.bea, **more))
        assert not set(heads) & {
            "Email",
            "Date of birth",
            "External ID",
            "Tags",
            "Phone",
            "Risk level",
            "Added",
        }
        assert len(lines) == 4
        assert "mail.example" not in str(lines)
    with pytest.raises(NotAllowed):
        export(cast.bea, matching=ListClients(sort=ClientSort.EMAIL))


def test_only_those_export_whose_role_says_so(cast: Cast) -> None:
    for who in (cast.sana, cast.theo, cast.lin):
        with pytest.raises(NotAllowed):
            export(who)
    sees_nobody = replace(cast.ada.actor, permissions=frozenset({Permission.CLIENTS_EXPORT}))
    with pytest.raises(NotAllowed):
        start_export(sees_nobody, StartExport(file_format="csv"))


def test_a_file_is_fetched_by_its_maker_only_and_for_a_day(cast: Cast, settings: Any) -> None:
    export_id = export(cast.ada)
    for who in (cast.olu, cast.bea, cast.fran):
        with pytest.raises(NotFound):
            content(who, export_id)
        with pytest.raises(NotFound):
            open_export(who.actor, OpenExport(export_id=export_id))
        assert list_exports(who.actor, ListExports()) == ()
    folder = settings.EXPORT_FOLDER / str(cast.alder.practice_id)
    assert len(list(folder.iterdir())) == 1
    later = clock.now() + timedelta(hours=25)
    with clock.frozen_at(later):
        with pytest.raises(ExportExpired):
            content(cast.ada, export_id)
        tidy_exports()
        assert open_export(cast.ada.actor, OpenExport(export_id=export_id)).state == "expired"
    assert list(folder.iterdir()) == []


def test_a_right_that_was_taken_away_closes_the_file_too(cast: Cast) -> None:
    export_id = export(cast.ada, columns=("last_name", "email"))
    override(cast.olu, cast.ada, clients_profile=False)
    with pytest.raises(NotAllowed):
        content(cast.ada, export_id)


def test_who_no_longer_sees_all_clients_cannot_fetch_a_file_of_all(cast: Cast) -> None:
    export_id = export(cast.ada, columns=("last_name",))
    override(cast.olu, cast.ada, clients_see_all=False, clients_see_own=True)
    with pytest.raises(NotAllowed):
        content(cast.ada, export_id)


@pytest.mark.parametrize("way", ["reassigned", "archived", "supervision"])
def test_a_file_of_ones_own_clients_closes_when_one_of_them_moves_away(cast: Cast, way: str) -> None:
    who = cast.sana if way == "supervision" else cast.theo
    override(cast.olu, who, clients_export=True)
    export_id = export(who)
    assert "Novak" in str(table(who, export_id))
    reassign(cast.ada, cast.theo, cast.uma.id)  # one more is no reason
    content(who, export_id)
    if way == "reassigned":
        reassign(cast.ada, cast.lin, cast.anna.id)
    elif way == "archived":
        archive(cast.ada, cast.anna.id)
    else:
        end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast)))
    with pytest.raises(NotAllowed, match="Export again"):
        content(who, export_id)
    if way != "supervision":
        assert "Novak" not in str(table(who, export(who)))


def test_a_column_that_is_named_again_and_again_stands_in_the_file_once(cast: Cast) -> None:
    export_id = export(cast.ada, columns=("last_name", "kind") * 5_000)
    assert table(cast.ada, export_id)[0] == ["Last name", "Kind"]


def test_a_large_export_is_made_in_the_background_with_the_rights_of_then(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "WAITED_FOR", 2)
    export_id = export(cast.ada)
    assert open_export(cast.ada.actor, OpenExport(export_id=export_id)).state == "running"
    with pytest.raises(NotReady):
        content(cast.ada, export_id)
    add(cast, numbered(1))
    run_pending()
    assert len(table(cast.ada, export_id)) == 6
    with entered(cast.alder.practice_id):
        assert Export.objects.get().wanted == {}
    second = export(cast.bea)
    override(cast.olu, cast.bea, clients_export=False)
    run_pending()
    with entered(cast.alder.practice_id):
        failed = Export.objects.get(pk=second)
        assert (failed.state, failed.problem) == (
            "failed",
            "Whoever started this may not export clients any more.",
        )


def test_the_trail_says_how_many_and_which_columns_and_no_names(cast: Cast) -> None:
    export_id = export(cast.ada, matching=ListClients(search="novak"), columns=("first_name", "last_name"))
    content(cast.ada, export_id)
    with entered(cast.alder.practice_id):
        entries = AuditEntry.objects.filter(subject_id=export_id).order_by("number")
        assert [entry.action for entry in entries] == ["export.finished", "export.downloaded"]
        details = AuditDetail.objects.filter(number__in=[entry.number for entry in entries])
        for body in details.values_list("body", flat=True):
            assert (body["rows"], body["columns"], body["format"]) == (1, ["first_name", "last_name"], "csv")
        assert "ovak" not in str(list(AuditDetail.objects.values_list("body", flat=True)))


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_no_cell_calculates_and_an_import_reads_the_file_back_as_it_was(cast: Cast, file_format: str) -> None:
    add(
        cast,
        person(
            first_name="Zoë", last_name="O'Brien-Łuksza", external_id="-12", phone="+15035550142",
            email="zoe@mail.example", tags=("+plus", "Sleep"),
        ),
    )  # fmt: skip
    export_id = export(cast.ada, file_format, matching=ListClients(search="zoe"), everything=False, columns=(
        "first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id", "phone", "tags",
    ))  # fmt: skip
    raw = content(cast.ada, export_id)
    if file_format == "csv":
        cells = table(cast.ada, export_id)[1]
    else:
        (sheet,) = load_workbook(io.BytesIO(raw)).worksheets
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
        cells = [str(cell.value) for cell in list(sheet)[1]]
    assert cells[5:7] == ["'-12", "'+15035550142"]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    with entered(cast.alder.practice_id, writing=True):
        old = Client.objects.get(first_name="Zoë")
        Client.objects.filter(pk=old.id).update(first_name="Was", email="old@mail.example")
    import_id = upload_file(cast.ada.actor, UploadFile(file_name=f"clients.{file_format}", content=raw))
    run_pending()
    start_import(cast.ada.actor, StartImport(import_id=import_id, leave_out_bad=False, with_duplicates=True))
    run_pending()
    with entered(cast.alder.practice_id):
        new = Client.objects.get(first_name="Zoë")
        for field in ("last_name", "birth_date", "sex_at_birth", "external_id", "phone"):
            assert getattr(new, field) == getattr(old, field), field
        assert sorted(new.client_tags.values_list("tag__name", flat=True)) == ["+plus", "Sleep"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"file_format": "pdf"},
        {"columns": ("shoe_size",)},
        {"matching": ListClients(search="nobody at all")},
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_sentence(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        start_export(cast.ada.actor, StartExport(**{"file_format": "csv", **wrong}))
    with entered(cast.alder.practice_id):
        assert not Export.objects.exists()
