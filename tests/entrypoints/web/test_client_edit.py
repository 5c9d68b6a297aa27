"""The pencil: editing a client in a row of the list or on their page, and two people editing at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, CastClient, Person

BrowserOf = Callable[[Person], Client]
FRAGMENT = {"HX-Request": "true"}


def part_of(client: CastClient, part: str) -> str:
    return f"/clients/{client.id}/{part}/"


def filled_in(client: CastClient, **changes: str) -> dict[str, str]:
    return {
        "version": "1",
        "first_name": client.first_name,
        "last_name": client.last_name,
        "email": client.email,
        "phone": "",
        "birth_date": "1990-04-12",
        "sex_at_birth": "unknown",
        "tags": "",
        "external_id": "",
        **changes,
    }


def saved(cast: Cast, client: CastClient) -> Person_:
    with entered(cast.alder.practice_id):
        return Person_.objects.get(pk=client.id)


def value(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: type="\w+")? value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


@pytest.mark.requirement("U26")
@pytest.mark.requirement("U27")
def test_the_pencil_opens_a_row_for_editing_and_save_or_cancel_close_it(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    table = browser.get("/manage/clients/").content.decode()
    row = table[table.index("Novak") :]
    assert f'hx-get="{part_of(cast.anna, "edit")}" aria-label="Edit Anna Novak"' in row[: row.index("</tr>")]
    form = browser.get(part_of(cast.anna, "edit"), headers=FRAGMENT).content.decode()
    assert form.strip().startswith("<tbody data-editing>")
    assert (value(form, "first_name"), value(form, "email")) == ("Anna", "anna.novak@mail.example")
    assert "Save" in form
    assert f'hx-get="{part_of(cast.anna, "row")}" data-cancel' in form
    closed = browser.get(part_of(cast.anna, "row"), headers=FRAGMENT).content.decode()
    assert closed.strip().startswith("<tbody><tr>")
    assert "Anna <b>Novak</b>" in closed
    assert "autofocus" in closed
    typed = filled_in(cast.anna, last_name="Nováková", tags="EMDR, Couples", external_id="AC-1")
    row = browser.post(part_of(cast.anna, "edit"), typed, headers=FRAGMENT).content.decode()
    assert "Anna <b>Nováková</b>" in row
    assert "EMDR" in row
    assert "<html" not in row
    assert saved(cast, cast.anna).version == 2


@pytest.mark.parametrize("headers", [FRAGMENT, {}], ids=["in the list", "on the page"])
def test_a_client_whose_birth_date_is_unknown_can_be_edited_without_inventing_one(
    cast: Cast, browser_of: BrowserOf, headers: dict[str, str]
) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Person_.objects.filter(pk=cast.anna.id).update(birth_date=None)
    browser = browser_of(cast.ada)
    form = browser.get(part_of(cast.anna, "edit"), headers=headers).content.decode()
    assert value(form, "birth_date") == ""
    typed = filled_in(cast.anna, birth_date="", phone="(602) 262-1234", was_birth_date="")
    browser.post(part_of(cast.anna, "edit"), typed, headers=headers)
    found = saved(cast, cast.anna)
    assert (found.birth_date, found.phone, found.version) == (None, "+16022621234", 2)

    known = filled_in(cast.anna, version="2", phone=found.phone, was_birth_date="")
    browser.post(part_of(cast.anna, "edit"), known, headers=headers)
    assert saved(cast, cast.anna).birth_date is not None
    emptied = filled_in(cast.anna, version="3", phone=found.phone, birth_date="", was_birth_date="1990-04-12")
    refused = browser.post(part_of(cast.anna, "edit"), emptied, headers=headers)
    assert refused.status_code == 422
    assert "Enter a date of birth." in refused.content.decode()


def test_without_a_script_the_same_edit_is_on_the_clients_page(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(part_of(cast.anna, "edit")).content.decode()
    assert "<h1>Anna Novak</h1>" in html
    assert value(html, "birth_date") == "1990-04-12"
    response = browser.post(part_of(cast.anna, "edit"), filled_in(cast.anna, phone="(503) 555-0142"))
    assert (response.status_code, response.headers["Location"]) == (303, f"/clients/{cast.anna.id}/")
    assert "The changes are saved." in browser.get(response.headers["Location"]).content.decode()
    assert saved(cast, cast.anna).phone == "+15035550142"
    assert browser.get(part_of(cast.anna, "row")).headers["Location"] == f"/clients/{cast.anna.id}/"


def test_what_cannot_be_saved_stays_as_typed_with_the_reason_beside_it(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    typed = filled_in(cast.anna, email="anna@", birth_date="1990-13-45", first_name="<i>", tags="x" * 51)
    for headers in ({}, FRAGMENT):
        response = browser.post(part_of(cast.anna, "edit"), typed, headers=headers)
        html = response.content.decode()
        assert response.status_code == 422
        assert (value(html, "email"), value(html, "first_name")) == ("anna@", "<i>")
        assert value(html, "birth_date") == "1990-13-45"
        assert html.count('aria-invalid="true"') == 4
        assert value(html, "version") == "1"
    assert saved(cast, cast.anna).version == 1


def test_the_second_editor_sees_both_versions_and_keeps_what_they_typed(
    cast: Cast, browser_of: BrowserOf
) -> None:
    change_client(
        cast.olu.actor,
        ChangeClient(client_id=cast.anna.id, version=1, last_name="Nováková", phone="(503) 555-0142"),
    )
    browser = browser_of(cast.ada)
    for headers in ({}, FRAGMENT):
        response = browser.post(
            part_of(cast.anna, "edit"), filled_in(cast.anna, email="anna@new.example"), headers=headers
        )
        html = response.content.decode()
        assert response.status_code == 409
        assert "Someone else saved this client while you were editing." in html
        for theirs in ("Last name: Nováková", "Phone: (503) 555-0142", "Email: anna.novak@mail.example"):
            assert f"<li>{theirs}</li>" in html
        assert "<li>First name" not in html
        assert (value(html, "email"), value(html, "last_name")) == ("anna@new.example", "Novak")
        assert value(html, "version") == "2"
    again = filled_in(cast.anna, email="anna@new.example", version="2")
    assert browser.post(part_of(cast.anna, "edit"), again).status_code == 303
    assert (saved(cast, cast.anna).email, saved(cast, cast.anna).last_name) == ("anna@new.example", "Novak")


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_of_two_who_edit_different_fields_neither_loses_anything(
    cast: Cast, browser_of: BrowserOf, headers: dict[str, str]
) -> None:
    browser = browser_of(cast.ada)
    opened = browser.get(part_of(cast.anna, "edit"), headers=headers).content.decode()
    was = {f"was_{name}": value(opened, f"was_{name}") for name in filled_in(cast.anna) if name != "version"}
    theirs = ChangeClient(
        client_id=cast.anna.id, version=1, last_name="Nováková", phone="(503) 555-0142", tags=("EMDR",)
    )
    change_client(cast.olu.actor, theirs)
    mine = {**was, **filled_in(cast.anna, email="anna@new.example", last_name="Novotná")}
    response = browser.post(part_of(cast.anna, "edit"), mine, headers=headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert re.findall(r"<li>([^<]*)</li>", html) == ["Last name: Nováková"]  # both changed it
    assert (value(html, "last_name"), value(html, "email")) == ("Novotná", "anna@new.example")
    assert (value(html, "phone"), value(html, "tags"), value(html, "version")) == (
        "(503) 555-0142",
        "EMDR",
        "2",
    )
    again = {name: value(html, name) for name in (*mine, "version") if name != "sex_at_birth"}
    assert browser.post(part_of(cast.anna, "edit"), {**again, "sex_at_birth": "unknown"}).status_code == 303
    kept = saved(cast, cast.anna)
    assert (kept.last_name, kept.email, kept.phone) == ("Novotná", "anna@new.example", "+15035550142")


def test_an_edit_touches_only_what_was_typed_anew(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    opened = browser.get(part_of(cast.anna, "edit")).content.decode()
    was = {f"was_{name}": value(opened, f"was_{name}") for name in filled_in(cast.anna) if name != "version"}
    change_client(cast.olu.actor, ChangeClient(client_id=cast.anna.id, version=1, phone="(503) 555-0142"))
    response = browser.post(part_of(cast.anna, "edit"), {**was, **filled_in(cast.anna, external_id="AC-1")})
    html = response.content.decode()
    assert response.status_code == 409
    assert "What they changed stands here now." in html
    assert (value(html, "phone"), value(html, "external_id")) == ("(503) 555-0142", "AC-1")


def test_what_is_wrong_is_said_first_and_does_not_hide_that_somebody_else_saved(
    cast: Cast, browser_of: BrowserOf
) -> None:
    change_client(cast.olu.actor, ChangeClient(client_id=cast.anna.id, version=1, phone="(503) 555-0142"))
    browser = browser_of(cast.ada)
    response = browser.post(part_of(cast.anna, "edit"), filled_in(cast.anna, email="anna@"))
    assert response.status_code == 422
    assert value(response.content.decode(), "version") == "1"
    response = browser.post(part_of(cast.anna, "edit"), filled_in(cast.anna, email="anna@new.example"))
    assert response.status_code == 409
    assert saved(cast, cast.anna).phone == "+15035550142"


def test_an_archived_client_is_not_edited(cast: Cast, browser_of: BrowserOf) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Person_.objects.filter(pk=cast.anna.id).update(status=ClientStatus.ARCHIVED)
    browser = browser_of(cast.ada)
    for response in (
        browser.get(part_of(cast.anna, "edit")),
        browser.post(part_of(cast.anna, "edit"), filled_in(cast.anna, phone="1")),
    ):
        assert response.status_code == 409
        assert "This client is archived" in response.content.decode()
    html = browser.get(f"/clients/{cast.anna.id}/").content.decode()
    assert "Archived" in html
    assert "/edit/" not in html
    assert "Reassign" not in html


def test_a_double_click_on_save_is_one_change(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    typed = filled_in(cast.anna, phone="(503) 555-0142", form_key="key-1")
    statuses = [browser.post(part_of(cast.anna, "edit"), typed).status_code for _ in range(2)]
    assert statuses == [303, 303]
    assert saved(cast, cast.anna).version == 2
    other = browser.post(part_of(cast.anna, "edit"), {**typed, "phone": "", "version": "2"})
    assert other.status_code == 422
    assert "This form was sent before" in other.content.decode()


@pytest.mark.parametrize("person", ["theo", "sana", "bea"])
def test_only_those_who_may_edit_can(cast: Cast, browser_of: BrowserOf, person: str) -> None:
    browser = browser_of(getattr(cast, person))
    for response in (
        browser.get(part_of(cast.anna, "edit")),
        browser.post(part_of(cast.anna, "edit"), filled_in(cast.anna, phone="(503) 555-0142")),
    ):
        assert response.status_code == 403
    assert saved(cast, cast.anna).version == 1
