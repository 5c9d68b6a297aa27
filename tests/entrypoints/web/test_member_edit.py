"""The pencil in the team list: a row that turns into fields, two people editing at once, and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from django.test import Client

from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member
from tests.domain.team.steps import add
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
FRAGMENT = {"HX-Request": "true"}
LIST = "/manage/team/"


def part(member_id: UUID, name: str) -> str:
    return f"{LIST}{member_id}/{name}/"


def value(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: type="\w+")? value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


def saved(cast: Cast, member_id: UUID) -> Member:
    with entered(cast.alder.practice_id):
        return Member.objects.get(pk=member_id)


@pytest.mark.requirement("U60")
def test_the_pencil_turns_a_row_into_fields_and_save_or_cancel_turn_it_back(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser, lin = browser_of(cast.ada), cast.lin.member_id
    html = browser.get(LIST).content.decode()
    assert f'href="{part(lin, "edit")}" aria-label="Edit Lin Zhao" hx-get="{part(lin, "edit")}"' in html
    form = browser.get(part(lin, "edit"), headers=FRAGMENT).content.decode()
    assert form.strip().startswith("<tbody data-editing>")
    assert (value(form, "first_name"), value(form, "last_name")) == ("Lin", "Zhao")
    assert 'name="email"' not in form  # whoever has a login changes its address themselves
    assert f'hx-get="{part(lin, "row")}" data-cancel' in form
    closed = browser.get(part(lin, "row"), headers=FRAGMENT).content.decode()
    assert closed.strip().startswith("<tbody><tr>")
    assert "autofocus" in closed
    typed = {"version": "1", "first_name": "Lina", "last_name": "Zhao-Park"}
    row = browser.post(part(lin, "edit"), typed, headers=FRAGMENT).content.decode()
    assert "Lina <b>Zhao-Park</b>" in row
    assert "<html" not in row
    assert saved(cast, lin).name == "Lina Zhao-Park"


@pytest.mark.requirement("U60")
def test_without_a_script_the_pencil_leads_to_the_same_form_as_a_page(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser, lin = browser_of(cast.ada), cast.lin.member_id
    html = browser.get(part(lin, "edit")).content.decode()
    assert "<title>" in html
    action = re.search(r'action="([^"]+)" data-editing', html)
    assert action
    response = browser.post(
        action[1], {"version": "1", "first_name": "Lina", "last_name": "Zhao"}, follow=True
    )
    assert "<h1>Lina Zhao</h1>" in response.content.decode()
    assert "The changes are saved." in response.content.decode()
    assert browser.get(part(lin, "row")).headers["Location"] == f"{LIST}{lin}/"


@pytest.mark.requirement("U69")
def test_edit_user_stands_among_the_actions_and_edits_one(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert re.search(
        r'name="act" value="edit" data-one[^>]*>.*?Edit User', browser.get(LIST).content.decode(), re.DOTALL
    )
    several = f"{LIST}several/"
    one = browser.post(several, {"act": "edit", "member": [str(cast.lin.member_id)]})
    assert one.headers["Location"] == part(cast.lin.member_id, "name")
    both = [str(cast.lin.member_id), str(cast.theo.member_id)]
    html = browser.post(several, {"act": "edit", "member": both}, follow=True).content.decode()
    assert "Choose one person to edit." in html


@pytest.mark.parametrize(("form", "headers"), [("edit", FRAGMENT), ("name", {})], ids=["row", "page"])
def test_the_second_editor_sees_what_differs_and_keeps_what_they_typed(
    cast: Cast, browser_of: BrowserOf, form: str, headers: dict[str, str]
) -> None:
    lin = cast.lin.member_id
    browser_of(cast.olu).post(
        part(lin, "name"), {"version": 1, "first_name": "Linnea", "last_name": "Zhao-Park"}
    )
    browser = browser_of(cast.ada)
    typed = {
        "version": 1,
        "first_name": "Lina",
        "was_first_name": "Lin",
        "last_name": "Zhao",
        "was_last_name": "Zhao",
    }
    response = browser.post(part(lin, form), typed, headers=headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Someone else saved this person while you were editing." in html
    assert re.findall(r"<li>([^<]*: [^<]*)</li>", html) == ["First name: Linnea"]
    assert (value(html, "first_name"), value(html, "last_name")) == ("Lina", "Zhao-Park")
    assert (value(html, "was_first_name"), value(html, "version")) == ("Linnea", "2")
    again = {"version": 2, "first_name": "Lina", "last_name": "Zhao-Park"}
    assert browser.post(part(lin, form), again, headers=headers).status_code in (200, 303)
    assert saved(cast, lin).name == "Lina Zhao-Park"


@pytest.mark.parametrize(("form", "headers"), [("edit", FRAGMENT), ("name", {})], ids=["row", "page"])
def test_what_cannot_be_kept_stays_as_typed_with_the_reason_beside_it(
    cast: Cast, browser_of: BrowserOf, form: str, headers: dict[str, str]
) -> None:
    imani = add(cast)
    browser = browser_of(cast.ada)
    for email, sentence in (("imani@", "has one @ sign"), ("lin@example.org", "on the team already")):
        typed = {"version": 1, "first_name": "<i>", "last_name": "Z" * 300, "email": email}
        response = browser.post(part(imani, form), typed, headers=headers)
        html = response.content.decode()
        assert response.status_code == 422
        assert sentence in html
        assert (value(html, "first_name"), value(html, "email")) == ("<i>", email)
        assert value(html, "last_name") == "Z" * 300
        assert html.count('aria-invalid="true"') == 3
    assert saved(cast, imani).version == 1
