"""What may stand in each field of a client, and why not otherwise: for the form, inline edits, the API and files.

Each function takes what was typed and gives what would be stored, or the reason why it cannot be. A reason never
repeats what was typed, since reasons go into logs, downloads and the output of commands. Files call these a hundred
thousand times, so plain values are decided before anything slow is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers

from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import Problem
from kinfold.domain.kernel.text import NAME_LENGTH, clean_lines, clean_name, folded
from kinfold.domain.practices.places import countries

from .keys import tag_key
from .languages import known_language

OLDEST_YEARS: Final = 130
EARLIEST_YEAR: Final = 1900
EXTERNAL_ID_LENGTH: Final = 100
PHONE_LENGTH: Final = 40
TAG_LENGTH: Final = 50
MOST_TAGS: Final = 20
WORDS_LENGTH: Final = 60
STREET_LENGTH: Final = 200
STREET_LINES: Final = 4
POSTAL_CODE_LENGTH: Final = 12
MOST_IDENTIFIERS: Final = 10
SEXES: Final = ("female", "male", "unknown", "undisclosed")


class Refused(str):
    """The reason why something typed cannot be stored."""

    __slots__ = ()


# Said when a field that must be filled is empty. E-mail only where the practice asks for it (SPEC 8.13).
MISSING: Final = {
    "first_name": Refused("Enter a first name."),
    "last_name": Refused("Enter a last name."),
    "email": Refused("Enter an email address. A practice can make it optional in Settings."),
    "birth_date": Refused("Enter a date of birth."),
    "sex_at_birth": Refused("Choose female, male, unknown or undisclosed."),
}

_FORMULA_STARTS: Final = ("=", "+", "@", "-")
FORMULA: Final = Refused("This begins like a spreadsheet formula. Write plain text.")
HIDDEN: Final = Refused("This contains characters that cannot be seen. Write it again.")
_LINE_BREAK = Refused("This contains a line break. Write it on one line.")
_LOST_LETTER = Refused("A letter was lost when this text was made (�). Write it again.")
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
        return _LOST_LETTER
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
    length = phonenumbers.is_possible_number_with_reason(
        number
    )  # without its area code it is possible, not whole
    if not _PHONE.fullmatch(plain) or length != phonenumbers.ValidationResult.IS_POSSIBLE:
        return _NOT_A_PHONE
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164} x{number.extension}" if number.extension else e164


_ID_LONG = Refused(f"An external ID has at most {EXTERNAL_ID_LENGTH} characters.")
_TAG_LONG = Refused(f"A tag has at most {TAG_LENGTH} characters.")
TOO_MANY_TAGS: Final = Refused(f"A client has at most {MOST_TAGS} tags.")


def external_id(raw: str) -> str:
    """The client's number in another system, as it is written there; "" when there is none."""
    raw = raw.strip()
    if raw.isascii() and raw.isprintable() and len(raw) <= EXTERNAL_ID_LENGTH and raw[:1] not in {"=", "@"}:
        return raw
    text = unicodedata.normalize("NFC", raw)
    if len(text) > EXTERNAL_ID_LENGTH:
        return _ID_LONG
    if is_hidden(text):
        return HIDDEN
    return FORMULA if text[:1] in {"=", "@"} else text


def tag(raw: str) -> str:
    """One tag; "" when there is none."""
    text = unicodedata.normalize("NFC", " ".join(raw.split()))
    if len(text) > TAG_LENGTH:
        return _TAG_LONG
    if is_hidden(text):
        return HIDDEN
    return FORMULA if text[:1] in {"=", "@"} else text


def is_hidden(text: str) -> bool:
    """Control, direction and invisible characters, lost letters, and places of Unicode that stand for nothing."""
    return not text.isprintable() or "\ufffd" in text


# What is typed into the fields that hold one text, by field name as in the API, where the practice does not matter.
CLEANERS: Final[dict[str, Callable[[str], str]]] = {
    "first_name": name,
    "last_name": name,
    "email": email,
    "sex_at_birth": sex_at_birth,
    "external_id": external_id,
}

# What else is kept of a client ---------------------------------------------------------------------------------------

_WORDS_LONG = Refused(f"This has at most {WORDS_LENGTH} characters.")
_STREET_LINES = Refused(
    f"An address has at most {STREET_LINES} lines. City and postal code have their own fields."
)
_NOT_A_POSTAL_CODE = Refused("Write a postal code with letters and digits only, for example 97205.")
_NOT_A_COUNTRY = Refused("Choose a country from the list.")
_POSTAL_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]*[A-Z0-9])?", re.ASCII)
_COUNTRY_WORDS: Final = {"usa": "US", "united states of america": "US", "uk": "GB", "united kingdom": "GB"}
_ID_PARTS = Refused("Write each ID on a line of its own, as the name of the system, a colon and the ID.")
_SAME_SYSTEM = Refused("Two of these IDs are of the same system. Keep one for each.")
_TOO_MANY_IDS = Refused(f"A client has at most {MOST_IDENTIFIERS} IDs of other systems.")
_ID_SIGNS = re.compile(r"[\r\n;]+")


def words(raw: str) -> str:
    """A few words on one line: pronouns, a city, a relationship; "" when there are none."""
    text = unicodedata.normalize("NFC", " ".join(raw.split()))
    if len(text) > WORDS_LENGTH:
        return _WORDS_LONG
    if is_hidden(text):
        return HIDDEN
    return FORMULA if text[:1] in {"=", "@"} else text


def language(raw: str) -> str:
    """The language somebody prefers, spelled one way where it is known; any other as it is typed."""
    text = words(raw)
    return text if isinstance(text, Refused) else known_language(text)


def street(raw: str) -> str:
    """The lines of a postal address above the city."""
    try:
        text = clean_lines(raw, STREET_LENGTH, "address")
    except ValueError as error:
        return Refused(str(error))
    if "\ufffd" in text:
        return _LOST_LETTER
    if text.count("\n") >= STREET_LINES:
        return _STREET_LINES
    return FORMULA if text[:1] in {"=", "@"} else text


def postal_code(raw: str) -> str:
    """A postal code of any country, in capitals."""
    text = " ".join(raw.upper().split())
    if not text or (len(text) <= POSTAL_CODE_LENGTH and _POSTAL_CODE.fullmatch(text)):
        return text
    return _NOT_A_POSTAL_CODE


def country(raw: str) -> str:
    """A country by its ISO 3166 code, from that code or its English name."""
    word = folded(" ".join(raw.split()))
    return _countries().get(word, _NOT_A_COUNTRY) if word else ""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    known = dict(_COUNTRY_WORDS)
    for code, name in countries():
        known |= {folded(code): code, folded(name): code}
    return known


class Identifier(NamedTuple):
    """A client's number in one of the other systems that know them."""

    system: str
    value: str


def identifiers_of(text: str) -> tuple[Identifier, ...]:
    """The IDs of a text with one in each line: "MyChart: 1042". A line without a system has an empty one."""
    lines = (line.strip() for line in _ID_SIGNS.split(text))
    parts = (line.rpartition(":") if ":" in line else ("", "", line) for line in lines if line)
    return tuple(Identifier(system.strip(), value.strip()) for system, _, value in parts)


def identifiers_text(identifiers: Iterable[Identifier]) -> str:
    """The same the other way round, as it is typed and shown."""
    return "\n".join(f"{system}: {value}" for system, value in identifiers)


def identifier_list(typed: Iterable[Identifier]) -> tuple[Identifier, ...] | Refused:
    """IDs of other systems, one for each system, as they will be stored."""
    kept: dict[str, Identifier] = {}
    for raw_system, raw_value in typed:
        system, value = tag(raw_system), external_id(raw_value)
        for text in (system, value):
            if isinstance(text, Refused):
                return _ID_LONG if text == _TAG_LONG else text
        if not system or not value:
            return _ID_PARTS
        if tag_key(system) in kept:
            return _SAME_SYSTEM
        kept[tag_key(system)] = Identifier(system, value)
    return tuple(kept.values()) if len(kept) <= MOST_IDENTIFIERS else _TOO_MANY_IDS


# By field name as in the API. Kept apart from the client, so that lists read none of it.
FURTHER: Final[dict[str, Callable[[str], str]]] = {
    "preferred_name": name,
    "pronouns": words,
    "gender_identity": words,
    "language": language,
    "street": street,
    "city": words,
    "region": words,
    "postal_code": postal_code,
    "country": country,
    "emergency_name": name,
    "emergency_relationship": words,
    "guardian_name": name,
    "guardian_relationship": words,
    "guardian_email": email,
}
FURTHER_FIELDS: Final = (*FURTHER, "emergency_phone", "guardian_phone")


# --- a whole person -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What was typed about one person, as text; a birth date is YYYY-MM-DD. "" is what was left out."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    birth_date: str = ""
    sex_at_birth: str = ""
    external_id: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()
    preferred_name: str = ""
    pronouns: str = ""
    gender_identity: str = ""
    language: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    emergency_name: str = ""
    emergency_relationship: str = ""
    emergency_phone: str = ""
    guardian_name: str = ""
    guardian_relationship: str = ""
    guardian_phone: str = ""
    guardian_email: str = ""
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The same as it would be stored: the fields by name, the tags, each once, and the IDs of other systems."""

    fields: dict[str, str | date]
    tags: tuple[str, ...]
    identifiers: tuple[Identifier, ...] = ()


FIELDS: Final = (*CLEANERS, "phone", "birth_date")


def check(
    given: Mapping[str, str],
    tags: tuple[str, ...],
    *,
    emails_optional: bool,
    country: str,
    today: date,
    row: int | None = None,
    identifiers: tuple[Identifier, ...] = (),
) -> tuple[Checked, list[Problem]]:
    """Check the given fields of one person. The problems name every wrong one; without any, all can be stored.

    `country` and `today` are those of the practice.
    """

    def number(raw: str) -> str:
        return phone(raw, country)

    cleaners: dict[str, Callable[[str], str]] = {
        **CLEANERS,
        **FURTHER,
        "phone": number,
        "emergency_phone": number,
        "guardian_phone": number,
        "birth_date": lambda raw: birth_date(raw, today),
    }
    fields: dict[str, str | date] = {}
    problems: list[Problem] = []
    for field, typed in given.items():
        value = cleaners[field](typed)
        if not value and field in MISSING and not (field == "email" and emails_optional):
            value = MISSING[field]
        if isinstance(value, Refused):
            problems.append(Problem(field, str(value), row))
        else:
            fields[field] = date.fromisoformat(value) if field == "birth_date" else value
    kept = tag_list(tags)
    if isinstance(kept, Refused):
        problems.append(Problem("tags", str(kept), row))
        kept = ()
    others = identifier_list(identifiers)
    if isinstance(others, Refused):
        problems.append(Problem("identifiers", str(others), row))
        others = ()
    return Checked(fields=fields, tags=kept, identifiers=others), problems


def tag_list(typed: tuple[str, ...]) -> tuple[str, ...] | Refused:
    """Tags as first written, each once whatever its spelling."""
    kept: dict[str, str] = {}
    for raw in typed:
        text = tag(raw)
        if isinstance(text, Refused):
            return text
        if text:
            kept.setdefault(tag_key(text), text)
    return tuple(kept.values()) if len(kept) <= MOST_TAGS else TOO_MANY_TAGS
