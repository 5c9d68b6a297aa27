"""Files are kept privately, seen by those who may import, and let go when nobody needs them any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
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
from kinfold.domain.imports.errors import FileRefused, NotWaiting
from kinfold.domain.imports.models import Import, StagedRows
from kinfold.domain.imports.periodic import tidy_imports
from kinfold.domain.imports.previewing import DownloadLeftOut, PreviewRows, download_left_out, preview_rows
from kinfold.domain.imports.queries import (
    ListImports,
    ListKept,
    OpenCheck,
    OpenImport,
    list_imports,
    list_kept,
    open_check,
    open_import,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.imports.steps import BAD, GOOD, bring_in, clients_of, file, status, upload
from tests.personas import Cast

pytestmark = pytest.mark.django_db


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
    assert b"zoe@mail.example" not in path.read_bytes()
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
    import_id = upload_file(cast.ada.actor, UploadFile(file_name="a.csv", content=file(*GOOD)))
    QueuedTask.objects.update(failed_at=clock.now())
    tidy_imports()
    assert status(cast.ada, import_id).state == "reading"
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        tidy_imports()
    assert status(cast.ada, import_id).state == "failed"
