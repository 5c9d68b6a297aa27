"""The Columns menu: showing, hiding and moving columns of one's own list, with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kinfold.domain.care.models import Session
from kinfold.domain.clients.columns import Column
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
LIST, COLUMNS = "/manage/clients/", "/clients/columns/"
DEFAULT = ["Name", "Primary therapist", "Tags", "External ID", "Last update"]


def heads(html: str) -> list[str]:
    """The titles of the columns that are shown."""
    found = re.findall(r"<th [^>]*data-column=[^>]*>(.*?)</th>", html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", head).strip() for head in found]


def menu(html: str) -> tuple[list[str], list[str]]:
    """The columns in the menu in order, and those that are ticked."""
    order = re.findall(r'name="order" value="(\w+)"', html)
    ticked = re.findall(r'name="shown" value="(\w+)" id="show-\w+" checked', html)
    return order, ticked


@pytest.mark.requirement("U58")
@pytest.mark.requirement("U59")
def test_columns_are_ticked_and_moved_and_stay_so(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(LIST).content.decode()
    assert heads(html) == DEFAULT
    order, shown = menu(html)
    assert "5 of 15 shown" in html
    assert order == [column.value for column in Column]
    response = browser.post(COLUMNS, {"order": order, "shown": [*shown, "email"], "next": LIST})
    assert response["Location"] == LIST
    response = browser.post(
        COLUMNS,
        {"order": order, "shown": [*shown, "email"], "move": "tags:up"},
        headers={"HX-Request": "true"},
    )
    assert response["HX-Trigger"] == "columns-changed"
    assert menu(response.content.decode())[0][:3] == ["name", "tags", "therapist"]
    html = browser.get(LIST).content.decode()
    assert heads(html) == ["Name", "Tags", "Primary therapist", "External ID", "Last update", "Email"]
    assert "anna.novak@mail.example" in html
    assert heads(browser_of(cast.olu).get(LIST).content.decode()) == DEFAULT
    browser.post(COLUMNS, {"order": order, "reset": "yes"})
    assert heads(browser.get(LIST).content.decode()) == DEFAULT


def test_a_column_goes_no_further_than_the_end_and_never_before_the_name(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    order, shown = menu(browser.get(LIST).content.decode())
    for move in (f"{order[1]}:up", f"{order[-1]}:down", "name:down", "shoe_size:up", "tags", ""):
        browser.post(COLUMNS, {"order": order, "shown": shown, "move": move})
        assert menu(browser.get(LIST).content.decode())[0][0] == "name"
    assert browser.post(COLUMNS, {"order": ["shoe_size"]})["Location"] == LIST
    assert "There is no such column." in browser.get(LIST).content.decode()


def test_every_column_says_what_is_known_and_what_is_not(cast: Cast, browser_of: BrowserOf) -> None:
    now = clock.now()
    with entered(cast.alder.practice_id, writing=True):
        for days, status, note in ((-3, "completed", "draft"), (4, "scheduled", "none")):
            Session.objects.create(
                client_id=cast.ben.id,
                member_id=cast.lin.member_id,
                starts_at=now + timedelta(days=days),
                minutes=50,
                status=status,
                note=note,
                created_at=now,
            )
    browser = browser_of(cast.lin)
    every = [column.value for column in Column]
    browser.post(COLUMNS, {"order": every, "shown": every})
    html = browser.get("/clients/").content.decode()
    (ben,) = [row for row in html.split("<tbody>") if "Okafor" in row]
    words = [
        re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", ben, re.DOTALL)
    ]
    assert {"ben.okafor@mail.example", "Nov 3, 1984", "Unknown", "Practice client", "1"} <= set(words)
    (dora,) = [row for row in html.split("<tbody>") if "Lindqvist" in row]
    assert "No sessions yet" in dora
    assert "None booked" in dora
    assert "Direct client" in dora


def test_hidden_columns_are_not_asked_for(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.lin)
    browser.get("/clients/")
    with CaptureQueriesContext(connection) as queries:
        browser.get("/clients/")
    assert not [
        query for query in queries if "care_session" in query["sql"] or '"birth_date"' in query["sql"]
    ]


def test_billing_is_offered_no_column_that_it_may_not_see(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.bea)
    every = [column.value for column in Column]
    browser.post(COLUMNS, {"order": every, "shown": every})
    html = browser.get("/clients/").content.decode()
    assert heads(html) == ["Name", "Primary therapist", "Last update", "Kind"]
    assert menu(html)[0] == ["name", "therapist", "updated", "kind"]
    assert "@mail.example" not in html


def test_the_edit_in_place_has_its_fields_in_the_columns_that_are_shown(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    browser.post(COLUMNS, {"order": ["name", "email", "kind"], "shown": ["email", "kind"]})
    html = browser.get(f"/clients/{cast.anna.id}/edit/", headers={"HX-Request": "true"}).content.decode()
    line, foot = html.split('<tr class="edit-foot">')
    assert re.findall(r'name="(\w+)" type=', line) == ["first_name", "last_name", "email"]
    assert "Practice client" in line
    assert {"tags", "external_id", "phone", "birth_date"} <= set(re.findall(r'name="(\w+)" type=', foot))
