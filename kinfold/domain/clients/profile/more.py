"""What else is kept of a client, apart from what lists show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.languages import known_language
from kinfold.domain.kernel.text import clean_lines, folded
from kinfold.domain.practices.places import countries

from .facts import email, external_id, name, tag
from .refused import (
    FORMULA,
    HIDDEN,
    ID_LONG,
    LOST_LETTER,
    MOST_IDENTIFIERS,
    POSTAL_CODE_LENGTH,
    STREET_LENGTH,
    STREET_LINES,
    TAG_LONG,
    WORDS_LENGTH,
    Refused,
    is_hidden,
)

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
        return LOST_LETTER
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
    for code, called in countries():
        known |= {folded(code): code, folded(called): code}
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
                return ID_LONG if text == TAG_LONG else text
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
