"""A file becomes clients in one moment, or not at all, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.audit.trail import verify
from kinfold.domain.changes.models import ChangeSet
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.keys import client_keys
from kinfold.domain.clients.models import Assignment, AssignmentKind, Client, ClientTag, ClientWord, Tag
from kinfold.domain.imports import files
from kinfold.domain.imports.commands import (
    DiscardImport,
    MatchColumns,
    StartImport,
    UndoImport,
    UploadFile,
    discard_import,
    match_columns,
    start_import,
    undo_import,
    upload_file,
)
from kinfold.domain.imports.errors import CannotUndo, FileRefused, HasBadRows, NothingToImport, NotWaiting
from kinfold.domain.imports.models import Import, StagedRows
from kinfold.domain.imports.periodic import tidy_imports
from kinfold.domain.imports.queries import (
    DownloadLeftOut,
    ImportSummary,
    ListImports,
    ListKept,
    OpenCheck,
    OpenImport,
    Preview,
    PreviewRows,
    download_left_out,
    list_imports,
    list_kept,
    open_check,
    open_import,
    preview_rows,
)
from kinfold.domain.imports.work import CHECKED_AGAIN
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice, PracticeTally
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.clients.bulk.steps import choose
from tests.personas import Cast, Person

pytestmark = pytest.mark.django_db

HEADER = "first_name,last_name,email_address,birthdate,gender,external_id,tag,tag"
GOOD = [
    "Zoë,Núñez,zoe@mail.example,1990-02-03,F,A-1,Group A,VIP",
    "Carl,Orff,carl@mail.example,1985-07-10,m,A-2,group a,",
    "Ines,Ash,ines@mail.example,2001-12-31,f,A-3,,",
]


def file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def upload(who: Person, content: bytes, name: str = "people.csv") -> UUID:
    import_id = upload_file(who.actor, UploadFile(file_name=name, content=content))
    run_pending()
    return import_id


def bring_in(who: Person, content: bytes, **choices: bool) -> UUID:
    import_id = upload(who, content)
    start_import(who.actor, StartImport(import_id=import_id, **choices))
    run_pending()
    return import_id


def status(who: Person, import_id: UUID) -> ImportSummary:
    return open_import(who.actor, OpenImport(import_id=import_id))


def preview(who: Person, import_id: UUID, **asked: object) -> Preview:
    return preview_rows(who.actor, PreviewRows(import_id=import_id, **asked))  # type: ignore[arg-type]


def clients_of(cast: Cast) -> set[tuple[str, str]]:
    with entered(cast.alder.practice_id):
        return set(Client.objects.values_list("first_name", "last_name"))


def tally(cast: Cast) -> int:
    with entered(cast.alder.practice_id):
        return PracticeTally.objects.values_list("active_clients", flat=True).get()


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


def test_tags_of_the_practice_are_used_whatever_their_case(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Tag.objects.create(name="GROUP A", key="group a")
    bring_in(cast.ada, file(*GOOD))
    with entered(cast.alder.practice_id):
        assert set(Tag.objects.values_list("name", flat=True)) == {"GROUP A", "VIP"}


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


def test_likely_duplicates_come_in_only_when_they_are_asked_for(cast: Cast) -> None:
    bring_in(cast.ada, file(*GOOD))
    count = tally(cast)
    new = "Dan,Roe,dan@mail.example,1970-01-01,m,,,"
    import_id = bring_in(cast.ada, file(*GOOD, new))
    assert (status(cast.ada, import_id).created, tally(cast)) == (1, count + 1)
    import_id = bring_in(cast.ada, file(*GOOD, new), with_duplicates=True)
    assert (status(cast.ada, import_id).created, tally(cast)) == (4, count + 5)


BAD = [
    "Ada,,ada@mail.example,1990-01-01,f,,,",
    "Ben,King,ben@,31/31/1990,x,,,",
    "Cem,Oz",
]


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
    from kinfold.domain.imports.work import apply_file

    import_id = upload(cast.ada, file(*GOOD))
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    count = tally(cast)
    apply_file(cast.alder.practice_id, import_id)
    apply_file(cast.alder.practice_id, import_id)
    run_pending()
    assert tally(cast) == count + 3


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


def test_a_discarded_file_leaves_nothing_behind(
    cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    import_id = upload(cast.ada, file(*GOOD))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        discard_import(cast.ada.actor, DiscardImport(import_id=import_id))
    assert status(cast.ada, import_id).state == "cancelled"
    assert import_id not in files.kept(cast.alder.practice_id)
    with entered(cast.alder.practice_id):
        assert not StagedRows.objects.filter(import_job_id=import_id).exists()
        assert Import.objects.get(pk=import_id).samples == []
    with pytest.raises(NotWaiting):
        discard_import(cast.ada.actor, DiscardImport(import_id=import_id))
    with pytest.raises(NotWaiting):
        start_import(cast.ada.actor, StartImport(import_id=import_id))
    with pytest.raises(NotWaiting):
        match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=(None,) * 8))


def test_a_file_is_kept_privately_under_the_name_of_its_import(cast: Cast) -> None:
    import_id = upload(cast.ada, file(*GOOD), name="..\\..\\etc/pass\u202ewd")
    assert status(cast.ada, import_id).file_name == "passwd"
    path = settings.IMPORT_FOLDER / str(cast.alder.practice_id) / f"{import_id}.csv"
    assert path.read_bytes() == file(*GOOD)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_changed_on_the_disk_is_not_read(cast: Cast) -> None:
    import_id = upload_file(cast.ada.actor, UploadFile(file_name="a.csv", content=file(*GOOD)))
    path = settings.IMPORT_FOLDER / str(cast.alder.practice_id) / f"{import_id}.csv"
    path.write_bytes(file(*GOOD[:1]))
    run_pending()
    summary = status(cast.ada, import_id)
    assert summary.state == "failed"
    assert "changed after it was uploaded" in summary.problem


def test_a_refused_file_leaves_nothing_behind(cast: Cast) -> None:
    before = files.kept(cast.alder.practice_id)
    with pytest.raises(FileRefused, match="picture"):
        upload_file(cast.ada.actor, UploadFile(file_name="a.csv", content=b"\x89PNG\r\n\x1a\n" + b"\0" * 50))
    assert files.kept(cast.alder.practice_id) == before
    assert list_imports(cast.ada.actor, ListImports()).total == 0


def test_who_loses_the_right_meanwhile_imports_nothing(cast: Cast) -> None:
    import_id = upload(cast.ada, file(*GOOD))
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.ada.member_id).update(status=MemberStatus.INACTIVE)
    before = clients_of(cast)
    run_pending()
    summary = status(cast.olu, import_id)
    assert summary.state == "failed"
    assert "may not import it any more" in summary.problem
    assert clients_of(cast) == before


def test_only_importers_import_and_only_where_they_belong(cast: Cast) -> None:
    for nobody in (cast.lin, cast.bea, cast.theo):
        with pytest.raises(NotAllowed):
            upload_file(nobody.actor, UploadFile(file_name="a.csv", content=file(*GOOD)))
    import_id = upload(cast.ada, file(*GOOD))
    foreign: list[tuple[Callable[[Actor, Any], object], object]] = [
        (open_import, OpenImport(import_id=import_id)),
        (open_check, OpenCheck(import_id=import_id)),
        (preview_rows, PreviewRows(import_id=import_id)),
        (start_import, StartImport(import_id=import_id)),
        (match_columns, MatchColumns(import_id=import_id, mapping=(None,) * 8)),
        (discard_import, DiscardImport(import_id=import_id)),
        (undo_import, UndoImport(import_id=import_id)),
        (download_left_out, DownloadLeftOut(import_id=import_id)),
        (list_kept, ListKept(import_id=import_id)),
    ]
    for use_case, data in foreign:
        with pytest.raises(NotFound):
            use_case(cast.fran.actor, data)
    assert list_imports(cast.fran.actor, ListImports()).total == 0


def test_who_does_not_see_all_clients_sees_only_their_own_imports_and_learns_of_no_hidden_client(
    cast: Cast,
) -> None:
    narrow = replace(cast.ada.actor, permissions=cast.ada.actor.permissions - {Permission.CLIENTS_SEE_ALL})
    theirs = upload(cast.olu, file(*GOOD))
    with pytest.raises(NotFound):
        preview_rows(narrow, PreviewRows(import_id=theirs))
    assert list_imports(narrow, ListImports()).total == 0


def test_the_list_goes_on_where_the_page_before_ended(cast: Cast) -> None:
    now = clock.now()
    ids = []
    for number in range(53):
        with clock.frozen_at(now + timedelta(seconds=number // 2)):
            ids.append(
                upload_file(cast.ada.actor, UploadFile(file_name=f"{number}.csv", content=file(*GOOD)))
            )
    first = list_imports(cast.ada.actor, ListImports())
    assert (len(first.items), first.total) == (50, 53)
    rest = list_imports(cast.ada.actor, ListImports(after=first.next))
    assert {item.id for item in (*first.items, *rest.items)} == set(ids)
    assert (rest.next, rest.start) == (None, 51)
    assert list_imports(cast.ada.actor, ListImports(before=rest.previous)) == first
    assert list_imports(cast.ada.actor, ListImports(after=uuid4())) == first


def test_what_is_not_needed_any_more_is_let_go(cast: Cast) -> None:
    import_id = bring_in(cast.ada, file(*GOOD, *BAD), leave_out_bad=True)
    stuck = upload_file(cast.ada.actor, UploadFile(file_name="a.csv", content=file(*GOOD)))
    tidy_imports()
    assert {import_id, stuck} <= files.kept(cast.alder.practice_id)
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        run_pending()
        tidy_imports()
        assert import_id not in files.kept(cast.alder.practice_id)
        with pytest.raises(NotFound):
            download_left_out(cast.ada.actor, DownloadLeftOut(import_id=import_id))


def test_an_import_whose_task_was_given_up_is_ended(cast: Cast) -> None:
    from kinfold.domain.kernel.models import QueuedTask

    import_id = upload_file(cast.ada.actor, UploadFile(file_name="a.csv", content=file(*GOOD)))
    QueuedTask.objects.update(failed_at=clock.now())
    tidy_imports()
    assert status(cast.ada, import_id).state == "reading"
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        tidy_imports()
    assert status(cast.ada, import_id).state == "failed"


def test_uploading_under_one_key_is_one_import(cast: Cast) -> None:
    data = UploadFile(file_name="a.csv", content=file(*GOOD))
    first = upload_file(cast.ada.actor, data, once="k1")
    assert upload_file(cast.ada.actor, data, once="k1") == first
    assert list_imports(cast.ada.actor, ListImports()).total == 1
