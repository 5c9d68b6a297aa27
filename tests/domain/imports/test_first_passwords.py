"""First passwords from a file: taken only if an owner allows it, never shown, and good only for asking for a code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.clients.commands.first_passwords import FirstSignIn, sign_in_first
from kinfold.domain.clients.models import Client
from kinfold.domain.identity.errors import LoginExists
from kinfold.domain.identity.limits import SlowDown
from kinfold.domain.identity.models import InitialPassword, Login, RegistrationCode
from kinfold.domain.imports import first_passwords
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
from kinfold.domain.imports.errors import NotWaiting
from kinfold.domain.imports.models import Import, StagedRows
from kinfold.domain.imports.previewing import DownloadLeftOut, download_left_out
from kinfold.domain.imports.queries import OpenCheck, open_check
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.practice import change_practice
from tests.domain.clients.bulk.steps import archive
from tests.domain.imports.steps import bring_in, file, preview, status, upload
from tests.domain.own.steps import mailed_code, new_login, register
from tests.domain.records.steps import delete
from tests.domain.records.test_merging import merge
from tests.domain.team.test_practice_settings import settings_of
from tests.personas import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("U57")]

HEADER = "email_address,initial_password,first_name,last_name,birthdate,gender"
FIRST = "four brown owls near water"
OTHER = "nine pale goats cross a bridge"
ZOE = f"zoe@mail.example,{FIRST},Zoë,Núñez,1990-02-03,F"
PEOPLE = file(ZOE, "carl@mail.example,,Carl,Orff,1985-07-10,m", header=HEADER)


@pytest.fixture
def allowed(cast: Cast) -> Cast:
    """A practice whose owner lets files bring first passwords."""
    Practice.objects.filter(pk=cast.alder.practice_id).update(initial_passwords=True)
    return cast


def ask(email: str, password: str) -> int:
    """Try a first password, and return how many codes have been mailed."""
    sign_in_first(FirstSignIn(email=email, password=password), whence="10.0.0.7")
    run_pending()
    return OutgoingMail.objects.filter(kind="clients.registration").count()


def test_without_the_owners_word_the_column_is_left_out_and_nothing_of_it_is_kept(cast: Cast) -> None:
    import_id = upload(cast.ada, PEOPLE)
    column = open_check(cast.ada.actor, OpenCheck(import_id=import_id)).columns[1]
    assert (column.field, column.samples, column.shown) == (None, (), False)
    assert "unless an owner allows first passwords" in column.note
    mapping = ("email", "initial_password", "first_name", "last_name", "birth_date", "sex_at_birth")
    with pytest.raises(InvalidInput, match="There is no such field"):
        match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=mapping))
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    run_pending()
    assert status(cast.ada, import_id).created == 2
    assert not InitialPassword.objects.exists()


def test_with_it_a_client_is_mailed_a_code_and_chooses_another_password(allowed: Cast) -> None:
    bring_in(allowed.ada, PEOPLE)
    assert InitialPassword.objects.count() == 1
    assert not Login.objects.filter(email="zoe@mail.example").exists()
    for email, password in (
        ("zoe@mail.example", OTHER),
        ("nobody@mail.example", FIRST),
        ("carl@mail.example", FIRST),
    ):
        assert ask(email, password) == 0
    assert ask("Zoe@Mail.example", FIRST) == 1
    code = mailed_code()
    with pytest.raises(InvalidInput) as refused:
        register(code, "1990-02-03", FIRST)
    assert [(problem.field, problem.message) for problem in refused.value.problems] == [
        ("password", "Choose another password than the first one your practice gave you.")
    ]
    done = register(code, "1990-02-03", OTHER)
    assert done.login_id is not None
    login = Login.objects.get(pk=done.login_id)
    assert (login.email, login.check_password(OTHER), login.check_password(FIRST)) == (
        "zoe@mail.example", True, False,
    )  # fmt: skip
    assert not InitialPassword.objects.exists()
    assert ask("zoe@mail.example", FIRST) == 1


def test_an_address_that_has_a_login_keeps_it_and_the_answers_are_the_same(allowed: Cast) -> None:
    login_id = new_login("zoe@mail.example")
    before = Login.objects.get(pk=login_id).password
    import_id = bring_in(allowed.ada, PEOPLE)
    assert status(allowed.ada, import_id).created == 2
    assert Login.objects.get(pk=login_id).password == before
    assert ask("zoe@mail.example", FIRST) == 1
    with pytest.raises(LoginExists):
        register(mailed_code(), "1990-02-03", "another long one for tests")
    assert Login.objects.get(pk=login_id).password == before


def test_weak_ones_and_those_that_nobody_could_use_are_rows_to_fix_that_never_repeat_them(
    allowed: Cast,
) -> None:
    Practice.objects.filter(pk=allowed.alder.practice_id).update(clients_need_email=False)
    rows = {
        "zoe@mail.example,short-secret,Zoë,Núñez,1990-02-03,F": "Use at least 15",
        "abe@mail.example,abe abelson abelson,Abe,Abelson,1990-02-03,m": "contains your name",
        "eve@mail.example,passwordpassword,Eve,Ash,1990-02-03,f": "easy to guess",
        f",{FIRST},Ivo,Ash,1990-02-03,m": "needs an email address",
        f"uma@mail.example,{FIRST},Uma,Ash,,f": "Enter a date of birth.",
        f"kim@mail.example,{FIRST},Kim,Ash,1990-02-03,f": "",
        f"kim@mail.example,{OTHER},Kay,Ash,1991-02-03,f": "Line 7 has a first password for this address",
        f"zoe@mail.example,{OTHER},Zoe,Ash,1991-02-03,f": "",
        f"lee@mail.example,{FIRST},Lee,Ash,1990-02-03,f,more": "The row has 7 cells",
    }
    import_id = upload(allowed.ada, file(*rows, header=HEADER))
    bad = {row.line: row for row in preview(allowed.ada, import_id, view="bad").rows}
    assert sorted(bad) == [2, 3, 4, 5, 6, 8, 10]
    for line, reason in enumerate(rows.values(), 2):
        if reason:
            assert reason in " ".join([bad[line].reason, *bad[line].reasons.values()])
    left_out = download_left_out(allowed.ada.actor, DownloadLeftOut(import_id=import_id)).content.decode()
    with entered(allowed.alder.practice_id):
        stored = [serializers.serialize("json", rows.objects.all()) for rows in (Import, StagedRows)]
    shown = [repr(row) for row in preview(allowed.ada, import_id).rows]
    on_disk = b"".join(path.read_bytes() for path in Path(settings.IMPORT_FOLDER).rglob("*.csv")).decode(
        "latin-1"
    )
    for secret in ("short-secret", "abelson abelson", "passwordpassword", FIRST, OTHER):
        assert not any(secret in text for text in (left_out, on_disk, *stored, *shown))


def test_a_row_that_is_left_out_claims_no_address_and_is_told_of_its_password_too(allowed: Cast) -> None:
    rows = (
        f"kim@mail.example,{OTHER},,Ash,1990-02-03,f",
        "zoe@mail.example,short-secret,Zoë,Núñez,1990-02-03,neither",
        f"kim@mail.example,{FIRST},Kim,Ash,1990-02-03,f",
    )
    content = file(*rows, header=HEADER)
    bad = preview(allowed.ada, upload(allowed.ada, content), view="bad").rows
    assert [(row.line, sorted(row.reasons)) for row in bad] == [
        (2, ["first_name"]),
        (3, ["initial_password", "sex_at_birth"]),
    ]
    bring_in(allowed.ada, content, leave_out_bad=True)
    assert ask("kim@mail.example", OTHER) == 0
    assert ask("kim@mail.example", FIRST) == 1


def test_a_column_whose_heading_does_not_say_so_is_not_taken_for_one(allowed: Cast) -> None:
    content = file(ZOE, header=HEADER.replace("initial_password", "word"))
    with pytest.raises(InvalidInput, match="only from a column with the word password"):
        upload_file(
            allowed.ada.actor,
            UploadFile(file_name="people.csv", content=content, matches=("word=initial_password",)),
        )


def test_once_the_owner_takes_the_word_back_nothing_comes_in(allowed: Cast) -> None:
    import_id = upload(allowed.ada, PEOPLE)
    Practice.objects.filter(pk=allowed.alder.practice_id).update(initial_passwords=False)
    with pytest.raises(NotWaiting, match="takes no first passwords any more"):
        start_import(allowed.ada.actor, StartImport(import_id=import_id))
    Practice.objects.filter(pk=allowed.alder.practice_id).update(initial_passwords=True)
    start_import(allowed.ada.actor, StartImport(import_id=import_id))
    Practice.objects.filter(pk=allowed.alder.practice_id).update(initial_passwords=False)
    run_pending()
    assert status(allowed.ada, import_id).state == "failed"
    assert not InitialPassword.objects.exists()


def test_those_that_came_end_when_the_owner_takes_the_word_back(allowed: Cast) -> None:
    bring_in(allowed.ada, PEOPLE)
    change_practice(allowed.olu.actor, replace(settings_of(allowed.olu), name="Alder"))
    assert InitialPassword.objects.count() == 1
    change_practice(allowed.olu.actor, replace(settings_of(allowed.olu), initial_passwords=False))
    assert not InitialPassword.objects.exists()
    assert ask("zoe@mail.example", FIRST) == 0


def test_an_answer_takes_as_much_work_whether_the_first_password_fits_or_not(allowed: Cast) -> None:
    bring_in(allowed.ada, PEOPLE)
    for email in ("zoe@mail.example", "no@mail.example"):  # the first try from a place is counted anew
        ask(email, OTHER)
    work = []
    for email, password in (
        ("zoe@mail.example", FIRST),
        ("zoe@mail.example", OTHER),
        ("no@mail.example", FIRST),
    ):
        with CaptureQueriesContext(connection) as asked:
            sign_in_first(FirstSignIn(email=email, password=password), whence="10.0.0.7")
        work.append([query["sql"].split()[:3] for query in asked.captured_queries])
        assert not RegistrationCode.objects.exists()
    assert work[0] == work[1] == work[2]
    assert run_pending() > 1
    assert OutgoingMail.objects.filter(kind="clients.registration").count() == 1


def test_a_first_password_goes_with_its_client(allowed: Cast) -> None:
    twice = ZOE.replace("Núñez", "Nuñez").replace("zoe@", "zo@")
    bring_in(allowed.ada, file(ZOE, twice, header=HEADER))
    with entered(allowed.alder.practice_id):
        kept, gone = (Client.objects.get(email=email).id for email in ("zoe@mail.example", "zo@mail.example"))
    assert InitialPassword.objects.count() == 2
    merge(allowed, kept, gone)
    assert [one.subject_id for one in InitialPassword.objects.all()] == [kept]
    archive(allowed.ada, kept)
    delete(allowed.ada, kept)
    assert not InitialPassword.objects.exists()


def test_a_code_goes_to_no_other_address_than_the_first_password_came_with(allowed: Cast) -> None:
    bring_in(allowed.ada, PEOPLE)
    with entered(allowed.alder.practice_id, writing=True):
        Client.objects.filter(email="zoe@mail.example").update(email="another@mail.example")
    assert ask("zoe@mail.example", FIRST) == 0


def test_more_than_can_be_hashed_are_refused_before_anything_is_written(
    allowed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_passwords, "MOST", 1)
    import_id = upload(allowed.ada, file(ZOE, ZOE.replace("zoe@", "ana@"), header=HEADER))
    found = status(allowed.ada, import_id)
    assert (found.state, found.problem) == (
        "failed", "A file brings at most 1 first passwords. Split it, or leave that column out.",
    )  # fmt: skip


def test_clients_who_are_updated_get_none(allowed: Cast) -> None:
    content = file(f"{ZOE},A-1", header=f"{HEADER},external_id")
    import_id = upload_file(
        allowed.ada.actor, UploadFile(file_name="people.csv", content=content, mode="both")
    )
    problems = open_check(allowed.ada.actor, OpenCheck(import_id=import_id)).problems
    assert problems == ("First passwords are for new clients: choose to add, or leave that column out.",)


def test_undoing_the_import_takes_them_back_and_keeps_that_of_whoever_was_edited_since(allowed: Cast) -> None:
    import_id = bring_in(
        allowed.ada, file(ZOE, f"ana@mail.example,{OTHER},Ana,Ash,1990-02-03,f", header=HEADER)
    )
    with entered(allowed.alder.practice_id, writing=True):
        Client.objects.filter(email="ana@mail.example").update(version=2)
    undo_import(allowed.ada.actor, UndoImport(import_id=import_id))
    assert ask("zoe@mail.example", FIRST) == 0
    assert ask("ana@mail.example", OTHER) == 1


def test_guessing_is_slowed_down_and_an_archived_client_gets_no_code(allowed: Cast) -> None:
    bring_in(allowed.ada, PEOPLE)
    with entered(allowed.alder.practice_id, writing=True):
        Client.objects.filter(email="zoe@mail.example").update(status="archived")
    assert ask("zoe@mail.example", FIRST) == 0
    for _ in range(4):
        ask("zoe@mail.example", OTHER)
    with pytest.raises(SlowDown):
        ask("zoe@mail.example", FIRST)
