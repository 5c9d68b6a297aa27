"""The page of billing lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from kinfold.domain.kernel import clock
from tests.domain.care.steps import hold, hours
from tests.domain.team.test_defining_roles import change
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]


@pytest.mark.requirement("O20")
def test_who_bills_finds_every_line_with_its_modifier_and_why(cast: Cast, browser_of: BrowserOf) -> None:
    bea = browser_of(cast.bea)
    assert "Nothing to bill yet" in bea.get("/billing/").content.decode()
    with clock.frozen_at(hours(-3)):
        change(cast.olu, cast.alder.roles["licensed-therapist"], modifier="HO")
    hold(cast.lin, cast.ben, service_code="90834")
    assert 'href="/billing/"' in bea.get("/clients/").content.decode()
    page = bea.get("/billing/").content.decode()
    for words in (
        "90834",
        "HO",
        "master",
        "Their role Licensed Therapist carried HO",
        "No degree is on record",
    ):
        assert words in page
    assert "/sessions/" not in page  # which is not for those who only bill
    month = (clock.now() - timedelta(hours=1)).strftime("%Y-%m")
    assert "90834" in bea.get(f"/billing/?month={month}&clinician={cast.lin.member_id}").content.decode()
    none = bea.get(f"/billing/?clinician={cast.theo.member_id}").content.decode()
    assert "90834" not in none
    assert "No session that was held fits this filter." in none
    assert (
        "90834" in bea.get(f"/billing/?after={uuid4()}").content.decode()
    )  # a line that is gone: from the first


@pytest.mark.requirement("O20")
def test_clinicians_find_their_own_lines_and_nobody_elses(cast: Cast, browser_of: BrowserOf) -> None:
    hold(cast.lin, cast.ben, service_code="90834")
    assert "90834" in browser_of(cast.lin).get("/billing/").content.decode()
    of_theo = browser_of(cast.theo).get("/billing/").content.decode()
    assert "90834" not in of_theo
    menu = of_theo[of_theo.index('<nav class="nav"') :]
    assert menu.index("Care") < menu.index("My billing") < menu.index("Office")


@pytest.mark.requirement("O20")
def test_programs_read_the_lines_page_by_page(cast: Cast) -> None:
    sessions = [hold(cast.lin, cast.ben, hours(-n), service_code=f"9083{n}") for n in (1, 2)]
    program = program_of(cast.bea)
    first = program("GET", "/billing-lines?limit=1").json()
    assert (first["items"][0]["service_code"], first["items"][0]["client"]["id"]) == (
        "90831",
        str(cast.ben.id),
    )
    second = program("GET", f"/billing-lines?limit=1&after={first['next']}").json()
    assert [item["session_id"] for item in second["items"]] == [str(sessions[1])]
    assert second["next"] is None
    assert problem(program("GET", "/billing-lines?since=yesterday"))[0] == 422
