"""A file becomes clients in one moment, or not at all."""

from __future__ import annotations

import pytest

from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.keys import client_keys
from kinfold.domain.clients.models import Client, ClientIdentifier, ClientProfile, ClientTag, ClientWord, Tag
from kinfold.domain.imports.commands import StartImport, UploadFile, start_import, upload_file
from kinfold.domain.imports.errors import HasBadRows, NothingToImport, NotWaiting
from kinfold.domain.imports.models import Import
from kinfold.domain.imports.previewing import DownloadLeftOut, download_left_out
from kinfold.domain.imports.queries import ListImports, list_imports
from kinfold.domain.imports.work import CHECKED_AGAIN, apply_file
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from tests.domain.imports.steps import (
    BAD,
    GOOD,
    HEADER,
    bring_in,
    clients_of,
    file,
    preview,
    status,
    tally,
    upload,
)
from tests.domain.imports.workbooks import workbook
from tests.personas import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("U57")
def test_a_file_becomes_clients(cast: Cast) -> None:
    before, count = clients_of(cast), tally(cast)
    import_id = upload(cast.ada, file(*GOOD))
    checked = status(cast.ada, import_id)
    assert (checked.state, checked.ready, checked.bad, checked.duplicates) == ("ready", 3, 0, 0)
    assert clients_of(cast) == before

    start_import(cast.ada.actor, StartImport(import_id=import_id))
    assert status(cast.ada, import_id).state == "running"
    run_pending()
    done = status(cast.ada, import_id)
    assert (done.state, done.created, done.left_out) == ("done", 3, 0)
    assert clients_of(cast) - before == {("Zoë", "Núñez"), ("Carl", "Orff"), ("Ines", "Ash")}
    assert tally(cast) == count + 3


def test_an_imported_client_is_stored_as_one_made_by_hand(cast: Cast) -> None:
    import_id = bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id):
        zoe = Client.objects.get(email="zoe@mail.example")
        key, words = client_keys("Zoë", "Núñez", "zoe@mail.example", "A-1")
        assert zoe.sort_key == key
        stored = ClientWord.objects.filter(client=zoe, status="active", sort_key=key)
        assert sorted(stored.values_list("word", "shared", "shared_in_name")) == sorted(words)
        assert (str(zoe.birth_date), zoe.sex_at_birth, zoe.external_id) == (
            "1990-02-03",
            "female",
            "A-1",
        )
        assert (zoe.kind, zoe.status, zoe.primary_id, zoe.version) == ("practice", "active", None, 1)
        assert zoe.created_at == zoe.updated_at
        zoe.full_clean(exclude=["practice", "primary"])
        tags = ClientTag.objects.filter(client=zoe, status="active", sort_key=key)
        assert set(tags.values_list("tag__name", flat=True)) == {"Group A", "VIP"}
        assert Tag.objects.count() == 2
        assert zoe.made_in_id == Import.objects.get(pk=import_id).change_set_id


def test_the_further_fields_of_a_client_come_in_too(cast: Cast) -> None:
    columns = {
        "first_name": "Zoë", "last_name": "Núñez", "email": "zoe@mail.example", "goes by": "Zozo",
        "pronouns": "she/her", "address": "1 Elm St", "state": "NY", "zip": "10001", "country": "usa",
        "preferred language": "spanish", "guardian name": "Ana Núñez", "guardian phone": "212 555 2368",
        "guardian email": "ana@mail.example", "other ids": "MyChart: 1042",
    }  # fmt: skip
    heads, cells = ",".join(columns), ",".join(columns.values())
    plain = "Carl,Orff,carl@mail.example" + "," * (len(columns) - 3)
    wrong = cells.replace("usa", "nowhere").replace("zoe@", "eva@").replace("Zoë", "Eva")
    import_id = upload(cast.ada, file(cells, plain, wrong, header=heads))
    (bad, shown, _) = preview(cast.ada, import_id).rows
    assert set(bad.reasons) == {"country"}
    assert (shown.cells["country"], shown.cells["guardian_phone"]) == ("US", "+12125552368")
    start_import(cast.ada.actor, StartImport(import_id=import_id, leave_out_bad=True))
    run_pending()
    with entered(cast.alder.practice_id):
        zoe = Client.objects.get(email="zoe@mail.example")
        kept = ClientProfile.objects.get(client=zoe)
        assert (kept.preferred_name, kept.street, kept.region) == ("Zozo", "1 Elm St", "NY")
        assert (kept.language, kept.guardian_email) == ("Spanish", "ana@mail.example")
        assert list(ClientIdentifier.objects.values_list("client", "system", "value")) == [
            (zoe.id, "MyChart", "1042")
        ]
        words = set(ClientWord.objects.filter(client=zoe).values_list("word", flat=True))
        assert {"zozo", "1042"} <= words
        assert not ClientProfile.objects.filter(client__email="carl@mail.example").exists()


def test_tags_of_the_practice_are_used_whatever_their_case(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Tag.objects.create(name="GROUP A", key="group a")
    bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id):
        assert set(Tag.objects.values_list("name", flat=True)) == {"GROUP A", "VIP"}


def test_rows_with_more_tags_than_a_practice_can_have_are_told_before_anything_is_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinfold.domain.imports.checking.MOST_OF_A_PRACTICE", 3)
    with entered(cast.alder.practice_id, writing=True):
        for name in ("VIP", "EMDR"):
            Tag.objects.create(name=name, key=name.lower())
    more = "Lena,Ott,lena@mail.example,1990-02-04,F,A-4,New,"
    import_id = upload(cast.ada, file(*GOOD, more))  # Group A is new, and then there is no room
    assert (status(cast.ada, import_id).ready, status(cast.ada, import_id).bad) == (3, 1)
    (row,) = (row for row in preview(cast.ada, import_id).rows if row.kind == "bad")
    assert "at most 10,000 tags" in row.reasons["tag"]


def test_an_import_leaves_one_entry_with_a_digest_of_what_it_created(cast: Cast) -> None:
    import_id = bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id):
        entry = AuditEntry.objects.get(action="import.applied")
        assert (entry.subject_id, entry.actor_id) == (import_id, cast.ada.member_id)
        detail = AuditDetail.objects.get(number=entry.number).body
        assert detail["created"] == 3
        assert len(detail["created_ids_sha256"]) == 64
        assert not {"Zoë", "zoe@mail.example"} & {str(value) for value in detail.values()}
    assert verify(cast.alder.practice_id).fault is None


def test_the_same_file_twice_is_all_likely_duplicates_and_nothing_is_written(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    before = clients_of(cast)
    again = upload(cast.ada, file(*GOOD))
    assert status(cast.ada, again).duplicates == 3
    with pytest.raises(NothingToImport):
        start_import(cast.ada.actor, StartImport(import_id=again))
    assert clients_of(cast) == before
    row = preview(cast.ada, again).rows[0]
    assert row.reason == "Same email address and date of birth as a client of this practice."
    assert row.client_id is not None


def test_a_spreadsheet_with_formulas_brings_in_nothing_that_calculates(cast: Cast) -> None:
    heads = HEADER.split(",")
    good = GOOD[0].split(",")
    formulas = [
        '=HYPERLINK("http://x.example","Zoë")',
        "=cmd|' /C calc'!A0",
        "=1+1",
        "=TODAY()",
        "=2",
        "=3",
        "=4",
        "",
    ]
    content = workbook(heads, good, formulas)
    before = clients_of(cast)
    import_id = bring_in(cast.ada, content, leave_out_bad=True)
    assert clients_of(cast) - before == {("Zoë", "Núñez")}
    (row,) = preview(cast.ada, import_id, view="bad").rows
    assert (row.line, len(row.reasons)) == (3, 7)
    left_out = download_left_out(cast.ada.actor, DownloadLeftOut(import_id=import_id)).content.decode()
    assert '"=' not in left_out

    again = upload(cast.ada, content)
    assert (status(cast.ada, again).ready, status(cast.ada, again).duplicates) == (0, 1)


def test_a_password_in_a_file_is_not_written_to_the_rows_left_out(cast: Cast) -> None:
    row = GOOD[0].replace("1", "x")  # no such day, so it is left out
    content = "\n".join(
        (f"{HEADER},Initial password", f"{GOOD[1]},otters at dawn", f"{row},herons at dusk", "")
    ).encode()
    import_id = bring_in(cast.ada, content, leave_out_bad=True)
    left_out = download_left_out(cast.ada.actor, DownloadLeftOut(import_id=import_id)).content.decode(
        "utf-8-sig"
    )
    assert left_out.splitlines()[0].endswith('"Initial password"')
    assert left_out.splitlines()[1].endswith('""')
    assert "herons" not in left_out


def test_likely_duplicates_come_in_only_when_they_are_asked_for(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    count = tally(cast)
    new = "Dan,Roe,dan@mail.example,1970-01-01,m,,,"
    import_id = bring_in(cast.ada, file(*GOOD, new))
    assert (status(cast.ada, import_id).created, tally(cast)) == (1, count + 1)
    import_id = bring_in(cast.ada, file(*GOOD, new), with_duplicates=True)
    assert (status(cast.ada, import_id).created, tally(cast)) == (4, count + 5)


def test_bad_rows_are_shown_first_each_with_its_line_and_reasons(cast: Cast) -> None:
    import_id = upload(cast.ada, file(GOOD[0], *BAD, GOOD[1], GOOD[1]))
    shown = preview(cast.ada, import_id)
    assert [(row.line, row.kind) for row in shown.rows] == [
        (3, "bad"), (4, "bad"), (5, "bad"), (7, "duplicate"), (2, "ready"), (6, "ready"),
    ]  # fmt: skip
    assert shown.rows[0].reasons == {"last_name": "Enter a last name."}
    assert set(shown.rows[1].reasons) == {"email", "birth_date", "sex_at_birth"}
    assert shown.rows[1].cells["birth_date"] == "31/31/1990"
    assert shown.rows[2].reason == "The row has 2 cells, and there are 8 headings."
    assert shown.rows[3].reason == "Same email address and date of birth as line 6 of this file."
    assert shown.rows[4].cells["tag"] == "Group A; VIP"
    assert preview(cast.ada, import_id, view="bad").total == 3
    assert [row.line for row in preview(cast.ada, import_id, start=2, limit=3).rows] == [5, 7, 2]


def test_with_bad_rows_nothing_is_imported_unless_they_may_be_left_out(cast: Cast) -> None:
    before = clients_of(cast)
    import_id = upload(cast.ada, file(*GOOD, *BAD))
    with pytest.raises(HasBadRows):
        start_import(cast.ada.actor, StartImport(import_id=import_id))
    run_pending()
    assert clients_of(cast) == before
    start_import(cast.ada.actor, StartImport(import_id=import_id, leave_out_bad=True))
    run_pending()
    assert (status(cast.ada, import_id).created, status(cast.ada, import_id).left_out) == (3, 3)


def test_pages_of_a_long_preview_join_without_gap(cast: Cast) -> None:
    rows = [
        f"Person{'' if n % 7 else chr(9)},Number,p{n}@mail.example,{'1990-01-01' if n % 5 else 'never'},f,,,"
        for n in range(2_600)
    ]
    import_id = upload(cast.ada, file(*rows))
    summary = status(cast.ada, import_id)
    lines = [
        row.line
        for start in range(0, 2_600, 130)
        for row in preview(cast.ada, import_id, start=start, limit=130).rows
    ]
    assert len(lines) == len(set(lines)) == 2_600
    assert lines[: summary.bad] == sorted(lines[: summary.bad])
    assert [row.line for row in preview(cast.ada, import_id, view="ready", start=1_990, limit=20).rows] == [
        *sorted(lines[summary.bad :])[1_990:2_010]
    ]


def test_the_rows_left_out_can_be_corrected_and_brought_in(cast: Cast) -> None:
    bring_in(cast.ada, file(GOOD[0]))
    content = file(*GOOD, "=cmd,Roe,dan@mail.example,1970-01-01,m,,+1 212 555 2368,-x")
    import_id = bring_in(cast.ada, content, leave_out_bad=True)
    left_out = download_left_out(cast.ada.actor, DownloadLeftOut(import_id=import_id))
    assert left_out.file_name == "people - left out.csv"
    text = left_out.content.decode("utf-8-sig")
    lines = [line[1:-1].split('","') for line in text.splitlines()]  # everything stands in quotes
    assert lines[0] == ["Line", "Reason", *HEADER.split(",")]
    assert lines[1][:3] == ["2", "Same email address and date of birth as a client of this practice.", "Zoë"]
    assert lines[2] == [
        "5", "First name: This begins like a spreadsheet formula. Write plain text.",
        "'=cmd", "Roe", "dan@mail.example", "1970-01-01", "m", "", "'+1 212 555 2368", "'-x",
    ]  # fmt: skip
    corrected = text.replace("'=cmd", "Dan").encode()
    again = bring_in(cast.ada, corrected)
    assert (status(cast.ada, again).created, status(cast.ada, again).duplicates) == (1, 1)
    with entered(cast.alder.practice_id):
        dan = Client.objects.get(first_name="Dan")
        tags = ClientTag.objects.filter(client=dan).values_list("tag__name", flat=True)
        assert set(tags) == {"+1 212 555 2368", "-x"}


def test_clients_without_email_come_in_where_the_practice_says_so(cast: Cast) -> None:
    content = file("Zoë,Núñez,1990-02-03,F", header="FIRST,LAST,BIRTHDATE,GENDER")
    assert status(cast.ada, upload(cast.ada, content)).state == "matching"
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=False)
    import_id = upload(cast.ada, content)
    assert status(cast.ada, import_id).ready == 1
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=True)
    with pytest.raises(NotWaiting, match="asks for an email address"):
        start_import(cast.ada.actor, StartImport(import_id=import_id))


def test_clients_who_came_since_the_check_send_the_file_back(cast: Cast) -> None:
    first, second = (
        upload(cast.ada, file(*GOOD)),
        upload(cast.olu, file(*GOOD[:2], "Dan,Roe,dan@x.org,1970-01-01,m,,,")),
    )
    count = tally(cast)
    start_import(cast.ada.actor, StartImport(import_id=first))
    start_import(cast.olu.actor, StartImport(import_id=second))
    run_pending()
    assert tally(cast) == count + 3
    summary = status(cast.olu, second)
    assert (summary.state, summary.ready, summary.duplicates, summary.problem) == (
        "ready",
        1,
        2,
        CHECKED_AGAIN,
    )
    start_import(cast.olu.actor, StartImport(import_id=second))
    run_pending()
    assert (status(cast.olu, second).created, tally(cast)) == (1, count + 4)


def test_an_import_begun_twice_by_two_workers_happens_once(cast: Cast) -> None:
    import_id = upload(cast.ada, file(*GOOD))
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    count = tally(cast)
    apply_file(cast.alder.practice_id, import_id)
    apply_file(cast.alder.practice_id, import_id)
    run_pending()
    assert tally(cast) == count + 3


def test_uploading_under_one_key_is_one_import(cast: Cast) -> None:
    data = UploadFile(file_name="a.csv", content=file(*GOOD))
    first = upload_file(cast.ada.actor, data, once="k1")
    assert upload_file(cast.ada.actor, data, once="k1") == first
    assert list_imports(cast.ada.actor, ListImports()).total == 1
