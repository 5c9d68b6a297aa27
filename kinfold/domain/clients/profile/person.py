"""A whole person as they were typed, and as they would be stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kinfold.domain.clients.keys import tag_key
from kinfold.domain.kernel.errors import Problem

from .facts import CLEANERS, birth_date, phone, tag
from .more import FURTHER, Identifier, identifier_list
from .refused import MISSING, MOST_TAGS, TOO_MANY_TAGS, Refused


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
