"""Where a practice is: whose clock its days follow, and whose phone numbers it writes without their country.

The lists of zones and countries are those of the tz database, which comes as a package, so that every installation
knows the same ones.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import available_timezones

import phonenumbers

from kinfold.domain.kernel.errors import Problem

NOWHERE: Final = "UTC"
HOME: Final = "US"


def place_problems(time_zone: str, country: str) -> list[Problem]:
    """Why a practice cannot be there; names that browsers still use for a zone are taken."""
    problems = []
    if time_zone != NOWHERE and ("/" not in time_zone or time_zone not in _known_zones()):
        problems.append(Problem("time_zone", "Choose a time zone from the list."))
    if country not in dict(countries()):
        problems.append(Problem("country", "Choose a country from the list."))
    return problems


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """The countries that have phone numbers, as (ISO 3166 code, name), by name."""
    names = dict(_rows("iso3166.tab"))
    known = ((code, names[code]) for code in phonenumbers.SUPPORTED_REGIONS if code in names)
    return tuple(sorted(known, key=lambda country: country[1].casefold()))


@lru_cache(maxsize=1)
def time_zones() -> tuple[tuple[str, str], ...]:
    """Every zone as (name, words), such as "United States: New York, Eastern (most areas)", by country."""
    names = dict(_rows("iso3166.tab"))
    found = []
    for place, (code, _where, zone, *comment) in enumerate(_rows("zone.tab")):
        city = city_of(zone)
        words = f"{names[code]}: {city}" + (f", {comment[0]}" if comment and comment[0] != city else "")
        found.append((names[code].casefold(), place, zone, words))
    return ((NOWHERE, "UTC, the same all year"), *((zone, words) for _, _, zone, words in sorted(found)))


def city_of(time_zone: str) -> str:
    """What people call a zone: "America/New_York" is New York time."""
    return time_zone.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _rows(file: str) -> list[list[str]]:
    text = (resources.files("tzdata.zoneinfo") / file).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
