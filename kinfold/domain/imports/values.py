"""Cells as files write them: dates in the order of their column, many words for one thing.

What may be stored at all is decided by `clients.profile`, for files as for forms. A reason never repeats the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kinfold.domain.clients import profile
from kinfold.domain.clients.profile import MISSING, Refused

DateOrder = Literal["mdy", "dmy"]
# What 25 means: 1925, 2025, or the latest year that is not in the future.
ShortYears = Literal["1900", "2000", "latest"]


class Memo(dict[str, str]):
    """What a cell says, worked out once per distinct cell."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._clean = clean

    def __missing__(self, raw: str) -> str:
        value = self[raw] = self._clean(raw)
        return value


# What a spreadsheet shows in place of a value that it could not work out, or that its column was too narrow for.
_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
ERROR: Final = Refused(
    "Instead of a value the spreadsheet shows an error here. Correct it there and save again."
)


def unquoted(raw: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from calculating a cell; our own downloads write it.

    A spreadsheet's error is no value.
    """
    first = raw[:1]
    if first == "#" and (raw.strip() in _ERRORS or not raw.strip("# ")):
        return ERROR
    return raw[1:] if first == "'" and raw[1:2] in {"=", "+", "-", "@", "\t", "\r"} else raw


def name(raw: str) -> str:
    """As in a form."""
    raw = unquoted(raw)
    return raw if isinstance(raw, Refused) else profile.name(raw)


def required(field: str, clean: Callable[[str], str]) -> Callable[[str], str]:
    """As `clean`, where nobody can be without a value."""
    missing = MISSING[field]

    def cleaned(raw: str) -> str:
        return clean(raw) or missing

    return cleaned


def external_id(raw: str) -> str:
    """As in a form, and as our own downloads write it."""
    raw = unquoted(raw)
    return raw if isinstance(raw, Refused) else profile.external_id(raw)


def phone_of(country: str) -> Callable[[str], str]:
    """A function from a cell to its phone number, as in a form, and as our own downloads write it."""

    def phone(raw: str) -> str:
        raw = unquoted(raw)
        return raw if isinstance(raw, Refused) else profile.phone(raw, country)

    return phone


def further(field: str, country: str) -> Callable[[str], str]:
    """A function from a cell to one of the further fields of a client, as in a form."""
    if field in {"emergency_phone", "guardian_phone"}:
        return phone_of(country)
    clean = identifiers if field == "identifiers" else profile.FURTHER[field]

    def cleaned(raw: str) -> str:
        raw = unquoted(raw)
        return raw if isinstance(raw, Refused) else clean(raw)

    return cleaned


def identifiers(raw: str) -> str:
    """IDs of other systems, one on each line, "MyChart: 1042"."""
    found = profile.identifier_list(profile.identifiers_of(raw))
    return found if isinstance(found, Refused) else profile.identifiers_text(found)


def tag(raw: str) -> str:
    """As in a form, and as our own downloads write it."""
    raw = unquoted(raw)
    return raw if isinstance(raw, Refused) else profile.tag(raw)


# Dates -------------------------------------------------------------------------------------------------------------

_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?", re.ASCII
)
_SLASHED = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d\d)(?: 0{1,2}:00(?::00)?)?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d\d)", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{4}(\.0)?", re.ASCII)

ORDER_NAMES: Final = {"mdy": "month/day/year", "dmy": "day/month/year"}


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the dates with slashes in one column are read.

    `assumed`: every one of them fits both orders, so month/day/year is a guess that a person should confirm.
    `mixed`: they contradict each other, so those that fit both orders are refused.
    `short_years`: what a year of two digits means; without it, such a date is refused.
    """

    order: DateOrder
    assumed: bool = False
    mixed: bool = False
    short_years: ShortYears | None = None


def decide_dates(cells: Iterable[str]) -> DateReading:
    """Read the whole column before any of its dates: one value above 12 tells what the others mean.

    A stray contradiction (under one in twenty) is a mistake in that row; more of them make the column mixed.
    """
    day_second = day_first = either = 0
    for cell in cells:
        match = _SLASHED.fullmatch(cell.strip())
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if first <= 12 < second <= 31:
            day_second += 1
        elif second <= 12 < first <= 31:
            day_first += 1
        elif first != second and first <= 12 and second <= 12:
            either += 1
    if not day_first and not day_second:
        return DateReading("mdy", assumed=either > 0)
    fewer, more = sorted((day_first, day_second))
    return DateReading("dmy" if day_first > day_second else "mdy", mixed=fewer * 20 > more)


def birth_date_by(reading: DateReading, today: date) -> Callable[[str], str]:
    """A function from a cell to its date as YYYY-MM-DD."""
    not_a_date = Refused(
        f"This is not a date. Dates in this column are {ORDER_NAMES[reading.order]} or YYYY-MM-DD."
    )

    def birth_date(raw: str) -> str:
        raw = raw.strip()
        if match := _ISO.fullmatch(raw):
            said_year, month, day = match[1], int(match[2]), int(match[3])
        elif match := _SLASHED.fullmatch(raw):
            said_year, first, second = match[4], int(match[1]), int(match[3])
            if reading.mixed and first != second and first <= 12 and second <= 12:
                return _MIXED
            month, day = (first, second) if reading.order == "mdy" else (second, first)
        elif match := _DOTTED.fullmatch(raw):
            said_year, month, day = match[3], int(match[2]), int(match[1])
        elif not raw:
            return ""
        else:
            return _NUMBER if _SERIAL.fullmatch(raw) else not_a_date
        year = int(said_year)
        if len(said_year) == 2:
            if reading.short_years is None:
                return SHORT
            year += 1900 if reading.short_years == "1900" else 2000
            if reading.short_years == "latest" and (year, month, day) > (today.year, today.month, today.day):
                year -= 100
        try:
            said = date(year, month, day)
        except ValueError:
            return not_a_date
        return profile.birth_date_problem(said, today) or said.isoformat()

    return birth_date


_MIXED = Refused(
    "This column mixes month/day/year and day/month/year, and this date fits both. Write it as YYYY-MM-DD."
)
SHORT: Final = Refused(
    "The year has two digits. Say beside the columns what 25 means, or write all four digits."
)
_NUMBER = Refused(
    "This is a spreadsheet's own number for a date. Format the column as a date and save again."
)


# Sex at birth ------------------------------------------------------------------------------------------------------

_SEX_WORDS: Final = {
    "female": ("f", "female", "woman", "girl"),
    "male": ("m", "male", "man", "boy"),
    "unknown": ("u", "unk", "unknown", "not known", "not recorded"),
    "undisclosed": (
        "undisclosed", "not disclosed", "prefer not to say", "prefer not to answer", "prefer not to disclose",
        "declined", "declined to answer", "decline to answer", "decline to state", "asked but declined",
    ),
}  # fmt: skip
_SEX = {word: sex for sex, spellings in _SEX_WORDS.items() for word in spellings}
_SEX_OTHER = Refused("Write female, male, unknown or undisclosed.")


def sex_at_birth(raw: str) -> str:
    """One of female, male, unknown and undisclosed (SPEC 8.9), from the words and letters that files use."""
    word = " ".join(raw.casefold().replace("_", " ").replace("-", " ").split()).rstrip(".")
    return _SEX.get(word, _SEX_OTHER) if word else ""


# What a sample looks like ------------------------------------------------------------------------------------------


def looks_like_email(cell: str) -> bool:
    """Whether a sample value is an e-mail address, plainly."""
    return profile.PLAIN_EMAIL.fullmatch(cell.strip()) is not None


def looks_like_birth_date(cell: str) -> bool:
    """Whether a sample value has the shape of a date."""
    return any(shape.fullmatch(cell.strip()) for shape in (_ISO, _SLASHED, _DOTTED))


def looks_like_sex(cell: str) -> bool:
    """Whether a sample value is one of the words for sex at birth."""
    return sex_at_birth(cell) in _SEX_WORDS


def looks_like_phone(cell: str) -> bool:
    """Whether a sample value could be a phone number."""
    return sum(sign.isdigit() for sign in cell) >= 5 and not any(sign.isalpha() for sign in cell)
