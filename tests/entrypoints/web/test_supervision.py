"""The Supervision page: who supervises whom, naming a supervisor, and ending it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import SwitchPeriod
from kinfold.domain.team.models import Supervision
from tests.domain.credentials.steps import licence
from tests.domain.team.test_supervision import make_supervisor, supervise
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
LIST, START = "/supervision/", "/supervision/start/"
LATER, SOONER = ((clock.today() + timedelta(days=days)).isoformat() for days in (9, 5))


def sanas(cast: Cast) -> UUID:
    """Sana's supervision of Theo."""
    with entered(cast.alder.practice_id):
        return Supervision.objects.values_list("id", flat=True).get(supervisee_id=cast.theo.member_id)


def row_of(html: str, person: Person) -> str:
    """The row of a supervisee."""
    (row,) = [row for row in html.split("<tr>") if f">{person.first_name} <b>{person.last_name}<" in row]
    return row


def typed(cast: Cast, **changes: str) -> dict[str, str]:
    """Sana is to supervise Lin."""
    return {"member": str(cast.lin.member_id), "supervisor": str(cast.sana.member_id), **changes}


@pytest.mark.requirement("O23")
def test_who_lacks_a_supervisor_stands_first_and_the_menu_counts_them(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    supervise(cast, cast.sana, cast.lin)
    html = browser.get(LIST).content.decode()
    assert "no supervisor." not in html
    assert browser.post(f"/supervision/{sanas(cast)}/end/").status_code == 303
    html = browser.get(LIST).content.decode()
    assert "1 person has no supervisor." in html
    assert "No supervisor" in row_of(html, cast.theo)
    assert html.index("Theo <b>Park") < html.index("Lin <b>Zhao")
    assert re.search(r'Supervision\s*<span class="n">1<span class="sr-only"> waiting', html)
    missing = browser.get(f"{LIST}?show=missing").content.decode()
    assert "Theo <b>Park" in missing
    assert "Lin <b>Zhao" not in missing


def test_several_supervisors_are_shown_with_their_kind_and_filtered_and_searched(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    make_supervisor(cast, cast.lin)
    licence(cast, cast.theo, title="LMSW")
    supervise(cast, cast.lin, cast.theo)
    supervise(cast, cast.sana, cast.lin)
    row = row_of(browser.get(LIST).content.decode(), cast.theo)
    assert ", LMSW" in row
    assert row.index("Sana Malik") < row.index("Primary") < row.index("Lin Zhao") < row.index("Secondary")
    of_lin = browser.get(f"{LIST}?supervisor={cast.lin.member_id}").content.decode()
    assert "Theo <b>Park" in of_lin
    assert "Lin <b>Zhao" not in of_lin
    found = browser.post("/supervision/search/", {"q": "zha"}).content.decode()
    assert "Lin <b>Zhao" in found
    assert "Theo <b>Park" not in found


def test_a_supervisor_is_named_from_a_day_until_a_day(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    first, last = (clock.today() + timedelta(days=days) for days in (3, 30))
    form = browser.get(f"{START}?member={cast.lin.member_id}").content.decode()
    assert "For Lin Zhao" in form
    response = browser.post(
        START, typed(cast, kind="secondary", since=first.isoformat(), until=last.isoformat()), follow=True
    )
    html = response.content.decode()
    assert "The supervisor is named." in html
    assert "Secondary" in row_of(html, cast.lin)
    assert f"From {first:%b} {first.day}" in html
    with entered(cast.alder.practice_id):
        planned = Supervision.objects.get(supervisee_id=cast.lin.member_id)
    assert planned.until is not None
    assert (planned.kind, planned.since.date(), planned.until.date()) == (
        "secondary",
        first,
        last + timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"member": ""}, "Choose who is supervised."),
        ({"supervisor": "x"}, "Choose a supervisor."),
        ({"since": "tomorrow"}, "Enter a day, as YYYY-MM-DD."),
        ({"until": "9999-12-31"}, "Enter a day, as YYYY-MM-DD."),
        ({"since": "2020-01-01"}, "Choose today or a later day."),
        ({"since": "0026-01-01"}, "Choose today or a later day."),
        ({"until": "2020-01-01"}, "Choose today or a later day."),
        (
            {"since": LATER, "until": SOONER},
            "The end lies before the beginning. Choose a later day.",
        ),
        ({"since": "2226-01-01"}, "Choose a day within the next 50 years."),
        ({"kind": "tertiary"}, "Choose primary or secondary."),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence_and_everything_typed_stays(
    cast: Cast, browser_of: BrowserOf, changes: dict[str, str], sentence: str
) -> None:
    sent = typed(cast, **{"since": "", "until": "", **changes})
    response = browser_of(cast.ada).post(START, sent)
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    for name in ("since", "until"):
        if sent[name]:
            assert f'value="{sent[name]}"' in html
    if changes.get("supervisor") is None:
        assert f'<option value="{cast.sana.member_id}" selected>' in html


def test_nobody_is_named_their_own_supervisor(cast: Cast, browser_of: BrowserOf) -> None:
    make_supervisor(cast, cast.lin)
    response = browser_of(cast.ada).post(START, typed(cast, supervisor=str(cast.lin.member_id), until=LATER))
    html = response.content.decode()
    assert response.status_code == 422
    assert "Nobody supervises themselves. Choose someone else." in html
    assert f'value="{LATER}"' in html


def test_a_second_primary_supervisor_is_refused(cast: Cast, browser_of: BrowserOf) -> None:
    make_supervisor(cast, cast.lin)
    sent = {"member": cast.theo.member_id, "supervisor": cast.lin.member_id, "kind": "primary"}
    browser = browser_of(cast.ada)
    response = browser.post(START, sent)
    assert response.status_code == 409
    assert "This person has a primary supervisor in that time." in response.content.decode()
    assert browser.post(START, {**sent, "kind": "secondary"}).status_code == 303


def test_a_supervision_ends_now_or_after_a_day_and_once(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    address = f"/supervision/{sanas(cast)}/end/"
    assert "Theo Park by Sana Malik" in browser.get(address).content.decode()
    refused = browser.post(address, {"last_day": "2020-01-01"})
    assert refused.status_code == 422
    assert 'value="2020-01-01"' in refused.content.decode()
    last = clock.today() + timedelta(days=5)
    planned = browser.post(address, {"last_day": last.isoformat(), "back": "member"}, follow=True)
    assert "The supervision ends that day." in planned.content.decode()
    assert f"until {last:%b} {last.day}" in planned.content.decode()
    ended = browser.post(address, follow=True).content.decode()
    assert "The supervision has ended." in ended
    assert "has ended already" in browser.post(address, follow=True).content.decode()


@pytest.mark.requirement("O31")
def test_the_page_says_when_supervision_is_switched_off(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert "Supervision is off." not in browser.get(LIST).content.decode()
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.filter(switch="supervision").update(until=clock.now())
    html = browser.get(LIST).content.decode()
    assert "Supervision is off." in html
    assert "Supervisors see nothing of their supervisees" in html
    assert 'href="/settings/"' in html[html.index("Supervision is off.") :]


def test_supervisors_see_their_own_supervisees_and_nothing_to_change(
    cast: Cast, browser_of: BrowserOf
) -> None:
    make_supervisor(cast, cast.lin)
    supervise(cast, cast.sana, cast.lin)
    html = browser_of(cast.lin).get(LIST).content.decode()
    assert "You supervise nobody" in html
    html = browser_of(cast.sana).get(LIST).content.decode()
    for name in ("Theo <b>Park", "Lin <b>Zhao"):
        assert name in html
    for control in ("/end/", "Add a supervisor", "Name a supervisor", "theo@example.org"):
        assert control not in html
    assert browser_of(cast.theo).get(LIST).status_code == 403
    assert browser_of(cast.bea).get(LIST).status_code == 403


def test_another_practices_supervision_reads_like_one_that_never_was(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.fran)
    assert "Theo" not in browser.get(LIST).content.decode()
    for member_id in (cast.lin.member_id, uuid4()):
        assert browser.get(f"{START}?member={member_id}").status_code == 404
    for supervision_id in (sanas(cast), uuid4()):
        assert browser.post(f"/supervision/{supervision_id}/end/").status_code == 404


def test_a_secondary_supervisor_is_made_primary_where_supervision_is_shown(
    cast: Cast, browser_of: BrowserOf
) -> None:
    make_supervisor(cast, cast.lin)
    second = supervise(cast, cast.lin, cast.theo)
    browser = browser_of(cast.ada)
    address = f"/supervision/{second}/primary/"
    assert browser.get(LIST).content.decode().count(f'action="{address}"') == 1
    assert f'action="{address}"' in browser.get(f"/manage/team/{cast.theo.member_id}/").content.decode()
    html = browser.post(address, {"form_key": "once"}, follow=True).content.decode()
    assert "Lin Zhao is the primary supervisor of Theo Park now." in html
    assert re.search(r"Lin Zhao\s*<span class=\"badge b-accent\">", row_of(html, cast.theo))
    again = browser.post(address, {"back": "member"}, follow=True)
    assert "This supervision has ended already." in again.content.decode()
