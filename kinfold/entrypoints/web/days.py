"""A date of birth as public pages ask for it: month, day and year, so that nobody mistakes one for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BORN: Final = ("birth_month", "birth_day", "birth_year")
_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTHS: Final = tuple((str(number), name) for number, name in enumerate(_NAMES, 1))
WRITE_IT_OUT: Final = "Choose the month, and write the day and all four digits of the year."


def birth_date(typed: Mapping[str, str]) -> str:
    """The three fields as YYYY-MM-DD; "" when all are empty. What is no day stays wrong, so that it is refused."""
    month, day, year = (typed[name].strip() for name in BORN)
    if not (month or day or year):
        return ""
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in (month, day, year)):
        return "?"
    return f"{year:>04}-{month:>02}-{day:>02}" if len(year) == 4 else "?"
