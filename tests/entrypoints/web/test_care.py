"""The pages of sessions: booking, what becomes of one, notes, and a client's sessions on their page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from kinfold.domain.care.models import Session
from kinfold.domain.care.queries.listing import SessionView
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.models import Supervision
from tests.domain.care.steps import book, hold, hours, seen, sessions, sign, stored
from tests.domain.team.test_defining_roles import change
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
CHICAGO = ZoneInfo("America/Chicago")


def typed(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


def form(**more: Any) -> dict[str, Any]:
    """A session of tomorrow, as the form sends it."""
    return {"starts_at": typed(hours(24)), "minutes": "50", "status": "scheduled", **more}


def toast(browser: Client) -> str:
    """What the next page says was done."""
    return browser.get("/sessions/").content.decode()


def test_a_clinician_books_a_client_of_theirs_by_the_practices_clock(
    cast: Cast, browser_of: BrowserOf
) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(time_zone="America/Chicago")
    browser = browser_of(cast.theo)
    page = browser.get("/sessions/new/").content.decode()
    assert "Anna Novak" in page
    assert "Ben Okafor" not in page
    tomorrow = (clock.now() + timedelta(days=1)).astimezone(CHICAGO).replace(hour=15, minute=30)
    answer = browser.post("/sessions/new/", form(own=str(cast.anna.id), starts_at=typed(tomorrow)))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sessions/")
    (row,) = sessions(cast.theo, view=SessionView.UPCOMING)
    assert row.starts_at.astimezone(CHICAGO).hour == 15
    page = toast(browser)
    assert "The session is booked." in page
    assert "3:30 PM" in page


def test_what_cannot_be_booked_keeps_what_was_typed_and_says_why(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.theo)
    answer = browser.post("/sessions/new/", form(starts_at="soon", minutes="0", service_code="90834"))
    page = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("Enter a day and a time.",):
        assert sentence in page
    answer = browser.post("/sessions/new/", form(minutes="0", service_code="90834"))
    page = answer.content.decode()
    for sentence in ("Enter how long it takes, 5 to 480 minutes.", 'value="90834"'):
        assert sentence in page
    answer = browser.post("/sessions/new/", form(own=str(cast.anna.id), last_name="Okafor"))
    assert "not both" in answer.content.decode()
    assert sessions(cast.theo) == ()


@pytest.mark.requirement("O34")
def test_a_walk_in_is_named_in_a_form_and_never_in_an_address(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.theo)
    wrong = form(last_name="Okafor", email="ben@mail.example", status="completed", starts_at=typed(hours(-1)))
    answer = browser.post("/sessions/new/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "The practice has no client with this last name" in page
    assert 'value="Okafor"' in page
    answer = browser.post("/sessions/new/", {**wrong, "email": cast.ben.email})
    assert answer.headers["Location"] == "/sessions/?show=past"
    page = browser.get(f"/clients/{cast.ben.id}/").content.decode()
    assert "Walk-in" in page
    assert "One session" in page
    assert cast.ben.email.split("@")[0] in page


def test_the_front_desk_books_from_a_clients_page_for_their_therapist(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    address = f"/sessions/new/?client={cast.ben.id}"
    assert address in browser.get(f"/clients/{cast.ben.id}/").content.decode()
    page = browser.get(address).content.decode()
    assert f'<option value="{cast.lin.member_id}" selected>Lin Zhao</option>' in page
    answer = browser.post("/sessions/new/", form(client=str(cast.ben.id), member=str(cast.lin.member_id)))
    assert answer.headers["Location"] == f"/clients/{cast.ben.id}/#sessions"
    assert "Next on" in browser.get(f"/clients/{cast.ben.id}/").content.decode()
    direct = form(client=str(cast.dora.id), member=str(cast.theo.member_id))
    answer = browser.post("/sessions/new/", direct)
    assert answer.status_code == 409
    assert "sees their own therapist only" in answer.content.decode()


def test_a_row_offers_what_can_be_done_with_it_and_does_it(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.lin)
    made, held = book(cast.lin, cast.ben), hold(cast.lin, cast.ben)
    page = browser.get("/sessions/?show=past").content.decode()
    assert all(words in page for words in ("Sign note", "Note begun", "No-show", "Cancel session"))
    browser.post(f"/sessions/{made}/status/", {"status": "completed"})
    assert "This session has not begun yet." in toast(browser)
    browser.post(f"/sessions/{made}/status/", {"status": "cancelled"})
    assert "The session is cancelled." in toast(browser)
    browser.post(f"/sessions/{held}/note/", {"do": "start"})
    answer = browser.post(f"/sessions/{held}/note/", {"do": "sign", "next": "/sessions/?show=to_finish"})
    assert answer.headers["Location"] == "/sessions/?show=to_finish"
    assert seen(cast.lin, held).note == "signed"
    elsewhere = browser.post(f"/sessions/{held}/note/", {"do": "sign", "next": "https://evil.example/"})
    assert elsewhere.headers["Location"] == "/sessions/"


@pytest.mark.requirement("O23")
def test_who_needs_a_supervisor_is_told_so_when_they_sign(cast: Cast, browser_of: BrowserOf) -> None:
    held = hold(cast.theo, cast.anna)
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.update(until=clock.now())
    browser = browser_of(cast.theo)
    browser.post(f"/sessions/{held}/note/", {"do": "sign"})
    assert "Your role needs a supervisor and you have none now" in toast(browser)
    assert stored(cast, held).note == "none"


def test_a_supervisor_finds_what_waits_and_co_signs_it(cast: Cast, browser_of: BrowserOf) -> None:
    held = hold(cast.theo, cast.anna)
    sign(cast.theo, held)
    browser = browser_of(cast.sana)
    page = browser.get("/sessions/?show=to_cosign").content.decode()
    assert "Co-sign note" in page
    assert "Anna" in page
    browser.post(f"/sessions/{held}/cosign/", {})
    assert "The note is co-signed." in toast(browser)
    page = browser.get(f"/sessions/{held}/").content.decode()
    assert "Sana Malik" in page
    assert "To co-sign" not in browser_of(cast.theo).get("/sessions/").content.decode()


def test_a_session_is_moved_and_a_newer_version_is_not_lost(cast: Cast, browser_of: BrowserOf) -> None:
    made = book(cast.lin, cast.ben)
    browser = browser_of(cast.lin)
    later = {"starts_at": typed(hours(48)), "minutes": "45", "service_code": "90837", "version": "1"}
    answer = browser.post(f"/sessions/{made}/", later)
    assert answer.headers["Location"] == f"/sessions/{made}/"
    answer = browser.post(f"/sessions/{made}/", {**later, "minutes": "30"})
    assert answer.status_code == 409
    assert "Someone else changed this" in answer.content.decode()
    assert 'value="30"' in answer.content.decode()
    assert stored(cast, made).minutes == 45


def test_the_list_is_narrowed_by_clinician_and_status_and_by_client(
    cast: Cast, browser_of: BrowserOf
) -> None:
    hold(cast.lin, cast.ben, status="no_show")
    hold(cast.theo, cast.anna)
    browser = browser_of(cast.ada)
    page = browser.get(f"/sessions/?show=past&clinician={cast.theo.member_id}").content.decode()
    assert "Anna" in page
    assert "Okafor" not in page
    assert "Okafor" in browser.get("/sessions/?show=past&status=no_show").content.decode()
    page = browser.get(f"/sessions/?client={cast.anna.id}").content.decode()
    assert "Novak" in page
    assert "Okafor" not in page
    assert browser_of(cast.theo).get(f"/sessions/?client={cast.ben.id}").status_code == 404
    assert "No sessions found" in browser.get("/sessions/?show=past&status=cancelled").content.decode()


@pytest.mark.requirement("O30")
def test_a_level_of_risk_is_set_on_the_clients_page_and_shown_in_the_list(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.lin)
    page = browser.get(f"/clients/{cast.ben.id}/").content.decode()
    assert "Not set" in page
    answer = browser.post(f"/clients/{cast.ben.id}/risk/", {"level": "high", "reason": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say in a few words why." in page
    assert '<option value="high" selected>' in page
    browser.post(f"/clients/{cast.ben.id}/risk/", {"level": "high", "reason": "Alone & afraid"})
    page = browser.get(f"/clients/{cast.ben.id}/").content.decode()
    assert "Alone &amp; afraid" in page
    assert "Set by Lin Zhao" in page
    shown = {"order": ["name", "risk"], "shown": ["risk"]}
    assert 'class="risk' not in browser.get("/clients/").content.decode()
    browser.post("/clients/columns/", shown)
    assert 'class="risk r3"' in browser.get("/clients/").content.decode()
    assert "Okafor" in browser.get("/clients/?risk=high").content.decode()
    assert "Okafor" not in browser.get("/clients/?risk=low").content.decode()
    names_only = browser_of(cast.bea)
    assert "Risk" not in names_only.get("/clients/").content.decode()
    assert "Risk" not in names_only.get(f"/clients/{cast.ben.id}/").content.decode()


def test_billing_sees_no_sessions(cast: Cast, browser_of: BrowserOf) -> None:
    hold(cast.lin, cast.ben)
    browser = browser_of(cast.bea)
    assert browser.get("/sessions/").status_code == 403
    assert 'id="sessions"' not in browser.get(f"/clients/{cast.ben.id}/").content.decode()
    with entered(cast.alder.practice_id):
        assert Session.objects.count() == 1


@pytest.mark.requirement("O20")
def test_a_session_shows_its_billing_modifier_and_why(cast: Cast, browser_of: BrowserOf) -> None:
    with clock.frozen_at(hours(-3)):
        change(cast.olu, cast.alder.roles["licensed-therapist"], modifier="HO")
    session = hold(cast.lin, cast.ben, service_code="90834")
    for person in (cast.lin, cast.ada):
        page = browser_of(person).get(f"/sessions/{session}/").content.decode()
        assert "<b>HO</b>, master&#39;s degree level" in page
        assert "Licensed Therapist carries HO" in page
        assert "No degree is on record for that day" in page
    with clock.frozen_at(hours(-2)):
        change(cast.olu, cast.alder.roles["licensed-therapist"], overrides={"billing:own": False})
    assert 'id="billing-h"' not in browser_of(cast.lin).get(f"/sessions/{session}/").content.decode()
