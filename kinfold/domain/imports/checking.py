"""Check every row of a file, before anything is written.

A column is read as a whole first, where its values only make sense together (dates); then each row becomes either the
values that would be stored or the reasons why not. Rows are checked as they are read, so memory does not grow with the
file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple

from kinfold.domain.clients import profile
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.profile import Refused
from kinfold.domain.clients.tags import MOST_OF_A_PRACTICE, TOO_MANY
from kinfold.domain.imports import values
from kinfold.domain.imports.fields import (
    BY_NAME,
    FIELDS,
    FIELDS_WITH_PASSWORDS,
    FIRST_PASSWORD,
    FURTHER_NAMES,
    GENDER_NOTE,
    Mapping,
    further_in,
    mapping_problems,
)
from kinfold.domain.imports.models import Mode
from kinfold.domain.imports.reading import Block, Table
from kinfold.domain.imports.values import DateOrder, DateReading, Memo, ShortYears
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.text import folded


class People(NamedTuple):
    """Clean values by column, as they would be stored. What the file does not say is an empty text.

    Columns and not rows: the plain loops over them run inside the interpreter, and a block is stored as it stands.
    """

    first_names: list[str]
    last_names: list[str]
    emails: list[str]
    birth_dates: list[str]
    sexes_at_birth: list[str]
    external_ids: list[str]
    phones: list[str]
    tags: list[tuple[str, ...]]
    further: list[tuple[str, ...]]  # by `further_in` the mapping


class RowProblem(NamedTuple):
    """One thing wrong in one row. The reason never repeats what stands in the file."""

    line: int
    field: str
    reason: str


class BadRow(NamedTuple):
    """A row that cannot be imported as it is, with every reason why."""

    line: int
    cells: list[str]
    problems: list[RowProblem]


class CheckedBlock(NamedTuple):
    """A run of rows after checking. `lines` belong to the people in `people`; the other rows are in `bad`."""

    lines: Sequence[int]
    people: People
    bad: list[BadRow]


WHOLE_ROW: Final = "row"
# In the order of People.
_SINGLE: Final = tuple(
    field.name for field in FIELDS if not field.repeatable and field.name not in FURTHER_NAMES
)
# What is stored where a file has no such column; otherwise nothing.
_UNSAID: Final = {"sex_at_birth": "unknown"}
_TAGS: Final = len(_SINGLE)  # the place of tags among the columns of People; further fields come after
_BESIDE_PASSWORDS: Final = ("first_name", "last_name", "email", "birth_date")
# A line, the cell with a first password, the names, the address, the date of birth, and whether all else in the row is
# right, to what waits or why not.
TakesPassword = Callable[[int, str, tuple[str, str], str, str, bool], str]
_TagsOrReason = tuple[str, ...] | Refused
_MANY_TAGS: Final = 100
_TAG_SIGNS = re.compile(r"[;|\r\n]+")
_TAG_LIST_SIGNS = re.compile(r"[,;|\r\n]+")


class Checking:
    """The check of one file with one mapping, for a practice in a country, on a day there.

    Raises InvalidInput when the mapping cannot be used.
    """

    def __init__(  # noqa: PLR0913 - each is a decision about the one file
        self,
        table: Table,
        mapping: Mapping,
        *,
        emails_optional: bool,
        country: str,
        today: date,
        date_order: DateOrder | None = None,
        short_years: ShortYears | None = None,
        mode: Mode = Mode.ADD,
        first_passwords: TakesPassword | None = None,
        tags_there: Collection[str] = (),
    ) -> None:
        problems = mapping_problems(
            mapping,
            width=len(table.header),
            emails_optional=emails_optional,
            fields=FIELDS_WITH_PASSWORDS if first_passwords else FIELDS,
            mode=mode,
        )
        if problems:
            raise InvalidInput(problems, problems[0].message)
        self.table = table
        self.mapping = mapping
        self.dates = replace(self._read_dates(date_order), short_years=short_years)
        self._emails_optional = emails_optional
        # Whoever is updated keeps what the file does not say; `updating` asks for it where somebody is added.
        self._may_be_empty = mode != Mode.ADD
        self._adds = mode != Mode.UPDATE
        self._further = further_in(mapping)
        self._first_passwords = first_passwords if FIRST_PASSWORD in mapping else None
        self._names = (*_SINGLE, "tag", *self._further)
        self._cleaners = self._cleaners_of(country, today)
        self._tag_columns = [column for column, name in enumerate(mapping) if name == "tag"]
        self._tags = _Tags([_tag_signs(table.header[column]) for column in self._tag_columns], tags_there)

    def blocks(self) -> Iterator[CheckedBlock]:
        """Every row of the file, checked, in the file's order."""
        for block in self.table.blocks():
            bad = [
                BadRow(misfit.line, misfit.cells, [RowProblem(misfit.line, WHOLE_ROW, misfit.reason)])
                for misfit in block.misfits
            ]
            yield self._checked(block, bad)

    def _checked(self, block: Block, bad: list[BadRow]) -> CheckedBlock:
        count = len(block.rows)
        given = list(zip(*block.rows, strict=True)) if count else [()] * len(self.mapping)
        columns: list[list[str] | list[_TagsOrReason]] = [
            [_UNSAID.get(name, "")] * count for name in self._names
        ]
        for slot, column, clean in self._cleaners:
            columns[slot] = list(map(clean, given[column]))
        cells = zip(*(given[column] for column in self._tag_columns), strict=True)
        columns[_TAGS] = list(map(self._tags.__getitem__, cells)) if self._tag_columns else [()] * count

        lines = block.lines
        if self._first_passwords:
            beside: Any = zip(*(columns[self._names.index(name)] for name in _BESIDE_PASSWORDS), strict=True)
            sound = [Refused not in set(map(type, row)) for row in zip(*columns, strict=True)]
            columns[self._names.index(FIRST_PASSWORD)] = [
                self._first_passwords(line, cell, (first, last), email, born, right)
                for line, cell, (first, last, email, born), right in zip(
                    lines, given[self.mapping.index(FIRST_PASSWORD)], beside, sound, strict=True
                )
            ]
        if any(Refused in set(map(type, column)) for column in columns):
            keep: list[int] = []
            for place, values_of_row in enumerate(zip(*columns, strict=True)):
                problems = [
                    RowProblem(lines[place], name, str(value))
                    for name, value in zip(self._names, values_of_row, strict=True)
                    if isinstance(value, Refused)
                ]
                if problems:
                    bad.append(BadRow(lines[place], block.rows[place], problems))
                else:
                    keep.append(place)
            bad.sort()
            lines = [lines[place] for place in keep]
            columns = [[column[place] for place in keep] for column in columns]  # type: ignore[misc]
        further = columns[_TAGS + 1 :]
        rows = list(zip(*further, strict=True)) if further else [()] * len(lines)
        return CheckedBlock(lines, People(*columns[: _TAGS + 1], rows), bad)  # type: ignore[arg-type, call-arg]

    def notes(self) -> tuple[str, ...]:
        """What was decided without asking, for the person to confirm; complete once the rows were read."""
        found: list[str] = []
        if self.table.encoding == "Windows-1252":
            found.append(
                f"The file was read as {self.table.encoding}. Check that accented letters look right."
            )
        if self.dates.assumed:
            found.append("Dates such as 3/4/1990 were read as month/day/year.")
        elif self.dates.mixed:
            found.append("The dates mix month/day/year and day/month/year.")
        if self._adds and (left_open := _left_open(self.mapping)):
            found.append(left_open)
        if "sex_at_birth" in self.mapping:
            heading = self.table.header[self.mapping.index("sex_at_birth")]
            if folded(heading).endswith("gender"):
                found.append(f"{heading}: {GENDER_NOTE}")
        if (different := self._tags.different()) > _MANY_TAGS:
            found.append(
                f"The file has {different:,} different tags. Look whether that column really holds tags."
            )
        return tuple(found)

    def _read_dates(self, order: DateOrder | None) -> DateReading:
        if order is not None or "birth_date" not in self.mapping:
            return DateReading(order or "mdy")
        column = self.mapping.index("birth_date")
        return values.decide_dates({row[column] for block in self.table.blocks() for row in block.rows})

    def _cleaners_of(self, country: str, today: date) -> list[tuple[int, int, Callable[[str], str]]]:
        """For each mapped field its slot in Person, its column, and the function that cleans a cell.

        Values that many people share are worked out once per distinct cell.
        """
        required = _as_it_is if self._may_be_empty else values.required
        by_field: dict[str, Callable[[str], str]] = {
            "first_name": Memo(required("first_name", values.name)).__getitem__,
            "last_name": Memo(required("last_name", values.name)).__getitem__,
            "email": profile.email if self._emails_optional else required("email", profile.email),
            "birth_date": Memo(required("birth_date", values.birth_date_by(self.dates, today))).__getitem__,
            "sex_at_birth": Memo(required("sex_at_birth", values.sex_at_birth)).__getitem__,
            "external_id": values.external_id,
            "phone": values.phone_of(country),
        }
        by_field |= {
            name: Memo(values.further(name, country)).__getitem__
            for name in self._further
            if name != FIRST_PASSWORD
        }
        return [
            (slot, self.mapping.index(name), by_field[name])
            for slot, name in enumerate(self._names)
            if name in by_field and name in self.mapping
        ]


def _as_it_is(_field: str, clean: Callable[[str], str]) -> Callable[[str], str]:
    return clean


def _left_open(mapping: Mapping) -> str:
    """What the clients of a file come in without, said before they do (decision 0008); "" for nothing."""
    if "birth_date" in mapping:
        return "" if "sex_at_birth" in mapping else _NO_SEX
    return _NO_BIRTH if "sex_at_birth" in mapping else _NEITHER


_NO_BIRTH: Final = (
    "No column is matched to Date of birth: these clients are added without one, until somebody enters it."
)
_NO_SEX: Final = (
    "No column is matched to Sex at birth: it is unknown for these clients, until somebody enters it."
)
_NEITHER: Final = (
    "No column is matched to Date of birth or Sex at birth: these clients are added without a date of birth and with "
    "sex at birth unknown, until somebody enters them."
)


def _tag_signs(heading: str) -> re.Pattern[str]:
    """What separates tags in a column: a comma only under a plural heading, since a tag may hold one."""
    return _TAG_LIST_SIGNS if folded(heading).endswith("s") else _TAG_SIGNS


class _Tags(dict[tuple[str, ...], _TagsOrReason]):
    """The tags of one row by its tag cells: each tag once without regard to case and accents, as first written.

    `there` are the keys of the practice's tags, beside which there is room for so many new ones.
    """

    def __init__(self, signs: list[re.Pattern[str]], there: Collection[str]) -> None:
        super().__init__()
        self._signs, self._there = signs, there
        self._new: set[str] = set()

    def __missing__(self, cells: tuple[str, ...]) -> _TagsOrReason:
        self[cells] = value = self._read(cells)
        return value

    def different(self) -> int:
        """How many different tags were read."""
        return len(
            {tag_key(name) for names in self.values() if not isinstance(names, Refused) for name in names}
        )

    def _read(self, cells: tuple[str, ...]) -> _TagsOrReason:
        found: dict[str, str] = {}
        for cell, signs in zip(cells, self._signs, strict=True):
            for part in signs.split(cell):
                text = values.tag(part)
                if isinstance(text, Refused):
                    return text
                if text:
                    found.setdefault(tag_key(text), text)
        if len(found) > profile.MOST_TAGS:
            return profile.TOO_MANY_TAGS
        new = {key for key in found if key not in self._there and key not in self._new}
        if new and len(self._there) + len(self._new) + len(new) > MOST_OF_A_PRACTICE:
            return Refused(TOO_MANY)
        self._new |= new
        return tuple(found.values())


def label_of(field: str) -> str:
    """What a field is called on screen."""
    return BY_NAME[field].label if field in BY_NAME else "Row"
