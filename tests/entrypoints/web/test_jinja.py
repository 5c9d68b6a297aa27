"""What templates may call: each writes what people read, and nothing typed becomes markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from jinja2 import UndefinedError

from kinfold.entrypoints.web import jinja, place
from tests.personas import Cast

SOMEONE = UUID("0b7c2d0e-6a52-4f2b-9c4e-1f2a3b4c5d6e")


def test_what_people_typed_is_never_markup() -> None:
    template = jinja.environment().from_string(
        "{{ name }} {{ person_name(name, name) }} <a{{ attrs({'title': name}) }}>"
    )
    html = template.render(name='<script>"')
    assert "<script>" not in html
    assert 'title="&lt;script&gt;&#34;"' in html


def test_a_name_nobody_passed_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        jinja.environment().from_string("{{ nobody_passed_this }}").render()


def test_dates_show_the_year_only_when_it_is_another() -> None:
    this_year = timezone.localdate().year
    assert jinja.day(date(this_year, 11, 9)) == "Nov 9"
    assert jinja.day(date(this_year - 1, 11, 9)) == f"Nov 9, {this_year - 1}"
    assert jinja.full_day(date(this_year, 5, 2)) == f"May 2, {this_year}"
    assert jinja.month_day_time(datetime(this_year, 11, 21, 0, 5, tzinfo=UTC)) == "Nov 21, 12:05 AM"


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("+16025550134", "(602) 555-0134"),
        ("+493012345678", "+49 30 12345678"),
        ("+16025550134 x12", "(602) 555-0134 ext. 12"),
        ("555 0134", "555 0134"),
    ],
)
def test_a_phone_number_is_written_as_people_of_the_practice_read_it(
    cast: Cast, stored: str, read: str
) -> None:
    place.enter(cast.ada.actor)
    assert jinja.phone(stored) == read
    place.enter(replace(cast.ada.actor, country="DE"))
    assert jinja.phone("+16025550134") == "+1 602-555-0134"
    place.leave()


def test_days_and_times_are_those_of_the_practice(cast: Cast) -> None:
    late = datetime(2020, 11, 21, 1, 5, tzinfo=UTC)
    assert jinja.month_day_time(late) == "Nov 21, 2020, 1:05 AM"
    place.enter(replace(cast.ada.actor, time_zone="America/New_York"))
    assert jinja.month_day_time(late) == "Nov 20, 2020, 8:05 PM"
    assert (jinja.day(late), jinja.full_day(late)) == ("Nov 20, 2020", "Nov 20, 2020")
    assert jinja.day(date(2020, 11, 21)) == "Nov 21, 2020"
    place.leave()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Ferreira", "AF"),
        ("\u202eana  ferreira", "AF"),
        ("Örn", "Ö"),
        ("--- !", "?"),
        ("Mei-Lin Zhou Wu", "MW"),
    ],
)
def test_initials_are_letters_whatever_the_name(name: str, letters: str) -> None:
    assert jinja.initials(name) == letters


def test_a_link_is_the_one_the_resolver_gives() -> None:
    for name in ("theme", "home"):
        assert jinja.url(name) == reverse(name)
    wanted = reverse("activity-of", kwargs={"subject_id": SOMEONE})
    assert jinja.url("activity-of", subject_id=SOMEONE) == wanted
    assert jinja.links_to("activity-of", "subject_id")(SOMEONE) == wanted


def test_a_list_link_keeps_the_filters_and_drops_what_is_empty() -> None:
    assert (
        jinja.query({"show": "active", "tag": "", "sort": "name"}, sort="-name") == "?show=active&sort=-name"
    )


def test_an_avatar_keeps_its_colour() -> None:
    assert jinja.avatar(SOMEONE) == jinja.avatar(SOMEONE) in {f"a{i}" for i in range(8)}
