"""The pencil: editing a client in a row of the list or on their page, and two people editing at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.fields import CLIENT_FIELDS
from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.clients.models import ClientStatus, ClientTag
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


@pytest.mark.requirement("U19")
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


def test_edit_user_is_the_whole_client_on_one_form_that_needs_no_script(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(part_of(cast.anna, "edit")).content.decode()
    assert "<h1>Edit Anna Novak</h1>" in html
    for field in CLIENT_FIELDS:
        assert f' name="{field.name}"' in html, field.name
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


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["on the page", "in the list"])
def test_the_second_editor_sees_both_versions_and_nothing_is_saved_without_a_choice(
    cast: Cast, browser_of: BrowserOf, headers: dict[str, str]
) -> None:
    browser = browser_of(cast.ada)
    opened = browser.get(part_of(cast.anna, "edit"), headers=headers).content.decode()
    was = {f"was_{name}": value(opened, f"was_{name}") for name in filled_in(cast.anna) if name != "version"}
    theirs = ChangeClient(
        client_id=cast.anna.id, version=1, last_name="Nováková", phone="(503) 555-0142", tags=("EMDR",)
    )
    change_client(cast.olu.actor, theirs)
    mine = {**was, **filled_in(cast.anna, email="anna@new.example", last_name="Novotná", tags="Couples")}
    response = browser.post(part_of(cast.anna, "edit"), mine, headers=headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Someone else saved this client while you were editing." in html
    assert re.findall(r"<legend>([^<]*)</legend>", html) == ["Last name", "Tags"]  # both changed these
    assert re.findall(r'<b class="pre">([^<]*)</b>', html) == ["Nováková", "Novotná", "EMDR", "Couples"]
    assert (value(html, "last_name"), value(html, "email")) == ("Novotná", "anna@new.example")
    assert (value(html, "phone"), value(html, "version")) == ("(503) 555-0142", "2")
    again = {name: value(html, name) for name in (*mine, "version") if name != "sex_at_birth"}
    again |= {"sex_at_birth": "unknown", "conflict": ["last_name", "tags"], "keep_last_name": "yours"}  # type: ignore[dict-item]
    undecided = browser.post(part_of(cast.anna, "edit"), again, headers=headers)
    assert undecided.status_code == 422
    assert "Choose which of the two to keep." in undecided.content.decode()
    assert 'name="keep_last_name" value="yours" checked' in undecided.content.decode()
    assert saved(cast, cast.anna).version == 2
    browser.post(part_of(cast.anna, "edit"), {**again, "keep_tags": "theirs"}, headers=headers)
    kept = saved(cast, cast.anna)
    assert (kept.last_name, kept.email, kept.phone) == ("Novotná", "anna@new.example", "+15035550142")
    with entered(cast.alder.practice_id):
        assert list(ClientTag.objects.values_list("tag__name", flat=True)) == ["EMDR"]


def test_each_group_of_a_client_is_edited_where_it_stands(cast: Cast, browser_of: BrowserOf) -> None:
    browser, address = browser_of(cast.ada), f"/clients/{cast.anna.id}/"
    page = browser.get(address).content.decode()
    for group in ("person", "contact", "emergency", "guardian", "record"):
        assert f'hx-get="{address}edit/?group={group}"' in page
    form = browser.get(f"{address}edit/?group=guardian", headers=FRAGMENT).content.decode()
    assert form.strip().startswith('<section class="group" id="g-guardian"')
    typed = {
        "group": "guardian", "version": "1", "guardian_name": "Eva Novak", "was_guardian_name": "",
        "guardian_relationship": "Mother", "guardian_phone": "555", "guardian_email": "eva@mail.example",
    }  # fmt: skip
    for headers in (FRAGMENT, {}):
        refused = browser.post(f"{address}edit/", typed, headers=headers)
        assert (refused.status_code, value(refused.content.decode(), "guardian_phone")) == (422, "555")
        assert "This is not a whole phone number." in refused.content.decode()
    done = browser.post(f"{address}edit/", {**typed, "guardian_phone": "(503) 555-0142"}, headers=FRAGMENT)
    assert done.headers["HX-Redirect"] == address
    page = browser.get(address).content.decode()
    for words in ("Eva Novak", "Mother", "(503) 555-0142", "eva@<wbr>mail.example", "The changes are saved."):
        assert words in page
    assert saved(cast, cast.anna).first_name == "Anna"


def test_who_may_only_look_sees_the_groups_that_hold_something_and_no_pencil(
    cast: Cast, browser_of: BrowserOf
) -> None:
    change_client(
        cast.ada.actor,
        ChangeClient(client_id=cast.anna.id, version=1, preferred_name="Annie", pronouns="she/her"),
    )
    page = browser_of(cast.theo).get(f"/clients/{cast.anna.id}/").content.decode()
    assert "Goes by Annie, she/her" in page
    assert 'id="g-contact"' in page
    assert 'id="g-guardian"' not in page
    assert "/edit/" not in page
    billing = browser_of(cast.bea).get(f"/clients/{cast.anna.id}/").content.decode()
    assert "Annie" not in billing


@pytest.mark.requirement("U28")
def test_several_clients_are_edited_one_after_another(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    chosen = [str(client.id) for client in (cast.anna, cast.ben, cast.uma)]
    first = browser.post("/clients/act/", {"act": "edit", "client": chosen, "next": "/manage/clients/"})
    html = browser.get(first.headers["Location"]).content.decode()
    assert "<small>1 of 3</small>" in html
    assert "Save and next" in html
    carried = {name: value(html[html.index('name="group"') :], name) for name in ("then", "of", "next")}
    second = browser.post(
        part_of(cast.anna, "edit"), {**filled_in(cast.anna, last_name="Abel"), **carried, "group": "all"}
    )
    assert saved(cast, cast.anna).last_name == "Abel"
    html = browser.get(second.headers["Location"]).content.decode()
    assert "<small>2 of 3</small>" in html
    skip = re.search(r'href="([^"]*)"[^>]*>Skip<', html)
    assert skip
    html = browser.get(unescape(skip[1])).content.decode()
    assert "<small>3 of 3</small>" in html
    assert "Save and next" not in html
    last = {name: value(html[html.index('name="group"') :], name) for name in ("then", "of", "next")}
    done = browser.post(part_of(cast.uma, "edit"), {**filled_in(cast.uma), **last, "group": "all"})
    assert done.headers["Location"] == "/manage/clients/"
    for wrong in ({"act": "edit", "all": "yes"}, {"act": "edit"}):
        assert browser.post("/clients/act/", wrong).headers["Location"] == "/manage/clients/"


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


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["on the page", "in the list"])
def test_whose_century_a_year_of_two_digits_is_in_is_asked(
    cast: Cast, browser_of: BrowserOf, headers: dict[str, str]
) -> None:
    browser = browser_of(cast.ada)
    typed = filled_in(cast.anna, birth_date="0001-02-03", was_birth_date="1990-04-12", phone="(503) 555-0142")
    html = browser.post(part_of(cast.anna, "edit"), typed, headers=headers).content.decode()
    assert re.findall(r'name="meant" value="([^"]+)"', html) == [
        "birth_date=1901-02-03",
        "birth_date=2001-02-03",
    ]
    meant = browser.post(
        part_of(cast.anna, "edit"), {**typed, "meant": "birth_date=2001-02-03"}, headers=headers
    )
    html = meant.content.decode()
    assert (value(html, "birth_date"), value(html, "phone")) == ("2001-02-03", "(503) 555-0142")
    assert (value(html, "was_birth_date"), value(html, "version")) == ("1990-04-12", "1")
    assert saved(cast, cast.anna).version == 1


def test_tags_are_found_as_one_types(cast: Cast, browser_of: BrowserOf) -> None:
    change_client(
        cast.ada.actor, ChangeClient(client_id=cast.anna.id, version=1, tags=("Couples", "EMDR", "<b>"))
    )
    browser = browser_of(cast.ada)
    found = browser.post("/clients/tags/find/", {"q": " ém"}).content.decode()
    assert found == '<option value="EMDR"></option>'
    assert (
        browser.post("/clients/tags/find/", {"q": "<"}).content.decode()
        == '<option value="&lt;b&gt;"></option>'
    )
    assert browser_of(cast.lin).post("/clients/tags/find/", {"q": "e"}).content == b""
    assert browser_of(cast.bea).post("/clients/tags/find/", {"q": "e"}).status_code == 403
    assert 'data-find="/clients/tags/find/"' in browser.get("/manage/clients/add/").content.decode()
