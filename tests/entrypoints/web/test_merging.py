"""Merging duplicates in the browser: found, compared, merged, the old address, and undone."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from tests.domain.clients.bulk.steps import archive, therapist_of
from tests.domain.clients.steps import add, card, person
from tests.domain.records.test_merging import merge
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]


def test_duplicates_are_found_compared_and_merged_and_the_old_address_leads_on(
    cast: Cast, browser_of: BrowserOf
) -> None:
    one, other = add(cast, person(), person(phone="+1 503 555 0100"), therapist=cast.theo)
    browser = browser_of(cast.ada)
    assert "Merge with…" in browser.get(f"/clients/{one}/").content.decode()
    html = browser.get("/clients/duplicates/").content.decode()
    assert "Same email address, date of birth and name" in html
    place = f"/clients/{one}/merge/{other}/"
    assert place in html
    html = unescape(browser.get(place).content.decode())
    for words in (
        "(503) 555-0100",
        "All of the other record is on this one then: 1 assignment.",
        "Theo Park is the therapist from now on. What ends stays in the history.",
        "The address of the other record leads to this one.",
        "It can be undone for 30 days",
    ):
        assert words in html
    typed = {"kept_version": "1", "gone_version": "1", "taken": "phone"}
    done = browser.post(place, typed)
    assert done["Location"] == f"/clients/{one}/"
    profile = card(cast.ada, one).profile
    assert profile
    assert profile.phone == "+15035550100"
    old = browser.get(f"/clients/{other}/?at=2026-01-01")
    assert (old.status_code, old["Location"]) == (308, f"/clients/{one}/?at=2026-01-01")
    assert browser_of(cast.lin).get(f"/clients/{other}/").status_code == 404
    html = browser.get("/clients/duplicates/").content.decode()
    assert "With the record of" in html
    merge_id = html.partition("/clients/merges/")[2].partition("/")[0]
    browser.post(f"/clients/merges/{merge_id}/undo/", {})
    assert browser.get(f"/clients/{other}/").status_code == 200


def test_the_choice_of_a_therapist_shows_who_sees_what_before_anything_is_done(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    place = f"/clients/{cast.anna.id}/merge/{cast.ben.id}/"
    session = browser.session
    session["account_authentication_methods"][0]["at"] -= 600  # looking asks nobody whether it is them
    session.save()
    html = unescape(browser.get(place).content.decode())
    assert "Lin Zhao sees neither then; now the other record." in html
    assert "Theo Park sees the full record of both then; now of this record." in html
    shown = browser.post(place, {"look": "yes", "therapist": "gone"}, headers={"HX-Request": "true"})
    html = unescape(shown.content.decode())
    assert html.lstrip().startswith("<section")
    assert "Theo Park sees neither then; now this record." in html
    assert card(cast.ada, cast.ben.id).status == "active"
    session["account_authentication_methods"][0]["at"] += 600
    session.save()
    stale = browser.post(
        place, {"kept_version": "1", "gone_version": "9", "therapist": "gone", "taken": "email"}
    )
    assert stale.status_code == 409
    html = stale.content.decode()
    assert 'value="email" aria-label="Email: take that of the other record" checked' in html
    version = html.partition('name="kept_version" value="')[2].partition('"')[0]
    other = html.partition('name="gone_version" value="')[2].partition('"')[0]
    browser.post(place, {"kept_version": version, "gone_version": other, "therapist": "gone"})
    assert therapist_of(cast, cast.anna.id) == ("Lin Zhao", "practice")


def test_the_other_record_is_searched_for_by_post_and_what_cannot_be_merged_is_said(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    page = f"/clients/{cast.anna.id}/merge/"
    html = browser.post(page, {"q": "okafor"}).content.decode()
    assert f"{page}{cast.ben.id}/" in html
    assert "Nobody found" in browser.post(page, {"q": "nobody"}).content.decode()
    for other, words in (
        (cast.anna.id, "This is the same record."),
        (cast.uma.id, "One of the two is archived."),
    ):
        archive(cast.ada, cast.uma.id) if other == cast.uma.id else None
        answer = browser.get(f"{page}{other}/", follow=True)
        assert words in answer.content.decode()
    assert browser.get(f"{page}{cast.finn.id}/").status_code == 404
    assert browser_of(cast.theo).get(page).status_code == 403


@pytest.mark.parametrize("path", ["", "edit/", "merge/"])
def test_every_page_of_an_old_id_leads_to_the_record_that_stayed(
    cast: Cast, browser_of: BrowserOf, path: str
) -> None:
    merge(cast, cast.anna.id, cast.ben.id)
    answer = browser_of(cast.ada).get(f"/clients/{cast.ben.id}/{path}")
    assert (answer.status_code, answer["Location"]) == (308, f"/clients/{cast.anna.id}/{path}")
