"""What a file of clients or of team members can bring, and which of its columns is which.

A heading is matched by the words people use for a field, then by spelling mistakes that the values bear out. Each field
is suggested once; only tags may come from several columns, as in Heads Up's own files (SPEC 5, U57).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from kinfold.domain.clients.fields import CLIENT_FIELDS, full_label
from kinfold.domain.imports.values import (
    looks_like_birth_date,
    looks_like_email,
    looks_like_phone,
    looks_like_sex,
)
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.text import folded


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be known about a person, named as in the API, with the headings people give it.

    No file comes in without a column for each `required` one.
    """

    name: str
    label: str
    required: bool
    headings: tuple[str, ...]  # the likeliest first: when two columns fit, the earlier heading wins
    repeatable: bool = False


_MAIN: Final = (
    Field("first_name", "First name", True, ("first name", "first", "given name", "fname", "forename", "first names")),
    Field("last_name", "Last name", True, ("last name", "last", "surname", "family name", "lname")),
    Field("email", "Email", True, ("email", "email address", "mail", "e mail address", "primary email", "home email")),
    Field(
        "birth_date",
        "Date of birth",
        False,
        ("birth date", "date of birth", "dob", "birthday", "birth", "born", "born on", "d o b"),
    ),
    Field(
        "sex_at_birth",
        "Sex at birth",
        False,
        ("sex at birth", "birth sex", "sex assigned at birth", "assigned sex", "sex", "administrative sex", "gender"),
    ),
    Field(
        "external_id",
        "External ID",
        False,
        ("external id", "external identifier", "id", "client id", "patient id", "mrn", "medical record number",
         "chart number", "chart no", "chart id", "record number", "person id", "number", "identifier"),
    ),
    Field(
        "phone",
        "Phone",
        False,
        ("phone", "mobile phone", "mobile", "cell phone", "cell", "phone number", "mobile number", "telephone",
         "cell number", "mobile phone number", "primary phone", "home phone"),
    ),
    Field("tag", "Tags", False, ("tag", "tags", "label", "labels", "group", "groups"), repeatable=True),
)  # fmt: skip
# What else is kept of a client, as it is declared there once; whatever comes to be kept can be imported too.
_FURTHER: Final = tuple(
    Field(field.name, full_label(field), False, field.headings)
    for field in CLIENT_FIELDS
    if field.further or field.name == "identifiers"
)
FIELDS: Final = (*_MAIN, *_FURTHER)
# Taken only in a practice whose owner allows it, and never shown (SPEC 8.10).
FIRST_PASSWORD: Final = "initial_password"  # noqa: S105 - the name of a field
_FIRST_PASSWORD: Final = Field(
    FIRST_PASSWORD, "First password", False, ("initial password", "first password", "temporary password")
)
FIELDS_WITH_PASSWORDS: Final = (*FIELDS, _FIRST_PASSWORD)
BY_NAME: Final = {field.name: field for field in FIELDS_WITH_PASSWORDS}
FURTHER_NAMES: Final = (*(field.name for field in _FURTHER), FIRST_PASSWORD)
# A team member has the same names and address, and roles, one in each column or several in one.
_ROLE: Final = Field(
    "role", "Role", True, ("role", "roles", "position", "job title", "job", "user role"), repeatable=True
)
MEMBER_FIELDS: Final = (*_MAIN[:3], _ROLE)

GENDER_NOTE: Final = "Kinfold keeps this as sex at birth."
_WITHOUT: Final = {
    "email": " A practice can make it optional in Settings; then check again.",
}
_LEFT_OUT: Final = {
    "initial password": "Passwords are not imported, unless an owner allows first passwords in Settings. Registration "
    "codes are offered after the import.",
    "password": "Passwords are not imported. Registration codes are offered after the import.",
    "name": "Kinfold keeps first and last name apart. Split this column in two.",
    "full name": "Kinfold keeps first and last name apart. Split this column in two.",
    "client name": "Kinfold keeps first and last name apart. Split this column in two.",
    "patient name": "Kinfold keeps first and last name apart. Split this column in two.",
}

# Words in the heading of a column whose values nobody needs to see to know what it is.
_PRIVATE: Final = frozenset(
    {"password", "passwords", "passcode", "pin", "ssn", "social", "passport", "license", "licence", "drivers", "secret",
     "iban", "card", "cvv", "policy"}
)  # fmt: skip

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ASIDE = re.compile(r"\b(required|optional)\b")
_OWNER = re.compile(r"^(client|patient|member|person|user)s? (?=.)")
_NUMBERED = re.compile(r"^(tag|label|group) ?\d+$")

# For each column, the name of the field it fills, or None when it is left out.
Mapping = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one column seems to hold. `sure` is False for a guess; `note` is for the person who decides."""

    field: str | None
    sure: bool = True
    note: str = ""


def suggest(
    header: Sequence[str], samples: Sequence[Sequence[str]], fields: Sequence[Field] = FIELDS
) -> tuple[Suggestion, ...]:
    """Match each heading to one of the fields, with `samples` holding the first values of each column."""
    keys = [heading_key(heading) for heading in header]
    chosen: dict[int, Suggestion] = {}
    for column, key in enumerate(keys):
        if key in _LEFT_OUT and all(_place(field, key) is None for field in fields):
            chosen[column] = Suggestion(None, note=_LEFT_OUT[key])

    for field in fields:
        fitting = sorted(
            (place, column) for column, key in enumerate(keys) if (place := _place(field, key)) is not None
        )
        for rank, (_, column) in enumerate(fitting):
            if column in chosen:
                continue
            if rank and not field.repeatable:
                chosen[column] = Suggestion(None, note=f"Another column is used for {field.label}.")
            else:
                note = GENDER_NOTE if field.name == "sex_at_birth" and keys[column].endswith("gender") else ""
                chosen[column] = Suggestion(field.name, note=note)

    taken = {suggestion.field for suggestion in chosen.values()}
    for column, key in enumerate(keys):
        if column not in chosen:
            name = _guess(fields, key, samples[column] if column < len(samples) else (), taken)
            chosen[column] = Suggestion(name, sure=name is None)
            taken.add(name)
    return tuple(chosen[column] for column in range(len(header)))


def choose(
    header: Sequence[str],
    suggested: Sequence[Suggestion],
    pairs: Iterable[str],
    fields: Sequence[Field] = FIELDS,
) -> Mapping:
    """The suggestion, changed by what a person wrote as `Heading=field`. An empty field leaves the column out.

    Raises InvalidInput with one problem for each pair that does not fit.
    """
    mapping = [suggestion.field for suggestion in suggested]
    by_name = {field.name: field for field in fields}
    problems: list[Problem] = []
    wanted: dict[int, str | None] = {}
    for pair in pairs:
        heading, equals, name = (part.strip() for part in pair.rpartition("="))
        columns = _columns_named(header, heading)
        if not equals or not heading:
            problems.append(Problem("map", "Write each match as Heading=field."))
        elif name and name not in by_name:
            problems.append(Problem("map", f"There is no such field. The fields are {', '.join(by_name)}."))
        elif not columns:
            problems.append(
                Problem("map", f"The file has no such column. Its columns are {', '.join(header)}.")
            )
        elif len(columns) > 1 and name and not by_name[name].repeatable:
            problems.append(
                Problem("map", f"This heading stands on {len(columns)} columns. Rename one in the file.")
            )
        else:
            wanted.update(dict.fromkeys(columns, name or None))
    if problems:
        raise InvalidInput(problems, problems[0].message)
    decided = {name for name in wanted.values() if name and not by_name[name].repeatable}
    return tuple(wanted.get(column, None if name in decided else name) for column, name in enumerate(mapping))


def further_in(mapping: Sequence[str | None]) -> tuple[str, ...]:
    """Which of the further fields of a client a file brings, in the order in which checked rows hold them."""
    return tuple(name for name in FURTHER_NAMES if name in mapping)


def is_private(heading: str) -> bool:
    """Whether a column's values are never shown while columns are matched: passwords and numbers of identity papers."""
    return not _PRIVATE.isdisjoint(heading_key(heading).split())


def mapping_problems(
    mapping: Sequence[str | None],
    *,
    width: int,
    emails_optional: bool,
    fields: Sequence[Field] = FIELDS,
    mode: str = "add",
) -> tuple[Problem, ...]:
    """Why a mapping cannot be used yet: a required field without a column, or one with two.

    A file that only updates clients needs no column but the one they are found by.
    """
    if len(mapping) != width:
        return (Problem("mapping", "The matching does not fit the columns of this file. Start again."),)
    by_name = {field.name: field for field in fields}
    hints = {} if fields is MEMBER_FIELDS else _WITHOUT
    problems: list[Problem] = []
    for name in dict.fromkeys(mapping):
        if name is not None and name not in by_name:
            problems.append(
                Problem("mapping", f"There is no such field. The fields are {', '.join(by_name)}.")
            )
        elif name is not None and mapping.count(name) > 1 and not by_name[name].repeatable:
            problems.append(
                Problem(name, f"{by_name[name].label} is matched to {mapping.count(name)} columns.")
            )
    if mode != "add" and "external_id" not in mapping:
        problems.append(
            Problem(
                "external_id",
                "No column is matched to External ID, by which clients are found to be updated.",
            )
        )
    if mode != "add" and FIRST_PASSWORD in mapping:
        problems.append(
            Problem(
                FIRST_PASSWORD,
                "First passwords are for new clients: choose to add, or leave that column out.",
            )
        )
    problems.extend(
        Problem(field.name, f"No column is matched to {field.label}.{hints.get(field.name, '')}")
        for field in fields
        if mode != "update"
        and field.required
        and field.name not in mapping
        and not (field.name == "email" and emails_optional)
    )
    return tuple(problems)


def _columns_named(header: Sequence[str], heading: str) -> list[int]:
    """The columns with exactly this heading, or else those that differ only in case, accents and punctuation."""
    exact = [column for column, name in enumerate(header) if name == " ".join(heading.split())]
    return exact or [
        column for column, name in enumerate(header) if heading_key(name) == heading_key(heading)
    ]


def heading_key(heading: str) -> str:
    """ "E-Mail Address (required)" and "emailAddress" → "e mail address" and "email address"."""
    words = _NOT_WORD.sub(" ", folded(_HUMP.sub(" ", heading))).strip()
    return " ".join(_ASIDE.sub(" ", words).split())


def _place(field: Field, key: str) -> int | None:
    """How well a heading fits: its place among the field's headings, spaces not counted."""
    if field.repeatable and _NUMBERED.match(key):
        return 0
    for candidate in (key, _OWNER.sub("", key)):
        squeezed = candidate.replace(" ", "")
        for place, heading in enumerate(field.headings):
            if heading.replace(" ", "") == squeezed:
                return place
    return None


_BORNE_OUT: Final[dict[str, Callable[[str], bool]]] = {
    "email": looks_like_email,
    "birth_date": looks_like_birth_date,
    "sex_at_birth": looks_like_sex,
    "phone": looks_like_phone,
}


def _guess(fields: Sequence[Field], key: str, sample: Sequence[str], taken: set[str | None]) -> str | None:
    """A misspelt heading whose values fit, or a column that holds nothing but e-mail addresses."""
    values = [value for value in sample if value.strip()]
    squeezed = key.replace(" ", "")
    for field in fields:
        if field.repeatable or field.name in taken:
            continue
        fits = _BORNE_OUT.get(field.name)
        if fits and not (values and all(fits(value) for value in values)):
            continue
        if any(_is_misspelt(squeezed, heading.replace(" ", "")) for heading in field.headings):
            return field.name
    if values and "email" not in taken and all(looks_like_email(value) for value in values):
        return "email"
    return None


def _is_misspelt(typed: str, meant: str) -> bool:
    allowed = 0 if len(meant) < 5 else 1 if len(meant) < 9 else 2
    return 0 < OSA.distance(typed, meant, score_cutoff=allowed) <= allowed
