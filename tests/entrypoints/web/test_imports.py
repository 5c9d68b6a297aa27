"""The pages of imports, from choosing a file to taking it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.imports.models import Import
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from tests.domain.imports.workbooks import workbook
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
HEADER = "first_name,last_name,email_address,birthdate,gender,tag"
GOOD = ("Zoë,Núñez,zoe@mail.example,1990-02-03,F,Group A", "Carl,Orff,carl@mail.example,1985-07-10,m,")
BAD = "Ben,King,ben@,31/31/1990,x,"


def file(*rows: str, header: str = HEADER, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([header, *rows, ""]).encode(), "text/csv")


def upload(browser: Client, given: SimpleUploadedFile) -> UUID:
    response = browser.post("/imports/new/", {"file": given, "form_key": str(uuid4())})
    assert response.status_code == 303, text_of(response)
    run_pending()
    found = re.fullmatch(r"/imports/([0-9a-f-]{36})/\w+/", response.headers["Location"])
    assert found is not None
    return UUID(found[1])


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def imported(cast: Cast) -> set[str]:
    with entered(cast.alder.practice_id):
        return set(Person_.objects.filter(made_in__isnull=False).values_list("first_name", flat=True))


@pytest.mark.requirement("U57")
def test_a_file_is_chosen_checked_and_brought_in(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert "CSV or Excel (.xlsx), up to 20 MB." in text_of(browser.get("/imports/new/"))
    import_id = upload(browser, file(*GOOD))
    page = text_of(browser.get(f"/imports/{import_id}/check/"))
    for said in (
        "Import 2 clients",
        "6 of 6 columns used",
        "read as UTF-8, commas",
        "Feb 3, 1990",
        "Group A",
    ):
        assert said in page
    assert "Kinfold keeps this as sex at birth." in page
    assert imported(cast) == set()

    response = browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    assert response.headers["Location"] == f"/imports/{import_id}/progress/"
    watching = browser.get(f"/imports/{import_id}/progress/")
    assert watching.headers["Refresh"] == "3"
    assert "Importing" in text_of(watching)
    run_pending()
    part = browser.get(f"/imports/{import_id}/progress/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == f"/imports/{import_id}/"
    page = text_of(browser.get(f"/imports/{import_id}/"))
    assert "2 clients imported." in page
    assert "Success! Clients have been created!" in page
    assert imported(cast) == {"Zoë", "Carl"}


def test_a_workbook_is_brought_in_and_another_of_its_sheets_can_be_chosen(
    cast: Cast, browser_of: BrowserOf
) -> None:
    heads = HEADER.split(",")
    content = workbook(heads, GOOD[0].split(","), more={"Left": [heads, GOOD[1].split(",")]})
    browser = browser_of(cast.ada)
    import_id = upload(browser, SimpleUploadedFile("people.xlsx", content))
    page = text_of(browser.get(f"/imports/{import_id}/check/"))
    assert "read as Excel workbook" in page
    assert "The workbook has 2 sheets with something in them." in page
    assert "Feb 3, 1990" in page

    browser.post(f"/imports/{import_id}/sheet/", {"sheet": "None"})
    assert "no sheet of that name" in text_of(browser.get(f"/imports/{import_id}/check/"))
    browser.post(f"/imports/{import_id}/sheet/", {"sheet": "Left"})
    run_pending()
    assert "Jul 10, 1985" in text_of(browser.get(f"/imports/{import_id}/check/"))
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    run_pending()
    assert imported(cast) == {"Carl"}


def test_a_matching_is_remembered_until_it_is_forgotten(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    first = upload(browser, file(GOOD[0]))
    fields = ("first_name", "last_name", "email", "birth_date", "sex_at_birth", "")
    matched = {f"column-{place}": field for place, field in enumerate(fields)}
    browser.post(f"/imports/{first}/check/", {**matched, "short_years": "1900"})
    run_pending()
    browser.post(f"/imports/{first}/apply/", {"form_key": "k2"})
    run_pending()
    second = upload(browser, file("Carl,Orff,carl@mail.example,7/10/85,m,"))
    page = browser.get(f"/imports/{second}/check/").content.decode()
    assert "Matched as last time." in page
    assert '<option value="1900" selected>' in page
    assert "Jul 10, 1985" in page
    browser.post(f"/imports/{second}/forget/")
    run_pending()
    page = browser.get(f"/imports/{second}/check/").content.decode()
    assert "Matched as last time." not in page
    assert "The year has two digits." in page


def test_updates_are_chosen_shown_field_by_field_and_undone(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    header = HEADER.replace("tag", "external_id")
    first = upload(browser, file("Zoë,Núñez,zoe@mail.example,1990-02-03,F,A-1", header=header))
    browser.post(f"/imports/{first}/apply/", {"form_key": "k2"})
    run_pending()
    changed = "Zoe,Núñez,zoe@mail.example,1990-02-04,F,A-1"
    second = upload(browser, file(changed, "Dan,Roe,dan@mail.example,1970-01-01,m,A-2", header=header))
    fields = ("first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id")
    matched = {f"column-{place}": field for place, field in enumerate(fields)}
    browser.post(f"/imports/{second}/check/", {**matched, "mode": "both"})
    run_pending()
    page = text_of(browser.get(f"/imports/{second}/check/"))
    for said in (
        "1 client to update: First name 1, Date of birth 1.",
        "First name: Zoë → Zoe",
        "Date of birth: Feb 3, 1990 → Feb 4, 1990",
        "Update 1, add 1 client",
    ):
        assert said in page
    browser.post(f"/imports/{second}/check/", {**matched, "mode": "update"})
    run_pending()
    assert "Update 1 client" in text_of(browser.get(f"/imports/{second}/check/"))
    browser.post(f"/imports/{second}/check/", {**matched, "mode": "both"})
    run_pending()
    browser.post(f"/imports/{second}/apply/", {"form_key": "k3"})
    run_pending()
    assert "1 client imported, 1 updated." in text_of(browser.get(f"/imports/{second}/"))
    assert "clients Ada Brandt" in text_of(browser.get("/imports/"))
    assert imported(cast) == {"Zoe", "Dan"}
    with entered(cast.alder.practice_id, writing=True):
        Person_.objects.filter(first_name="Dan").update(version=2)
    browser.post(f"/imports/{second}/undo/", {"form_key": "k4"})
    assert imported(cast) == {"Zoë", "Dan"}
    page = text_of(browser.get(f"/imports/{second}/"))
    for said in (
        "1 was changed since, and is kept.",
        "Imported 1 taken out again, but for who was changed since",
        "Updated 1 as before, but for who was changed since",
    ):
        assert said in page


def test_registration_codes_are_offered_for_those_who_came_in(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    import_id = upload(browser, file(*GOOD))
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    run_pending()
    assert "Send registration codes" in text_of(browser.get(f"/imports/{import_id}/"))
    chosen = browser.post(f"/imports/{import_id}/codes/")
    page = text_of(browser.get(chosen.headers["Location"]))
    assert "Zoë" in page
    assert "Carl" in page
    browser.post(f"/imports/{import_id}/undo/", {"form_key": "k3"})
    assert "Send registration codes" not in text_of(browser.get(f"/imports/{import_id}/"))
    assert browser.post(f"/imports/{import_id}/codes/").status_code == 404


def test_a_file_to_fill_in_is_offered_beside_the_choice_of_a_file(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    page = browser.get("/imports/new/?whom=members").content.decode()
    for address in re.findall(r'href="(/imports/template/[^"]+)"', page):
        given = browser.get(address.replace("&amp;", "&"))
        assert given.status_code == 200
        kind = "csv" if "csv" in address else "xlsx"
        assert given.headers["Content-Disposition"] == f'attachment; filename="members.{kind}"'


def test_progress_is_told_in_parts_while_the_work_goes_on(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    browser.post("/imports/new/", {"file": file(*GOOD), "form_key": "k1"})
    with entered(cast.alder.practice_id, writing=True):
        import_id = Import.objects.get().id
        Import.objects.update(done=1)
    part = browser.get(f"/imports/{import_id}/progress/", headers={"HX-Request": "true"})
    html = part.content.decode()
    assert "<html" not in html
    assert "1 of 2 rows" in html
    assert "Refresh" not in part.headers
    assert browser.get(f"/imports/{import_id}/check/").headers["Location"].endswith("/progress/")
    assert browser.get(f"/imports/{import_id}/").headers["Location"].endswith("/progress/")


def test_bad_rows_stand_first_with_their_reasons_and_can_be_downloaded(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    import_id = upload(browser, file(*GOOD, BAD))
    html = browser.get(f"/imports/{import_id}/check/").content.decode()
    rows = html[html.index('id="rows-h"') :]
    assert rows.index("31/31/1990") < rows.index("Zoë")
    assert '<span class="cellerr">ben@</span>' in html
    assert "This is not a date." in html
    assert "Left out: 1 to fix" in html
    assert (
        "Zoë"
        not in browser.get(f"/imports/{import_id}/check/?view=bad").content.decode().split('id="rows-h"')[-1]
    )

    download = browser.get(f"/imports/{import_id}/left-out/")
    assert download.headers["Content-Disposition"] == 'attachment; filename="people - left out.csv"'
    assert download.content.decode("utf-8-sig").splitlines()[1].startswith('"4",')
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    run_pending()
    assert "left out, with a reason each" in text_of(browser.get(f"/imports/{import_id}/"))
    assert imported(cast) == {"Zoë", "Carl"}


def test_a_long_preview_is_read_page_by_page(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    rows = [f"P{n},Long,p{n}@mail.example,1990-01-01,f," for n in range(120)]
    import_id = upload(browser, file(*rows))
    page = browser.get(f"/imports/{import_id}/check/")
    assert "Rows 1–50 of 120" in text_of(page)
    (more,) = re.findall(r'href="([^"]+start=50[^"]*)"', page.content.decode())
    second = text_of(browser.get(more.replace("&amp;", "&")))
    assert "Rows 51–100 of 120" in second
    assert "Earlier rows" in second


@pytest.mark.requirement("U57")
def test_a_file_from_heads_up_comes_in_as_it_is(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    header = "email_address,initial_password,first_name,last_name,birthdate,gender,tag,tag,external_id"
    rows = ["zoe@mail.example,hunter2hunter2,Zoë,Núñez,1990-02-03,F,Group A,VIP,A-1"]
    import_id = upload(browser, file(*rows, header=header))
    page = text_of(browser.get(f"/imports/{import_id}/check/"))
    assert "8 of 9 columns used" in page
    assert "hunter2" not in page
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    run_pending()
    assert imported(cast) == {"Zoë"}


@pytest.mark.requirement("U57")
def test_a_file_from_headway_comes_in_and_says_what_it_lacks(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    header = "First Name,Last Name,Email,Mobile Phone"
    rows = ["Zoë,Núñez,zoe@mail.example,(602) 262-1234", "Carl,Orff,carl@mail.example,"]
    import_id = upload(browser, file(*rows, header=header))
    page = text_of(browser.get(f"/imports/{import_id}/check/"))
    assert "Import 2 clients" in page
    lacks = "these clients are added without a date of birth and with sex at birth unknown"
    assert lacks in page
    assert imported(cast) == set()
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    run_pending()
    with entered(cast.alder.practice_id):
        zoe = Person_.objects.get(first_name="Zoë")
    assert (zoe.birth_date, zoe.sex_at_birth) == (None, "unknown")
    page = text_of(browser.get(f"/clients/{zoe.id}/"))
    assert "Date of birth not known yet" in page
    assert "(602) 262-1234" in page

    again = upload(browser, file(*rows, header=header))
    assert "Import 0 clients" in text_of(browser.get(f"/imports/{again}/check/"))


def test_a_matched_column_of_birth_dates_counts_in_every_row(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    rows = ["Zoë,Núñez,zoe@mail.example,1990-02-03", "Carl,Orff,carl@mail.example,"]
    import_id = upload(browser, file(*rows, header="First Name,Last Name,Email,Date of Birth"))
    page = text_of(browser.get(f"/imports/{import_id}/check/"))
    assert "Enter a date of birth." in page
    assert "No column is matched to Sex at birth: it is unknown for these clients" in page
    assert "Import 1 client" in page


def test_values_of_columns_left_out_are_shown_only_while_they_may_be_needed(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    header = "First Name,NOM,Email,SSN,Maiden name"
    import_id = upload(browser, file("Zoë,Núñez,zoe@mail.example,999-76-6866,Feil", header=header))
    url = f"/imports/{import_id}/check/"
    page = text_of(browser.get(url))
    assert "Núñez" in page  # which column is the last name has to be found
    assert "Feil" in page
    assert "999-76-6866" not in page
    with entered(cast.alder.practice_id):
        assert "999-76" not in str(Import.objects.values_list("samples", flat=True).get())
    browser.post(url, {"column-0": "first_name", "column-1": "last_name", "column-2": "email"})
    run_pending()
    page = text_of(browser.get(url))
    assert "Núñez" in page
    assert "Feil" not in page


def test_columns_can_be_matched_by_hand(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    given = file("Zoë,Núñez,zoe@mail.example,3/4/1990,F", header="a,b,c,d,e")
    import_id = upload(browser, given)
    page = text_of(browser.get(f"/imports/{import_id}/check/"))
    assert "The columns need attention before this file can be imported." in page
    assert "No column is matched to First name." in page
    assert "Check rows" not in page
    fields = ("first_name", "last_name", "email", "birth_date", "sex_at_birth")
    chosen = {f"column-{place}": name for place, name in enumerate(fields)}
    url = f"/imports/{import_id}/check/"
    assert browser.post(url, chosen).headers["Location"].endswith("/progress/")
    run_pending()
    assert "Dates such as 3/4/1990 were read as month/day/year." in text_of(browser.get(url))
    browser.post(url, {**chosen, "date_order": "dmy"})
    run_pending()
    page = text_of(browser.get(url))
    assert "Apr 3, 1990" in page
    assert "were read as" not in page
    browser.post(url, {**chosen, "column-0": "nickname"})
    assert "There is no such field." in text_of(browser.get(url))


def test_importing_and_undoing_ask_who_one_is_after_five_minutes(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    browser = browser_of(cast.ada)
    import_id = upload(browser, file(*GOOD))
    now = time.time()
    for minutes, act, then in ((7, "apply", {"Zoë", "Carl"}), (14, "undo", set())):
        monkeypatch.setattr(time, "time", lambda seconds=now + minutes * 60: seconds)
        before = imported(cast)
        asked = browser.post(f"/imports/{import_id}/{act}/", {"form_key": act})
        assert (asked.status_code, asked.headers["Location"].split("?")[0]) == (302, "/account/confirm/")
        run_pending()
        assert imported(cast) == before
        answered = browser.post(asked.headers["Location"], {"password": cast.password})
        assert answered.status_code == 303
        run_pending()
        assert imported(cast) == then


def test_likely_duplicates_are_left_out_unless_their_box_is_ticked(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    for choice in ({}, {"with_duplicates": "on"}):
        import_id = upload(browser, file(*GOOD, GOOD[0]))
        assert "Same email address and date of birth as" in text_of(
            browser.get(f"/imports/{import_id}/check/")
        )
        browser.post(f"/imports/{import_id}/apply/", {"form_key": f"k{choice}", **choice})
        run_pending()
    with entered(cast.alder.practice_id):
        assert Person_.objects.filter(made_in__isnull=False).count() == 5


def test_when_only_duplicates_are_left_nothing_happens_without_the_box(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    for _ in range(2):
        import_id = upload(browser, file(*GOOD))
        browser.post(f"/imports/{import_id}/apply/", {"form_key": str(import_id)})
        run_pending()
    assert "There is no row to import." in text_of(browser.get(f"/imports/{import_id}/check/"))
    with entered(cast.alder.practice_id):
        assert Person_.objects.filter(made_in__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "This is a picture, not a table."),
        (b"a,b\n" * 6_300_000, "larger than 20 MB"),
        (b",".join(b"c%d" % number for number in range(200_000)) + b"\n", "more than 200 columns"),
    ],
    ids=["empty", "picture", "25 MB", "many columns"],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(
    cast: Cast, browser_of: BrowserOf, content: bytes, says: str
) -> None:
    given = SimpleUploadedFile("people.csv", content, "text/csv")
    response = browser_of(cast.ada).post("/imports/new/", {"file": given, "form_key": "k1"})
    assert response.status_code == 422
    assert says in text_of(response)
    with entered(cast.alder.practice_id):
        assert not Import.objects.exists()


def test_a_large_file_is_never_written_outside_of_the_installation(
    cast: Cast, browser_of: BrowserOf, settings: Any
) -> None:
    """Before it is stored it is not yet encrypted, and it may hold first passwords."""
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere/to/write"
    rows = [f"Zoë{number},Núñez,zoe{number}@mail.example,1990-02-03,F,{'x' * 50}" for number in range(40_000)]
    given = file(*rows)
    assert (given.size or 0) > 3_000_000
    answer = browser_of(cast.ada).post("/imports/new/", {"file": given, "form_key": "k1"})
    assert answer.status_code == 303


def test_choosing_no_file_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    response = browser_of(cast.ada).post("/imports/new/", {"form_key": "k1"})
    assert response.status_code == 422
    assert "Choose a file." in text_of(response)


def test_an_import_is_taken_back(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    import_id = upload(browser, file(*GOOD))
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    run_pending()
    with entered(cast.alder.practice_id, writing=True):
        Person_.objects.filter(first_name="Carl").update(version=2)
    assert "Undo this import" in text_of(browser.get(f"/imports/{import_id}/"))
    browser.post(f"/imports/{import_id}/undo/", {"form_key": "k3"})
    page = text_of(browser.get(f"/imports/{import_id}/"))
    assert "This import was undone." in page
    assert "Changed since, and kept" in page
    assert "1 taken out again, 1 kept" in page
    assert "Undo this import" not in page
    assert imported(cast) == {"Carl"}
    browser.post(f"/imports/{import_id}/undo/", {"form_key": "k4"})
    assert "cannot be undone" in text_of(browser.get(f"/imports/{import_id}/"))


def test_a_file_is_discarded(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    import_id = upload(browser, file(*GOOD))
    browser.post(f"/imports/{import_id}/discard/")
    page = text_of(browser.get("/imports/"))
    assert "The file was discarded. Nothing was saved." in page
    assert "people.csv" in page
    assert "This file was discarded." in text_of(browser.get(f"/imports/{import_id}/"))
    browser.post(f"/imports/{import_id}/discard/")
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "k2"})
    assert "This import has moved on." in text_of(browser.get(f"/imports/{import_id}/"))


def test_names_from_a_file_are_text_and_never_markup(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    given = file("<script>x</script>,O'Brien,x@mail.example,1990-01-01,f,<b>t</b>", name="<img src=x>.csv")
    html = browser.get(f"/imports/{upload(browser, given)}/check/").content.decode()
    assert "<script>x" not in html
    assert "<b>t" not in html
    assert "<img src=x" not in html
    assert "A name cannot contain" in html


def test_nothing_of_an_import_is_open_to_others(cast: Cast, browser_of: BrowserOf) -> None:
    import_id = upload(browser_of(cast.ada), file(*GOOD))
    for person, status in ((cast.lin, 403), (cast.bea, 403), (cast.fran, 404)):
        browser = browser_of(person)
        for page in ("check/", "progress/", "", "left-out/"):
            assert browser.get(f"/imports/{import_id}/{page}").status_code == status
        for act in ("check/", "apply/", "undo/", "discard/"):
            assert browser.post(f"/imports/{import_id}/{act}").status_code == status
    assert "people.csv" not in text_of(browser_of(cast.fran).get("/imports/"))
