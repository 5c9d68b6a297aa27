"""What stands in the lists of clients: names, contact details, birth date, sex at birth, external ID and tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Final

import phonenumbers

from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.text import NAME_LENGTH, clean_name

from .refused import (
    EARLIEST_YEAR,
    EXTERNAL_ID_LENGTH,
    FORMULA,
    HIDDEN,
    ID_LONG,
    LOST_LETTER,
    MISSING,
    OLDEST_YEARS,
    PHONE_LENGTH,
    SEXES,
    TAG_LENGTH,
    TAG_LONG,
    Refused,
    is_hidden,
)

_FORMULA_STARTS: Final = ("=", "+", "@", "-")
_LINE_BREAK = Refused("This contains a line break. Write it on one line.")
_NO_LETTER = Refused("A name has at least one letter.")
_UNUSUAL = re.compile(r"[<>{}]|^[^A-Za-z0-9]")
_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]")


def name(raw: str) -> str:
    """A first or last name: trimmed, NFC, single spaces; "" when there is none."""
    if raw.isascii() and raw.isprintable() and len(raw) <= NAME_LENGTH and not _UNUSUAL.search(raw):
        return " ".join(raw.split())
    raw = raw.strip()
    if not raw:
        return ""
    if _BREAKS.search(raw):
        return _LINE_BREAK
    if "\ufffd" in raw:
        return LOST_LETTER
    try:
        cleaned = clean_name(raw)
    except ValueError as error:
        return Refused(str(error))
    if cleaned.startswith(_FORMULA_STARTS) and len(cleaned) > 1:
        return FORMULA
    if not any(letter.isalnum() for letter in cleaned):
        return _NO_LETTER
    return cleaned


# Addresses so plain that `canonical_email` would only put them in lower case. A property test compares the two.
PLAIN_EMAIL: Final = re.compile(
    r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
)


def email(raw: str) -> str:
    """An e-mail address in its stored form; "" when there is none."""
    raw = raw.strip()
    if not raw:
        return ""
    if len(raw) <= 64 and PLAIN_EMAIL.fullmatch(raw):
        return raw.lower()
    try:
        return canonical_email(raw)
    except NotAnEmailAddress as error:
        return Refused(error.message)


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A year of two digits, as it is typed, or as a browser's date field sends it.
_SHORT_ISO = re.compile(r"00\d{2}-\d{2}-\d{2}", re.ASCII)
_SHORT = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\d{2}[-/.]\d{1,2}[-/.]\d{1,2}", re.ASCII)
_NOT_A_DATE = Refused("Write the date as YYYY-MM-DD, for example 1990-04-30.")
_NO_SUCH_DAY = Refused("There is no such day. Look at the day and the month.")
SHORT_YEAR: Final = Refused("Write the year with four digits.")
_FUTURE = Refused("A date of birth cannot be in the future.")
_TOO_OLD = Refused(f"A date of birth is not before {EARLIEST_YEAR}, and less than {OLDEST_YEARS} years ago.")


def birth_date(raw: str, today: date) -> str:
    """A date of birth as YYYY-MM-DD; "" when there is none. Files read their own formats first."""
    raw = raw.strip()
    if not raw:
        return ""
    if _SHORT.fullmatch(raw) or _SHORT_ISO.fullmatch(raw):  # whose century is asked, never guessed
        return SHORT_YEAR
    if not _ISO.fullmatch(raw):
        return _NOT_A_DATE
    try:
        said = date.fromisoformat(raw)
    except ValueError:
        return _NO_SUCH_DAY
    return birth_date_problem(said, today) or raw


def centuries(raw: str, today: date) -> tuple[date, ...]:
    """Which days a date from a browser's date field can mean when its year has two digits; () when it is no such."""
    if not _SHORT_ISO.fullmatch(raw.strip()):
        return ()
    rest = raw.strip()[2:]
    found = []
    for century in ("19", "20"):
        with suppress(ValueError):
            found.append(date.fromisoformat(century + rest))
    return tuple(day for day in found if birth_date_problem(day, today) is None)


def birth_date_problem(said: date, today: date) -> Refused | None:
    """Why nobody living can be born on that day: later than today, before 1900, or 130 years ago."""
    if said > today:
        return _FUTURE
    if said.year < EARLIEST_YEAR or (said.year + OLDEST_YEARS, said.month, said.day) <= (
        today.year,
        today.month,
        today.day,
    ):
        return _TOO_OLD
    return None


def sex_at_birth(raw: str) -> str:
    """One of female, male, unknown and undisclosed (SPEC 8.9); "" when there is none. Files know more words."""
    word = raw.strip().lower()
    return word if not word or word in SEXES else MISSING["sex_at_birth"]


_NORTH_AMERICAN = re.compile(r"(\+?1[-. ]*)?\(?([2-9]\d\d)\)?[-. ]*([2-9]\d\d)[-. ]*(\d{4})", re.ASCII)
_PHONE = re.compile(
    r"[\d+()./\s\u2010-\u2015-]+(?:(?:x|ext|extension)\.?:?\s*\d{1,7}|#\d{1,7})?", re.IGNORECASE
)
_NO_DIGITS = Refused("A phone number has digits.")
_PHONE_LONG = Refused(f"A phone number has at most {PHONE_LENGTH} characters.")
_NOT_A_PHONE = Refused(
    "This is not a whole phone number. Write it with its area code, or with + and the country code."
)


def phone(raw: str, country: str) -> str:
    """A phone number in international form, with its extension; "" when there is none.

    Without + it is one of the practice's country. Whether somebody has that number is not asked, since new area codes
    come every year; whether it has as many digits as a number of its country is.
    """
    raw = raw.strip()
    if not raw:
        return ""
    match = _NORTH_AMERICAN.fullmatch(raw)
    if match and ((match[1] or "").startswith("+") or phonenumbers.country_code_for_region(country) == 1):
        return f"+1{match[2]}{match[3]}{match[4]}"
    return _any_phone(raw, country)


@lru_cache(maxsize=20_000)
def _any_phone(raw: str, country: str) -> str:
    if len(raw) > PHONE_LENGTH:
        return _PHONE_LONG
    plain = unicodedata.normalize("NFKC", raw)
    if not any(sign.isdigit() for sign in plain):
        return _NO_DIGITS
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return _NOT_A_PHONE
    # Without its area code it is possible, not whole.
    length = phonenumbers.is_possible_number_with_reason(number)
    if not _PHONE.fullmatch(plain) or length != phonenumbers.ValidationResult.IS_POSSIBLE:
        return _NOT_A_PHONE
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164} x{number.extension}" if number.extension else e164


def external_id(raw: str) -> str:
    """The client's number in another system, as it is written there; "" when there is none."""
    raw = raw.strip()
    if raw.isascii() and raw.isprintable() and len(raw) <= EXTERNAL_ID_LENGTH and raw[:1] not in {"=", "@"}:
        return raw
    text = unicodedata.normalize("NFC", raw)
    if len(text) > EXTERNAL_ID_LENGTH:
        return ID_LONG
    if is_hidden(text):
        return HIDDEN
    return FORMULA if text[:1] in {"=", "@"} else text


def tag(raw: str) -> str:
    """One tag; "" when there is none."""
    text = unicodedata.normalize("NFC", " ".join(raw.split()))
    if len(text) > TAG_LENGTH:
        return TAG_LONG
    if is_hidden(text):
        return HIDDEN
    return FORMULA if text[:1] in {"=", "@"} else text


# What is typed into the fields that hold one text, by field name as in the API, where the practice does not matter.
CLEANERS: Final[dict[str, Callable[[str], str]]] = {
    "first_name": name,
    "last_name": name,
    "email": email,
    "sex_at_birth": sex_at_birth,
    "external_id": external_id,
}
