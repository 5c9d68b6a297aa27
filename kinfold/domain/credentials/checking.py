"""What people type about credentials, as it will be stored; everything wrong is said at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from stdnum import luhn

from kinfold.domain.kernel.errors import InvalidInput, Problem

from .models import Category
from .regions import known_region, known_type

_YEAR = timedelta(days=366)


class Typed(Protocol):
    """A credential as somebody types it; days as YYYY-MM-DD, "" for none."""

    @property
    def title(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def issued_on(self) -> str: ...
    @property
    def expires_on(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Words:
    """What a text is called where it is missing, and how long it may be."""

    missing: str
    most: int


_TITLE = {
    Category.LICENCE: _Words("Enter the type of license, such as LCSW.", 60),
    Category.MALPRACTICE: _Words("Enter the name of the insurer.", 60),
}
_NUMBER = {
    Category.LICENCE: _Words("Enter the number of the license.", 40),
    Category.MALPRACTICE: _Words("Enter the number of the policy.", 40),
}
_REGION = _Words("Enter the state that issued it, or the country.", 60)


def checked_credential(category: Category, typed: Typed, today: date) -> dict[str, Any]:
    """A credential as it will be stored. Raises InvalidInput naming every field that cannot be taken."""
    problems: list[Problem] = []

    def take(field: str, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except ValueError as error:
            problems.append(Problem(field, str(error)))
            return None

    licence = category is Category.LICENCE
    title = take("title", lambda: _line(typed.title, _TITLE[category]))
    region = take("region", lambda: _line(typed.region, _REGION)) if licence else ""
    fields = {
        "title": known_type(title) if licence and title else title,
        "region": known_region(region) if region else region,
        "number": take("number", lambda: _line(typed.number, _NUMBER[category])),
        "issued_on": take("issued_on", lambda: _issued(typed.issued_on, today)),
        "expires_on": take("expires_on", lambda: _expires(category, typed.expires_on, today)),
    }
    issued_on, expires_on = fields["issued_on"], fields["expires_on"]
    if issued_on and expires_on and expires_on <= issued_on:
        sentence = "The end lies before the beginning. Check both days."
        problems.append(Problem("expires_on", sentence))
    if problems:
        raise InvalidInput(problems)
    return fields


def checked_npi(typed: str) -> str:
    """An NPI as it will be stored, "" for none. Raises InvalidInput for one that cannot be."""
    digits = "".join(typed.split()).replace("-", "")
    if not digits:
        return ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 10):
        raise InvalidInput.one("npi", "An NPI has 10 digits. Type it again.")
    # The check digit is worked out over the number with this prefix in front (SPEC 10).
    if digits[0] not in "12" or not luhn.is_valid("80840" + digits):
        raise InvalidInput.one("npi", "A digit of this NPI is wrong. Compare it with the original.")
    return digits


def checked_day(typed: str) -> date | None:
    """A day as people type it, None for none. Raises ValueError with a sentence."""
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise ValueError("Enter a day, as YYYY-MM-DD.") from None


def checked_begin(typed: str, today: date) -> date | None:
    """The same for a day on which something began in somebody's working life, so of no other century."""
    day = checked_day(typed)
    if day and day < today - 80 * _YEAR:
        raise ValueError("That is more than 80 years ago. Check the year.")
    return day


def _issued(typed: str, today: date) -> date | None:
    day = checked_begin(typed, today)
    if day and day > today + _YEAR:
        raise ValueError("That is more than a year ahead. Check the year.")
    return day


def _expires(category: Category, typed: str, today: date) -> date | None:
    day = checked_day(typed)
    if day is None and category is Category.MALPRACTICE:
        raise ValueError("Enter the day on which the coverage ends.")
    if day and day < today - 20 * _YEAR:
        raise ValueError("That is more than 20 years ago. Check the year.")
    if day and day > today + 50 * _YEAR:
        raise ValueError("That is more than 50 years ahead. Check the year.")
    return day


def _line(typed: str, words: _Words) -> str:
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text:
        raise ValueError(words.missing)
    if not text.isprintable() or any(c in "<>{}" for c in text):
        raise ValueError("Use only letters, digits and ordinary signs.")
    if len(text) > words.most:
        raise ValueError(f"Use at most {words.most} characters.")
    return text


def checked_reason(typed: str) -> str:
    """Why an exception is made, in a line or a few. Raises ValueError with a sentence."""
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", typed).strip().splitlines()]
    text = "\n".join(lines)
    if not text:
        raise ValueError("Say why.")
    if not "".join(lines).isprintable():
        raise ValueError("This contains characters that cannot be seen. Write it again.")
    if len(text) > 300:
        raise ValueError("Use at most 300 characters.")
    return text
