"""Arranging cover on the pages, and the notices that ask for it (SPEC N6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from kinfold.domain.kernel import clock
from tests.domain.clients.steps import listed, names
from tests.domain.team.steps import set_status
from tests.entrypoints.rest.programs import problem, program_of
from tests.entrypoints.web.test_standing import TEAM, text_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]


def typed(cast: Cast, **changes: object) -> dict[str, object]:
    """Theo covers for two weeks, all clients without cover, face sheet only."""
    last = clock.today() + timedelta(days=14)
    return {
        "covered_by": str(cast.theo.member_id),
        "until": last.isoformat(),
        "level": "face_sheet",
        "which": "all",
        **changes,
    }


@pytest.mark.requirement("O10")
def test_a_gap_is_shown_on_the_list_and_the_page_until_cover_is_arranged(
    cast: Cast, browser_of: BrowserOf
) -> None:
    ada, page = browser_of(cast.ada), f"{TEAM}{cast.lin.member_id}/"
    assert "no cover" not in text_of(ada.get(TEAM).content.decode())
    set_status(cast, cast.lin, "on_hold")
    assert "2 clients have no cover. Lin Zhao (2)" in text_of(ada.get(TEAM).content.decode())
    assert "2 clients have no cover. Arrange cover" in text_of(ada.get(page).content.decode())
    html = ada.post(f"{page}cover/", typed(cast), follow=True).content.decode()
    assert "2 clients are covered." in html
    assert "no cover." not in text_of(html)
    assert "Theo Park Face sheet, since" in text_of(html)
    assert names(listed(cast.theo)) == ["Dora Lindqvist", "Anna Novak", "Ben Okafor"]
    client = text_of(ada.get(f"/clients/{cast.ben.id}/").content.decode())
    assert "Covers for Lin Zhao" in client
    assert "Theo Park covers for Lin Zhao until" in client
    theirs = text_of(ada.get(f"{TEAM}{cast.theo.member_id}/").content.decode())
    assert "Covers for Lin Zhao Face sheet" in theirs
    covers = program_of(cast.ada)("GET", f"/members/{cast.lin.member_id}/covers").json()["covers"]
    ids = [client["cover_id"] for cover in covers for client in cover["clients"]]
    ended = ada.post(f"{TEAM}covers/end/", {"member": str(cast.lin.member_id), "cover": ids}, follow=True)
    assert "The cover has ended." in ended.content.decode()
    assert names(listed(cast.theo)) == ["Anna Novak"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"covered_by": ""}, "Choose who covers."),
        ({"until": ""}, "Enter the last day of the cover."),
        ({"until": "soon"}, "Enter a day, as YYYY-MM-DD."),
        ({"since": "2001-01-01"}, "Choose today or a later day."),
        ({"level": "all"}, "Choose the face sheet or the full record."),
        ({"which": "chosen"}, "Choose at least one client."),
        ({"reason": "x" * 301}, "Use at most 300 characters."),
    ],
)
def test_a_refused_cover_keeps_what_was_typed(
    cast: Cast, browser_of: BrowserOf, wrong: dict[str, object], sentence: str
) -> None:
    given = typed(cast, reason="Two weeks at sea") | wrong
    response = browser_of(cast.ada).post(f"{TEAM}{cast.lin.member_id}/cover/", given)
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    assert str(given["reason"]) in html
    assert names(listed(cast.theo)) == ["Anna Novak"]


def test_only_these_means_only_these(cast: Cast, browser_of: BrowserOf) -> None:
    given = typed(cast, which="chosen", client=[str(cast.ben.id)])
    browser_of(cast.ada).post(f"{TEAM}{cast.lin.member_id}/cover/", given)
    assert names(listed(cast.theo)) == ["Anna Novak", "Ben Okafor"]
    again = browser_of(cast.ada).post(f"{TEAM}{cast.lin.member_id}/cover/", given)
    assert again.status_code == 409
    assert "These clients are covered in that time already." in again.content.decode()


def test_the_api_arranges_shows_and_ends_cover(cast: Cast) -> None:
    call, path = program_of(cast.ada), f"/members/{cast.lin.member_id}/covers"
    set_status(cast, cast.lin, "inactive")
    gap = {"member_id": str(cast.lin.member_id), "name": "Lin Zhao", "clients": 2}
    assert call("GET", "/cover-gaps").json() == {"items": [gap]}
    body = {
        "covered_by": str(cast.sana.member_id),
        "until": (clock.now() + timedelta(days=3)).isoformat(),
        "level": "chart",
    }
    made = call("POST", path, body, Idempotency_Key="a")
    again = call("POST", path, body, Idempotency_Key="a")
    assert (made.status_code, made.json()) == (201, again.json())
    assert call("GET", "/cover-gaps").json() == {"items": []}
    (found,) = call("GET", path).json()["covers"]
    assert (found["covered_by_name"], found["level"], len(found["clients"])) == ("Sana Malik", "chart", 2)
    assert call("POST", "/covers/end", {"cover_ids": made.json()["ids"]}).status_code == 204
    assert problem(call("POST", "/covers/end", {"cover_ids": made.json()["ids"]}))[:2] == (409, "cover-ended")
    assert problem(call("POST", path, {**body, "until": None}))[0] == 422
