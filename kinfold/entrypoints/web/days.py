"""What public pages ask for in their own way: a date of birth as month, day and year, so that nobody mistakes one for
another; and so what they say of it, and of other answers, when it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kinfold.domain.kernel.errors import Problem

BORN: Final = ("birth_month", "birth_day", "birth_year")
_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTHS: Final = tuple((str(number), name) for number, name in enumerate(_NAMES, 1))
# What is said elsewhere begins like this, and names what is not on these pages.
_IN_OTHER_WORDS: Final = (
    ("Write the date", "Choose the month, and write the day and all four digits of the year."),
    ("Choose female", "Choose one of the answers."),
)


def birth_date(typed: Mapping[str, str]) -> str:
    """The three fields as YYYY-MM-DD; "" when all are empty. What is no day stays wrong, so that it is refused."""
    month, day, year = (typed[name].strip() for name in BORN)
    if not (month or day or year):
        return ""
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in (month, day, year)):
        return "?"
    return f"{year:>04}-{month:>02}-{day:>02}" if len(year) == 4 else "?"


def in_page_order(problems: Iterable[Problem], fields: Iterable[str]) -> dict[str, str]:
    """The first problem of each field, in the order of the fields on a public page and in its words."""
    said: dict[str, str] = {}
    for problem in problems:
        others = (words for begin, words in _IN_OTHER_WORDS if problem.message.startswith(begin))
        said.setdefault(problem.field, next(others, problem.message))
    return {field: said[field] for field in dict.fromkeys((*fields, *said)) if field in said}
