"""Pages follow the clock of the practice: what they show, and the days that people type. Programs get UTC."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.domain.practices.places import time_zones
from kinfold.domain.team.models import Supervision
from tests.entrypoints.rest.programs import program_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def evening(cast: Cast) -> Generator[datetime, None, None]:
    """Half past nine in New York, where the practice is: in UTC the next day has begun."""
    Practice.objects.filter(pk=cast.alder.practice_id).update(time_zone="America/New_York")
    day = datetime.now(NEW_YORK).date()
    moment = datetime(day.year, day.month, day.day, 21, 30, tzinfo=NEW_YORK).astimezone(UTC)
    assert moment.date() > day
    with clock.frozen_at(moment):
        yield moment


def test_activity_says_whose_time_it_is(cast: Cast, browser_of: BrowserOf, evening: datetime) -> None:
    assign_client(cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=cast.lin.member_id))
    page = browser_of(cast.ada).get("/activity/").content.decode()
    assert "Times are New York time." in page
    assert "9:30 PM</time>" in page
    newest = program_of(cast.ada)("GET", "/activity").json()["items"][0]
    assert datetime.fromisoformat(newest["at"]) - evening < timedelta(seconds=1)
    assert newest["at"].endswith("Z")


def test_a_supervision_from_today_until_today_is_a_day_of_the_practice(
    cast: Cast, browser_of: BrowserOf, evening: datetime
) -> None:
    today = evening.astimezone(NEW_YORK).date()
    day = today.isoformat()
    typed = {"member": cast.lin.member_id, "supervisor": cast.sana.member_id, "kind": "primary"}
    typed |= {"since": day, "until": day, "back": "member"}
    page = browser_of(cast.ada).post("/supervision/start/", typed, follow=True).content.decode()
    assert "The supervisor is named." in page
    assert f"until {today:%b} {today.day}" in page
    with entered(cast.alder.practice_id):
        row = Supervision.objects.get(supervisee_id=cast.lin.member_id)
    assert row.since == evening
    assert row.until == clock.midnight(today + timedelta(days=1), "America/New_York")


def test_who_could_see_a_client_on_a_day_is_asked_of_the_practice_s_day(
    cast: Cast, browser_of: BrowserOf, evening: datetime
) -> None:
    assign_client(cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=cast.lin.member_id))
    today = evening.astimezone(NEW_YORK).date()
    with clock.frozen_at(evening + timedelta(hours=10)):
        browser = browser_of(cast.ada)
        rows = {}
        for day in (today, today - timedelta(days=1)):
            page = browser.get(f"/clients/{cast.uma.id}/?at={day}").content.decode()
            rows[day] = re.findall(
                r"Primary therapist", page[page.index('id="access"') :].split("</section>")[0]
            )
    assert rows[today]
    assert not rows[today - timedelta(days=1)]


def test_the_zones_offered_are_known_by_country_and_city() -> None:
    words = dict(time_zones())
    assert words["America/New_York"] == "United States: New York, Eastern (most areas)"
    assert words["Europe/Berlin"].startswith("Germany: Berlin")
    assert len(words) > 400
