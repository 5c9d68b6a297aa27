"""The API of imports."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.imports.fields import FIELDS_WITH_PASSWORDS, MEMBER_FIELDS
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.entrypoints.rest.imports import Field
from tests.domain.imports.workbooks import workbook
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
GOOD = "Zoë,Núñez,zoe@mail.example,1990-02-03,F"
HEADER = "first_name,last_name,email,dob,sex"


def upload(browser: Client, *rows: str, header: str = HEADER, **more: Any) -> Any:
    given = SimpleUploadedFile("people.csv", "\n".join([header, *rows, ""]).encode(), "text/csv")
    headers = more.pop("headers", {})
    response = browser.post("/api/v1/imports", {"file": given, **more}, headers=headers)
    run_pending()
    return response


def send(browser: Client, method: str, url: str, body: object = None) -> Any:
    return browser.generic(method, f"/api/v1/imports{url}", *_json(body))


def _json(body: object) -> tuple[str, str]:
    return ("" if body is None else json.dumps(body)), "application/json"


@pytest.mark.requirement("U57")
def test_a_file_comes_in_by_the_api(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    response = upload(browser, GOOD, "Ben,King,ben@,never,x")
    assert response.status_code == 201
    assert response.json()["state"] == "reading"
    import_id = response.json()["id"]
    found = send(browser, "GET", f"/{import_id}").json()
    assert (found["state"], found["ready"], found["bad"], found["encoding"]) == ("ready", 1, 1, "UTF-8")
    assert [column["field"] for column in found["columns"]] == [
        "first_name", "last_name", "email", "birth_date", "sex_at_birth",
    ]  # fmt: skip
    rows = send(browser, "GET", f"/{import_id}/rows").json()
    assert rows["total"] == 2
    assert rows["items"][0]["line"] == 3
    assert set(rows["items"][0]["reasons"]) == {"email", "birth_date", "sex_at_birth"}
    assert rows["items"][1]["cells"]["birth_date"] == "1990-02-03"

    refused = send(browser, "POST", f"/{import_id}/start", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "import-has-bad-rows")
    started = send(browser, "POST", f"/{import_id}/start", {"leave_out_bad": True})
    assert (started.status_code, started.json()["state"]) == (202, "running")
    run_pending()
    assert send(browser, "GET", f"/{import_id}").json()["created"] == 1
    csv = send(browser, "GET", f"/{import_id}/left-out")
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert csv.content.decode("utf-8-sig").splitlines()[1].startswith('"3",')

    assert send(browser, "POST", f"/{import_id}/undo").json() == {"kept": []}
    assert send(browser, "POST", f"/{import_id}/undo").json()["code"] == "import-not-undoable"
    assert [item["state"] for item in send(browser, "GET", "").json()["items"]] == ["undone"]


def test_clients_are_updated_by_the_api_where_that_is_asked_for(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    header = f"{HEADER},external_id"
    first = upload(browser, f"{GOOD},A-1", header=header).json()["id"]
    send(browser, "POST", f"/{first}/start", {})
    run_pending()
    second = upload(browser, f"{GOOD.replace('1990', '1991')},A-1", header=header, mode="update").json()["id"]
    found = send(browser, "GET", f"/{second}").json()
    assert (found["mode"], found["updates"], found["fields_changed"]) == ("update", 1, {"birth_date": 1})
    (row,) = send(browser, "GET", f"/{second}/rows?view=updates").json()["items"]
    assert row["changes"] == [{"field": "birth_date", "was": "1990-02-03", "becomes": "1991-02-03"}]
    send(browser, "POST", f"/{second}/start", {})
    run_pending()
    assert send(browser, "GET", f"/{second}").json()["updated"] == 1
    assert send(browser, "POST", f"/{second}/undo").json() == {"kept": []}


def test_a_workbook_comes_in_by_the_api_and_its_sheet_is_chosen(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    heads = HEADER.split(",")
    content = workbook(
        heads, GOOD.split(","), more={"Left": [heads, ["Carl", "Orff", "c@mail.example", "1985-07-10", "m"]]}
    )
    given = SimpleUploadedFile("people.xlsx", content)
    response = browser.post("/api/v1/imports", {"file": given, "sheet": "Left"})
    run_pending()
    import_id = response.json()["id"]
    found = send(browser, "GET", f"/{import_id}").json()
    assert (found["encoding"], found["sheet"], found["sheets"]) == (
        "Excel workbook",
        "Left",
        ["People", "Left"],
    )
    assert send(browser, "PUT", f"/{import_id}/sheet", {"sheet": "People"}).status_code == 200
    run_pending()
    (row,) = send(browser, "GET", f"/{import_id}/rows").json()["items"]
    assert (row["line"], row["cells"]["first_name"]) == (2, "Zoë")
    refused = send(browser, "PUT", f"/{import_id}/sheet", {"sheet": "Nowhere"})
    assert (refused.status_code, refused.json()["code"]) == (422, "file-refused")


def test_columns_are_matched_on_upload_or_afterwards(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    pairs = ["a=first_name", "b=last_name", "c=email", "d=birth_date", "e=sex_at_birth"]
    assert upload(browser, GOOD, header="a,b,c,d,e", map=pairs).json()["state"] == "reading"
    wrong = upload(browser, GOOD, header="a,b,c,d,e", map=["a=nickname"])
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "map")
    found = upload(browser, GOOD, header="a,b,c,d,e").json()
    assert found["state"] == "matching"
    assert found["problems"]
    mapping = [pair.partition("=")[2] for pair in pairs]
    url = f"/{found['id']}/mapping"
    assert send(browser, "PUT", url, {"mapping": mapping, "date_order": "dmy"}).json()["state"] == "reading"
    run_pending()
    assert send(browser, "PUT", url, {"mapping": mapping[:2]}).status_code == 422
    assert send(browser, "PUT", url, {"mapping": ["nickname"] * 5}).status_code == 422


def test_every_field_of_a_file_has_its_name_in_the_api() -> None:
    named = {field.name for field in (*FIELDS_WITH_PASSWORDS, *MEMBER_FIELDS)}
    assert set(get_args(Field)) == named


def test_first_passwords_come_in_by_the_api_where_an_owner_allows_them(
    cast: Cast, browser_of: BrowserOf
) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(initial_passwords=True)
    browser = browser_of(cast.ada)
    answer = upload(browser, f"four brown owls near water,{GOOD}", header=f"initial_password,{HEADER}")
    assert answer.status_code == 201
    found = send(browser, "GET", f"/{answer.json()['id']}").json()
    assert (found["state"], found["ready"]) == ("ready", 1)
    assert found["columns"][0]["field"] == "initial_password"
    assert "owls" not in json.dumps(found)


def test_an_upload_that_is_tried_again_is_one_import(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    first = upload(browser, GOOD, headers={"Idempotency-Key": "once"})
    again = upload(browser, GOOD, headers={"Idempotency-Key": "once"})
    assert first.json()["id"] == again.json()["id"]
    assert send(browser, "GET", "").json()["total"] == 1


def test_what_is_no_table_is_refused_with_its_line(cast: Cast, browser_of: BrowserOf) -> None:
    response = upload(browser_of(cast.ada), 'Ada,"By"ron,a@x.org,1990-01-01,f')
    assert response.status_code == 422
    body = response.json()
    assert body["code"] == "file-refused"
    assert body["errors"][0]["row"] == 2


def test_a_file_is_discarded(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    import_id = upload(browser, GOOD).json()["id"]
    assert send(browser, "DELETE", f"/{import_id}").status_code == 204
    assert send(browser, "DELETE", f"/{import_id}").json()["code"] == "import-not-waiting"
    assert send(browser, "GET", f"/{import_id}/left-out").status_code == 404


def test_others_find_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    import_id = upload(browser_of(cast.ada), GOOD).json()["id"]
    assert upload(browser_of(cast.lin), GOOD).status_code == 403
    stranger = browser_of(cast.fran)
    for url in (f"/{import_id}", f"/{import_id}/rows", f"/{import_id}/left-out"):
        theirs, absent = (
            send(stranger, "GET", url),
            send(stranger, "GET", url.replace(import_id, str(uuid4()))),
        )
        assert (theirs.status_code, theirs.content) == (absent.status_code, absent.content)
        assert theirs.status_code == 404
    assert send(stranger, "POST", f"/{import_id}/start", {}).status_code == 404
    with entered(cast.alder.practice_id):
        assert not Person_.objects.filter(made_in__isnull=False).exists()


def test_a_file_of_members_comes_in_by_the_api(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    row = "Imani,Brooks,imani@example.org,Intern"
    made = upload(browser, row, header="First name,Last name,Email,Role", whom="members")
    assert (made.status_code, made.json()["whom"]) == (201, "members")
    run_pending()
    address = f"/{made.json()['id']}"
    (found,) = send(browser, "GET", f"{address}/rows").json()["items"]
    assert found["cells"]["role"] == "Intern"
    assert send(browser, "POST", f"{address}/start", {}).status_code == 202
    run_pending()
    assert send(browser, "GET", address).json()["created"] == 1
    assert upload(browser, row, whom="owners").status_code == 422
