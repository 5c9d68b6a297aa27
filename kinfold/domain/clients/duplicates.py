"""Who is probably here already: the one rule, for the form, the API and files.

Two records are likely one person when they share the e-mail address and also the date of birth or the name; when either
has no e-mail address, when they share the name and the date of birth, or the external ID; and when they share the name
and nothing that both have tells them apart. A shared external ID together with the name or the date of birth always
counts (SPEC 8.5, and 8.13 for people without e-mail). Likely duplicates are shown, never merged.

The rule is a set of keys: a record is *found under* some, and *looks for* others; when two meet, it is the same person.
So one record against another and 100,000 against 100,000 are the same few lines. Some keys end with what the record
has, in bits: under such a key only those meet who have none of it in common.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

_EMAIL_BIRTH: Final = "email-birth-date"
_EMAIL_NAME: Final = "email-name"
_ID_NAME: Final = "external-id-name"
_ID_BIRTH: Final = "external-id-birth-date"
_NAME_BIRTH: Final = "name-birth-date"
_ID: Final = "external-id"
_NAME: Final = "name"

# What the two share, for a sentence "Same … as …".
SHARED: Final = {
    _EMAIL_BIRTH: "Same email address and date of birth",
    _EMAIL_NAME: "Same email address and name",
    _ID_NAME: "Same external ID and name",
    _ID_BIRTH: "Same external ID and date of birth",
    _NAME_BIRTH: "Same name and date of birth",
    _ID: "Same external ID",
    _NAME: "Same name",
}

Key = tuple[object, ...]


class Traits(NamedTuple):
    """What is compared. `name` is the stored sort key, `birth_date` YYYY-MM-DD, `external_id` folded; "" is unknown."""

    email: str
    name: str
    birth_date: str
    external_id: str


def found_under(person: Traits) -> Iterator[Key]:
    """The keys under which a record is found."""
    email, name, birth_date, external_id = person
    if email:
        yield _EMAIL_BIRTH, email, birth_date
        yield _EMAIL_NAME, email, name
    yield _NAME_BIRTH, name, birth_date, bool(email)
    if external_id:
        yield _ID_NAME, external_id, name
        yield _ID_BIRTH, external_id, birth_date
        yield _ID, external_id, bool(email)
    yield _NAME, name, has(email, birth_date, external_id)


def looks_for(person: Traits) -> Iterator[Key]:
    """The keys under which the same person would be found, the most telling first; a key's first part is the rule."""
    email, name, birth_date, external_id = person
    if email:
        if birth_date:
            yield _EMAIL_BIRTH, email, birth_date
        yield _EMAIL_NAME, email, name
    if external_id:
        yield _ID_NAME, external_id, name
        if birth_date:
            yield _ID_BIRTH, external_id, birth_date
    if birth_date:
        yield _NAME_BIRTH, name, birth_date, False
        if not email:
            yield _NAME_BIRTH, name, birth_date, True
    if external_id:
        yield _ID, external_id, False
        if not email:
            yield _ID, external_id, True
    mine = has(email, birth_date, external_id)
    for theirs in range(8):
        if not mine & theirs:
            yield _NAME, name, theirs


def has(email: str, birth_date: str, external_id: str) -> int:
    """What a record has that would tell it from another of the same name that has it too, in bits."""
    return bool(email) | bool(birth_date) << 1 | bool(external_id) << 2
