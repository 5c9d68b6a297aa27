"""One member's page: name, roles, supervision."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client

from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
FRAGMENT = {"HX-Request": "true"}
MASKED = re.compile(r'(name="(?:csrfmiddlewaretoken|form_key)" value|nonce)="[^"]+"')


def page_of(member_id: UUID, part: str = "") -> str:
    return f"/manage/team/{member_id}/{part}"


def version(cast: Cast, person: Person) -> int:
    with entered(cast.alder.practice_id):
        return Member.objects.values_list("version", flat=True).get(pk=person.member_id)


def post_roles(
    browser: Client, cast: Cast, person: Person, *roles: str, fragment: bool = False, **more: object
) -> tuple[int, str]:
    response = browser.post(
        page_of(person.member_id, "roles/"),
        {"version": 1, "roles": [str(cast.alder.roles[role]) for role in roles], **more},
        headers=FRAGMENT if fragment else {},
    )
    return response.status_code, response.content.decode()


def test_a_members_page_shows_who_they_are_and_what_was_done_with_them(
    cast: Cast, browser_of: BrowserOf
) -> None:
    html = browser_of(cast.ada).get(page_of(cast.theo.member_id)).content.decode()
    for words in ("Theo Park", "theo@example.org", "Intern", "Sana Malik", "Supervised by"):
        assert words in html
    assert "<title>Team member &middot; Kinfold</title>" in html


def test_a_members_page_and_the_list_show_their_clients(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(page_of(cast.lin.member_id)).content.decode()
    for name in ("Okafor", "Lindqvist"):
        assert name in html
    assert "Novak" not in html
    assert "2 clients" in html
    rows = browser.get("/manage/team/").content.decode().split("<tr>")
    (lin,) = [row for row in rows if f"/manage/team/{cast.lin.member_id}/" in row]
    assert re.search(r'<td class="n c-hide">2</td>', lin)


@pytest.mark.requirement("U70")
@pytest.mark.requirement("U72")
def test_roles_are_a_dropdown_of_boxes_in_the_list_that_saves_at_once_and_says_so(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.get("/manage/team/").content.decode()
    address = page_of(cast.lin.member_id, "roles/")
    assert f'hx-get="{address}" hx-trigger="toggle once"' in html
    assert 'name="roles"' not in html  # fifty roles on fifty lines would be most of the page
    form = browser.get(address, headers=FRAGMENT).content.decode()
    assert "<html" not in form
    assert 'hx-trigger="change"' in form
    ticked = re.findall(r'value="([^"]+)" checked', form)
    assert ticked == [str(cast.alder.roles["licensed-therapist"])]
    assert 'role="status"' in form
    status, said = post_roles(browser, cast, cast.lin, "licensed-therapist", "associate", fragment=True)
    assert (status, said.strip().startswith("Saved. Changes apply at once.")) == (200, True)
    assert f'value="2" id="roles-version-{cast.lin.member_id}" hx-swap-oob=true' in said
    assert f'id="roles-label-{cast.lin.member_id}" hx-swap-oob="true"' in said
    assert set(cast.lin.actor.role_names) == {"Licensed Therapist", "Associate"}


def test_without_a_script_the_dropdown_leads_to_the_same_boxes_on_the_members_page(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    address = page_of(cast.lin.member_id, "roles/")
    assert f'href="{address}"' in browser.get("/manage/team/").content.decode()
    response = browser.get(address)
    assert response.headers["Location"] == page_of(cast.lin.member_id) + "#roles-h"
    html = browser.get(page_of(cast.lin.member_id)).content.decode()
    assert f'<form class="stack" method="post" action="{address}">' in html


@pytest.mark.requirement("U71")
def test_a_refused_change_of_roles_shows_the_boxes_as_they_are_and_why(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.olu)
    for person, roles, sentence in (
        (cast.lin, (), "Choose at least one role."),
        (cast.ada, ("practitioner",), "only administrator"),
        (cast.olu, ("practitioner",), "only owner"),
    ):
        response = browser.post(
            page_of(person.member_id, "roles/"),
            {"version": 1, "roles": [str(cast.alder.roles[role]) for role in roles]},
            headers=FRAGMENT,
        )
        html = response.content.decode()
        assert response.status_code in (409, 422)
        assert response.headers["HX-Retarget"] == f"#roles-form-{person.member_id}"
        assert sentence in html
        assert 'role="alert"' in html
        assert version(cast, person) == 1


def test_on_the_members_page_what_was_ticked_stays_ticked_when_it_is_refused(
    cast: Cast, browser_of: BrowserOf
) -> None:
    status, html = post_roles(browser_of(cast.olu), cast, cast.lin)
    assert status == 422
    assert "Choose at least one role." in html
    assert not re.search(r'name="roles" value="[^"]+" checked', html)


@pytest.mark.requirement("O21")
def test_roles_change_from_the_members_page_too(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert post_roles(browser, cast, cast.lin, "supervisor", form_key="a")[0] == 303
    assert post_roles(browser, cast, cast.lin, "supervisor", form_key="a")[0] == 303
    assert cast.lin.actor.role_names == ("Supervisor",)
    status, html = post_roles(browser, cast, cast.lin, "associate")
    assert status == 409
    assert "Someone else changed this" in html


def test_a_role_above_ones_own_is_shown_and_stays(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(page_of(cast.olu.member_id)).content.decode()
    owner = str(cast.alder.roles["owner"])
    assert re.search(rf'value="{owner}" checked disabled', html)
    assert post_roles(browser, cast, cast.olu, "practitioner")[0] == 303
    assert cast.olu.actor.role_names == ("Owner", "Practitioner")
    status, html = post_roles(browser, cast, cast.lin, "associate", "owner")
    assert status == 403
    assert "only roles that allow no more than your own roles do" in html
    assert re.search(rf'value="{cast.alder.roles["associate"]}" checked', html)


def test_changing_roles_asks_who_one_is_after_five_minutes_and_then_goes_on(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    browser = browser_of(cast.ada)
    later = time.time() + 400
    monkeypatch.setattr(time, "time", lambda: later)
    response = browser.post(
        page_of(cast.lin.member_id, "roles/"),
        {"version": 1, "roles": [str(cast.alder.roles["associate"])]},
        headers=FRAGMENT,
    )
    assert response.status_code == 204
    question = response.headers["HX-Redirect"]
    assert cast.lin.actor.role_names == ("Licensed Therapist",)
    response = browser.post(
        question, {"password": cast.password, "next": page_of(cast.lin.member_id, "roles/")}
    )
    assert response.status_code == 303
    assert cast.lin.actor.role_names == ("Associate",)


@pytest.mark.requirement("O18")
def test_only_people_who_may_supervise_are_offered(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).get(page_of(cast.lin.member_id)).content.decode()
    select = html[html.index('name="supervisor"') :]
    select = select[: select.index("</select>")]
    assert re.findall(r'<option value="[^"]+">([^<]+)</option>', select) == ["Sana Malik"]


def test_another_practices_member_reads_exactly_like_one_that_never_was(
    cast: Cast, browser_of: BrowserOf
) -> None:
    """Every address of a member, byte for byte (RELIABILITY 1.3)."""
    browser = browser_of(cast.fran)
    for method, address, theirs, posted in (
        ("get", "/manage/team/{}/", cast.lin.member_id, {}),
        ("get", "/manage/team/{}/name/", cast.lin.member_id, {}),
        ("post", "/manage/team/{}/name/", cast.lin.member_id, {"first_name": "L", "last_name": "Z"}),
        ("post", "/manage/team/{}/roles/", cast.lin.member_id, {"roles": str(cast.birch.roles["owner"])}),
    ):
        answers = []
        for object_id in (theirs, uuid4()):
            response = getattr(browser, method)(address.format(object_id), {"version": 1, **posted})
            body = MASKED.sub(r'\1="…"', response.content.decode()).replace(str(object_id), "…")
            answers.append((response.status_code, body))
        assert answers[0] == answers[1], address
        assert answers[0][0] == 404, address
    assert version(cast, cast.lin) == 1
