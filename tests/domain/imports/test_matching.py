"""Its columns are matched before a file is checked, and can be matched anew."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from openpyxl import load_workbook

from kinfold.domain.imports.commands import (
    ForgetMatch,
    MatchColumns,
    StartImport,
    UploadFile,
    forget_match,
    match_columns,
    start_import,
    upload_file,
)
from kinfold.domain.imports.errors import FileRefused, NotWaiting
from kinfold.domain.imports.fields import FIELDS
from kinfold.domain.imports.models import Import
from kinfold.domain.imports.queries import GetTemplate, OpenCheck, get_template, open_check
from kinfold.domain.imports.templates import TemplateKind
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from tests.domain.imports.steps import GOOD, file, preview, status, upload
from tests.domain.imports.workbooks import saved
from tests.personas import Cast, Person

pytestmark = pytest.mark.django_db


def test_columns_that_are_not_recognised_wait_to_be_matched(cast: Cast) -> None:
    content = file("1990-01-01,Zoë,Núñez,f,zoe@mail.example", header="when,who,of,kind,where")
    import_id = upload(cast.ada, content)
    check = open_check(cast.ada.actor, OpenCheck(import_id=import_id))
    assert check.summary.state == "matching"
    assert "No column is matched to First name." in check.problems
    with pytest.raises(NotWaiting):
        start_import(cast.ada.actor, StartImport(import_id=import_id))

    half = (None, "first_name", "last_name", None, None)
    match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=half))
    check = open_check(cast.ada.actor, OpenCheck(import_id=import_id))
    assert [column.field for column in check.columns] == list(half)
    assert len(check.problems) == 1

    whole = ("birth_date", "first_name", "last_name", "sex_at_birth", "email")
    match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=whole))
    assert status(cast.ada, import_id).state == "reading"
    run_pending()
    assert status(cast.ada, import_id).ready == 1
    for wrong in ((*whole, None), ("nickname", *whole[1:])):
        with pytest.raises(InvalidInput):
            match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=wrong))


def test_matching_again_replaces_what_was_checked(cast: Cast) -> None:
    row = "Zoë,Núñez,zoe@mail.example,3/4/1990,f"
    import_id = upload(cast.ada, file(row, header="first,last,email,dob,sex"))
    check = open_check(cast.ada.actor, OpenCheck(import_id=import_id))
    assert check.notes == ("Dates such as 3/4/1990 were read as month/day/year.",)
    mapping = tuple(column.field for column in check.columns)
    match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=mapping, date_order="dmy"))
    run_pending()
    (shown,) = preview(cast.ada, import_id).rows
    assert shown.cells["birth_date"] == "1990-04-03"
    assert open_check(cast.ada.actor, OpenCheck(import_id=import_id)).notes == ()


def test_an_older_check_does_not_overwrite_a_newer_one(cast: Cast) -> None:
    import_id = upload_file(cast.ada.actor, UploadFile(file_name="a.csv", content=file(*GOOD)))
    with entered(cast.alder.practice_id, writing=True):
        Import.objects.filter(pk=import_id).update(attempt=2)
    run_pending()
    assert status(cast.ada, import_id).state == "reading"


FOREIGN = "when,who,of,kind,where"
MATCHED = ("birth_date", "first_name", "last_name", "sex_at_birth", "email")
ROW = "3/4/25,{0},Núñez,f,{0}@mail.example"


def columns(who: Person, import_id: UUID) -> tuple[str | None, ...]:
    return tuple(column.field for column in open_check(who.actor, OpenCheck(import_id=import_id)).columns)


def bring_in_matched(who: Person, name: str) -> UUID:
    """A file whose headings say nothing, matched by hand."""
    import_id = upload(who, file(ROW.format(name), header=FOREIGN))
    match_columns(
        who.actor,
        MatchColumns(import_id=import_id, mapping=MATCHED, date_order="dmy", short_years="1900"),
    )
    run_pending()
    start_import(who.actor, StartImport(import_id=import_id))
    run_pending()
    return import_id


@pytest.mark.requirement("U57")
def test_how_columns_were_matched_is_remembered_for_the_next_file_with_their_headings(cast: Cast) -> None:
    bring_in_matched(cast.ada, "Zoe")
    again = upload(cast.olu, file(ROW.format("Yan"), header="When, WHO ,of,Kind,where"))
    check = open_check(cast.olu.actor, OpenCheck(import_id=again))
    assert columns(cast.olu, again) == MATCHED
    assert check.remembered is not None
    assert check.remembered.by == "Ada Brandt"
    assert (check.date_order, check.short_years, check.summary.ready) == ("dmy", "1900", 1)
    assert preview(cast.olu, again).rows[0].cells["birth_date"] == "1925-04-03"

    other = upload(cast.ada, file(ROW.format("Xia"), header="when,who,of,kind,there"))
    assert open_check(cast.ada.actor, OpenCheck(import_id=other)).remembered is None
    assert columns(cast.fran, upload(cast.fran, file(ROW.format("Wim"), header=FOREIGN))) != MATCHED


def test_what_is_remembered_can_be_forgotten(cast: Cast) -> None:
    bring_in_matched(cast.ada, "Zoe")
    again = upload(cast.ada, file(ROW.format("Yan"), header=FOREIGN))
    forget_match(cast.ada.actor, ForgetMatch(import_id=again))
    check = open_check(cast.ada.actor, OpenCheck(import_id=again))
    assert (check.remembered, check.date_order, check.summary.state) == (None, "", "matching")
    third = upload(cast.ada, file(ROW.format("Yan"), header=FOREIGN))
    assert columns(cast.ada, third) == columns(cast.ada, again) != MATCHED


def test_what_the_headings_say_is_not_remembered_and_what_is_written_wins(cast: Cast) -> None:
    start_import(cast.ada.actor, StartImport(import_id=upload(cast.ada, file(GOOD[0]))))
    run_pending()
    again = upload(cast.ada, file(GOOD[1]))
    assert open_check(cast.ada.actor, OpenCheck(import_id=again)).remembered is None

    bring_in_matched(cast.ada, "Una")
    data = UploadFile(file_name="a.csv", content=file(ROW.format("Yan"), header=FOREIGN), matches=("when=",))
    assert columns(cast.ada, upload_file(cast.ada.actor, data)) == (None, *MATCHED[1:])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_to_fill_in_brings_nobody_until_it_is_filled_in(cast: Cast, kind: TemplateKind) -> None:
    for whom in ("clients", "members"):
        given = get_template(cast.ada.actor, GetTemplate(whom=whom, kind=kind))
        assert given.file_name == f"{whom}.{kind}"
        with pytest.raises(FileRefused, match="no rows"):
            upload(cast.ada, given.content)

    given = get_template(cast.ada.actor, GetTemplate(kind=kind))
    person = ["Zoë", "Núñez", "zoe@mail.example", "1990-02-03", "female", "007", "212 555 0100", "A", "B"]
    person += [""] * (len(FIELDS) + 1 - len(person))
    if kind == "csv":
        content = given.content + (",".join(person) + "\n").encode()
    else:
        book = load_workbook(io.BytesIO(given.content))
        book.worksheets[0].append(person)
        content = saved(book)
    import_id = upload(cast.ada, content)
    assert None not in columns(cast.ada, import_id)
    (row,) = preview(cast.ada, import_id).rows
    assert (row.line, row.cells["tag"], row.cells["external_id"]) == (3, "A; B", "007")


def test_the_header_of_heads_up_is_taken_as_it_is(cast: Cast) -> None:
    header = "email_address,initial_password,first_name,last_name,birthdate,gender,tag,tag,tag,external_id"
    row = "zoe@mail.example,Tr0ub4dor&3,Zoë,Núñez,1990-02-03,Female,Group A,group a,VIP,A-1"
    import_id = upload(cast.ada, file(row, header=header))
    check = open_check(cast.ada.actor, OpenCheck(import_id=import_id))
    assert check.columns[1].field is None
    assert not check.columns[1].samples
    (shown,) = preview(cast.ada, import_id).rows
    assert shown.cells["tag"] == "Group A; VIP"
    assert "Tr0ub4dor" not in str(shown)
