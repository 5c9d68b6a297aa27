"""Checked rows as they wait in the database: a thousand in one text, since nobody asks for one alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import orjson

from kinfold.domain.imports.checking import BadRow, CheckedBlock, People
from kinfold.domain.imports.duplicates import Match
from kinfold.domain.imports.fields import FIRST_PASSWORD
from kinfold.domain.imports.fields import Mapping as Columns
from kinfold.domain.imports.models import StagedKind, StagedRows
from kinfold.domain.kernel.many import insert
from kinfold.domain.kernel.tenancy import current_practice_id

SHOWN_OF_CELL: Final = 200
_BAD_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Staged:
    """Some rows of one kind as text."""

    kind: StagedKind
    start: int
    count: int
    body: str


class Batch(NamedTuple):
    """Some people with their lines; `matches` belong to likely duplicates and are empty for others."""

    lines: list[int]
    people: People
    matches: list[Match]


class Flawed(NamedTuple):
    """A row to fix: its cells by field, and a reason for each field that has one."""

    line: int
    cells: dict[str, str]
    reasons: dict[str, str]


def stage(import_id: UUID, parts: Sequence[Staged]) -> None:
    """Write texts to the database, inside the running transaction."""
    if parts:
        insert(
            StagedRows,
            {"practice_id": current_practice_id(), "import_job_id": import_id},
            {
                "id": [str(uuid4()) for _ in parts],
                "kind": [part.kind.value for part in parts],
                "start": [part.start for part in parts],
                "count": [part.count for part in parts],
                "body": [part.body for part in parts],
            },
        )


def write_bad(rows: Sequence[BadRow], columns: Columns, start: int) -> Staged:
    """Rows to fix, with as much of their cells as the preview shows."""
    body = [
        (
            row.line,
            {name: _shown(row, columns, name) for name in dict.fromkeys(columns) if name},
            {problem.field: problem.reason for problem in row.problems},
        )
        for row in rows
    ]
    return Staged(StagedKind.BAD, start, len(body), _text(body))


def read_bad(body: str) -> list[Flawed]:
    """As `write_bad` wrote them."""
    return [Flawed(*row) for row in orjson.loads(body)]


class BadRows:
    """Rows to fix, staged some at a time."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._waiting: list[BadRow] = []
        self.staged: list[Staged] = []
        self.count = 0

    def add(self, rows: Sequence[BadRow]) -> None:
        """Take some more."""
        self._waiting.extend(rows)
        if len(self._waiting) >= _BAD_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Stage those that wait."""
        if self._waiting:
            self.staged.append(write_bad(self._waiting, self._columns, self.count))
            self.count += len(self._waiting)
            self._waiting = []


class Sorter:
    """Puts checked blocks into ready rows and likely duplicates, counting both."""

    def __init__(self, matches: Mapping[int, Match]) -> None:
        self._matches = matches
        self.ready = 0
        self.duplicates = 0

    def sort(self, block: CheckedBlock) -> Iterator[Staged]:
        """The rows of one block as up to two texts."""
        alike = [line in self._matches for line in block.lines] if self._matches else []
        if any(alike):
            same = chosen(block, alike)
            matches = [self._matches[line] for line in same.lines]
            yield Staged(StagedKind.DUPLICATE, self.duplicates, len(matches), _write(same, matches))
            self.duplicates += len(matches)
            block = chosen(block, [not is_alike for is_alike in alike])
        if block.lines:
            yield Staged(StagedKind.READY, self.ready, len(block.lines), _write(block, []))
            self.ready += len(block.lines)


def read_people(body: str) -> Batch:
    """As `Sorter` wrote them."""
    lines, columns, matches = orjson.loads(body)
    *columns, tags, further = columns
    people = People(*columns, list(map(tuple, tags)), list(map(tuple, further)))  # type: ignore[call-arg]
    return Batch(
        lines, people, [Match(rule, UUID(client) if client else None, line) for rule, client, line in matches]
    )


def _write(block: CheckedBlock, matches: Sequence[Match]) -> str:
    plain = [(rule, str(client) if client else None, line) for rule, client, line in matches]
    return _text((list(block.lines), block.people, plain))


def chosen(block: CheckedBlock, keep: Sequence[bool]) -> CheckedBlock:
    """Some of the people of a block."""
    people = People(*(list(compress(column, keep)) for column in block.people))  # type: ignore[arg-type]
    return CheckedBlock(list(compress(block.lines, keep)), people, [])


def _shown(row: BadRow, columns: Columns, name: str) -> str:
    """What of a row stands under one field; never a first password, nor what may be one in a row that does not fit."""
    if name == FIRST_PASSWORD or (FIRST_PASSWORD in columns and len(row.cells) != len(columns)):
        return ""
    cells = row.cells
    found = [cells[place] for place, field in enumerate(columns) if field == name and place < len(cells)]
    return "; ".join(cell for cell in found if cell)[:SHOWN_OF_CELL]


def _text(value: object) -> str:
    return orjson.dumps(value, default=list).decode()  # orjson asks what a named tuple is
