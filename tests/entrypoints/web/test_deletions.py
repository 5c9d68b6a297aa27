"""Deleting clients in the browser, what is planned and who is gone, legal holds and the retention rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from kinfold.domain.clients.models import ClientLogin
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.records.commands.holding import HoldRecord, hold_record
from tests.domain.care.steps import book, hold
from tests.domain.clients.bulk.steps import archive
from tests.domain.clients.steps import card, listed
from tests.domain.records.steps import delete, gone, planned, state
from tests.entrypoints.web.test_changes import carry_out, choose
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]


@pytest.mark.requirement("U18")
@pytest.mark.requirement("U19")
def test_archived_clients_are_deleted_after_a_preview_that_says_what_becomes_of_each(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id, cast.ben.id)
    assert 'value="delete"' not in browser.get("/manage/clients/").content.decode()
    assert "Delete User Accounts" in browser.get("/manage/clients/?show=archived").content.decode()
    place = choose(browser, "delete", cast.anna, cast.ben, cast.uma)
    html = unescape(browser.get(place).content.decode())
    for words in (
        "2 of 3 can be deleted.",
        "1 client goes now and for good",
        "They are found nowhere any more",
        "1 client goes later, since 1 session must be kept: on ",
        "Adults are kept 7 years after their last contact",
        "A legal hold keeps a record for longer.",
        "Activity keeps who did it, when and why, and the names.",
        "Who is deleted now cannot be brought back. What is planned can be taken back until its day.",
        "active: archive them first",
    ):
        assert words in html
    refused = carry_out(browser, place, reason="Moved away", count="3")
    assert refused.status_code == 422
    assert "Moved away" in (html := refused.content.decode())
    assert "Type 2 to say that you mean all of them." in html
    assert listed(cast.ada).counts.archived == 2
    done = carry_out(browser, place, reason="Moved away", count="2")
    html = browser.get(done["Location"]).content.decode()
    assert "1 client deleted for good. 1 client planned for deletion." in html
    html = browser.get("/clients/deletions/").content.decode()
    assert (
        html.index("Anna Novak")
        < html.index("Ben Okafor")
        < html.index("Moved away", html.index("Ben Okafor"))
    )


def test_from_a_clients_page_the_record_is_deleted_and_its_page_is_gone(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    page = f"/clients/{cast.anna.id}/"
    assert 'value="delete"' not in browser.get(page).content.decode()
    archive(cast.ada, cast.anna.id)
    assert 'value="delete"' in browser.get(page).content.decode()
    place = choose(browser, "delete", cast.anna)
    assert "Type 1" not in browser.get(place).content.decode()
    assert carry_out(browser, place, reason="").status_code == 422
    done = carry_out(browser, place, reason="Entered by mistake")
    html = browser.get(done["Location"]).content.decode()
    assert "1 client deleted for good." in html
    assert 'commandfor="undo"' not in html
    assert browser.get(page).status_code == 404
    assert gone(cast.ada) == [("Anna Novak", cast.ada.name, "Entered by mistake")]


def test_a_planned_deletion_is_taken_back_from_the_clients_page_or_the_list(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id)
    delete(cast.ada, cast.anna.id)
    page = f"/clients/{cast.anna.id}/"
    html = browser.get(page).content.decode()
    assert "This record is destroyed on" in html
    assert 'value="delete"' not in html
    answer = browser.post("/clients/deletions/keep/", {"client": str(cast.anna.id), "next": page})
    assert answer["Location"] == page
    assert planned(cast.ada) == {}
    again = browser.post("/clients/deletions/keep/", {"client": str(cast.anna.id)}, follow=True)
    assert "not planned any more" in again.content.decode()
    assert "Nothing is planned" in browser.get("/clients/deletions/").content.decode()


def test_a_legal_hold_is_set_and_lifted_on_the_clients_page(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    page = f"/clients/{cast.anna.id}/"
    refused = browser.post(f"{page}hold/", {"do": "set", "reason": " "}, follow=True)
    assert "Say why." in refused.content.decode()
    html = browser.post(f"{page}hold/", {"do": "set", "reason": "Court order"}, follow=True).content.decode()
    assert "Court order" in html
    assert "Lift hold" in html
    archive(cast.ada, cast.anna.id)
    assert 'value="delete"' not in browser.get(page).content.decode()
    browser.post(f"{page}hold/", {"do": "lift", "reason": "Case closed"})
    assert not state(cast.ada, cast.anna.id).held


def test_who_may_not_delete_sees_neither_holds_nor_plans(cast: Cast, browser_of: BrowserOf) -> None:
    hold_record(cast.ada.actor, HoldRecord(client_id=cast.anna.id, reason="Court order"))
    browser = browser_of(cast.theo)
    html = browser.get(f"/clients/{cast.anna.id}/").content.decode()
    assert "Legal hold" not in html
    assert browser.get("/clients/deletions/").status_code == 403
    assert card(cast.theo, cast.anna.id).status == "active"


def test_the_retention_rule_is_changed_in_settings_and_keeps_what_was_typed(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    was = {"was_adult_years": "7", "was_minor_years": "7", "was_majority": "18"}
    typed = {"adult_years": "ten", "minor_years": "7", "majority": "18"}
    refused = browser.post("/settings/retention/", {**typed, **was})
    assert refused.status_code == 422
    assert 'value="ten"' in (html := refused.content.decode())
    assert "Enter a number from 1 to 99." in html
    browser.post("/settings/retention/", {**typed, **was, "adult_years": "10"})
    html = browser.get("/settings/retention/").content.decode()
    assert "Adults 10, minors 18 and 7 more" in html
    stale = browser.post("/settings/retention/", {**typed, **was, "adult_years": "12"})
    assert stale.status_code == 409


@pytest.mark.requirement("U24")
def test_before_archiving_it_is_said_what_nobody_can_change_afterwards(
    cast: Cast, browser_of: BrowserOf
) -> None:
    booked = book(cast.theo, cast.anna)
    with clock.frozen_at(clock.now() - timedelta(hours=30)):
        book(cast.theo, cast.anna)  # six hours ago by now, and nobody said what became of it
    hold(cast.theo, cast.anna)
    with entered(cast.alder.practice_id, writing=True):
        ClientLogin.objects.create(
            client_id=cast.anna.id, login_id=cast.nora.login_id, relationship="self", since=clock.now()
        )
        ClientLogin.objects.create(
            client_id=cast.anna.id,
            login_id=cast.fran.login_id,
            relationship="parent",
            since=clock.now(),
            until=clock.now() + timedelta(days=9),
        )
    browser = browser_of(cast.ada)
    html = browser.get(choose(browser, "archive", cast.anna)).content.decode()
    for words in (
        "1 booked session is cancelled. Undoing this brings back what is still to come.",
        "1 past session has no outcome yet, and nobody can give it one while the client is archived.",
        "1 note is not signed, and nobody can sign while the client is archived.",
        "2 people who sign in for them can still read the record, and change nothing.",
    ):
        assert words in html
    archive(cast.ada, cast.anna.id)
    assert "When the client was archived" in browser.get(f"/sessions/{booked}/").content.decode()
    assert "booked session" not in browser.get(choose(browser, "archive", cast.ben)).content.decode()
