"""What can be asked about the rows of an import: those that were checked, before and after, and those left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.imports import files
from kinfold.domain.imports.admitting import fields_for
from kinfold.domain.imports.duplicates import sentence
from kinfold.domain.imports.fields import FIELDS, FIRST_PASSWORD, further_in, is_private
from kinfold.domain.imports.members import read_rows
from kinfold.domain.imports.models import Import, StagedKind, StagedRows, Whom
from kinfold.domain.imports.queries import MOST, PAGE, job_of
from kinfold.domain.imports.reading import read
from kinfold.domain.imports.staging import read_bad, read_people
from kinfold.domain.imports.updating import read_updates
from kinfold.domain.kernel.errors import NotFound

says(import__downloaded="downloaded the rows an import left out")

View = Literal["problems", "ready", "bad", "duplicates", "updates"]
_ORDER: Final[dict[str, tuple[StagedKind, ...]]] = {
    "problems": (StagedKind.BAD, StagedKind.DUPLICATE, StagedKind.UPDATE, StagedKind.READY),
    "ready": (StagedKind.READY,),
    "bad": (StagedKind.BAD,),
    "duplicates": (StagedKind.DUPLICATE,),
    "updates": (StagedKind.UPDATE,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DownloadLeftOut:
    """One import with rows that did not come in."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRows:
    """Some checked rows of an import, from the place `start` on; "problems" shows those to fix first."""

    import_id: UUID
    view: View = "problems"
    start: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Change:
    """What one field of a client is, and what it becomes; tags are only added."""

    field: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: what would be stored, or for a row to fix what stands in the file and why that cannot be.

    A row that updates a client has its `changes`, and their name.
    """

    line: int
    kind: str
    cells: dict[str, str]
    reasons: dict[str, str]
    reason: str
    client_id: UUID | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """Some rows of one view, and how many the view has."""

    rows: tuple[PreviewRow, ...]
    start: int
    total: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rows that did not come in, as a file to correct and import again."""

    file_name: str
    content: bytes


@query(Permission.CLIENTS_IMPORT)
def preview_rows(actor: Actor, data: PreviewRows) -> Preview:
    """Checked rows before they are imported, and those left out afterwards."""
    job = job_of(actor, data.import_id)
    counts = dict.fromkeys(StagedKind, 0)
    staged = StagedRows.objects.filter(import_job=job)
    for kind, start, count in staged.values_list("kind", "start", "count"):
        counts[StagedKind(kind)] = max(counts[StagedKind(kind)], start + count)
    rows: list[PreviewRow] = []
    limit = max(1, min(data.limit, MOST))
    offset = max(0, data.start)
    for kind in _ORDER[data.view]:
        missing = limit - len(rows)
        if missing > 0 and offset < counts[kind]:
            rows.extend(_rows(job, kind, offset, missing))
        offset = max(offset - counts[kind], 0)
    return Preview(tuple(rows), data.start, sum(counts[kind] for kind in _ORDER[data.view]))


@query(Permission.CLIENTS_IMPORT, records=True)
def download_left_out(actor: Actor, data: DownloadLeftOut) -> LeftOut:
    """The rows to fix and the likely duplicates, as they stand in the file, each with its line and reasons.

    What a spreadsheet would calculate is written as text (RELIABILITY 1.18), and read back as it was. Passwords and
    numbers of identity papers that no field takes are left empty.
    """
    job = job_of(actor, data.import_id)
    known = {field.name: field.label for field in fields_for(job.whom)}
    reasons: dict[int, str] = {}
    for body in _bodies(job, StagedKind.BAD):
        for row in read_bad(body):
            labels = ((known.get(name, "Row"), text) for name, text in row.reasons.items())
            reasons[row.line] = " ".join(f"{label}: {text}" for label, text in labels)
    for body in _bodies(job, StagedKind.DUPLICATE):
        batch = read_people(body)
        reasons.update(
            (line, sentence(match)) for line, match in zip(batch.lines, batch.matches, strict=True)
        )
    if not reasons:
        raise NotFound
    trail.record(actor, "import.downloaded", subject=("import", job.id), detail={"rows": len(reasons)})
    table = read(files.fetch(job.practice_id, job.id, job.digest), sheet=job.sheet)
    hidden = {
        column
        for column, heading in enumerate(table.header)
        if is_private(heading)
        and (column >= len(job.mapping) or job.mapping[column] in {None, FIRST_PASSWORD})
    }
    buffer = io.StringIO(newline="")
    # All in quotes: where lists are separated by semicolons, "a;=b" would become two cells, one of them a formula.
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(["Line", "Reason", *map(as_text, table.header)])
    for block in table.blocks():
        found = [
            (line, cells) for line, cells in zip(block.lines, block.rows, strict=True) if line in reasons
        ]
        # Where the cells of a row do not fit the headings, any of them may be what is never written out.
        found += [(misfit.line, [] if hidden else misfit.cells) for misfit in block.misfits]
        for line, cells in sorted(found):
            shown = ("" if column in hidden else as_text(cell) for column, cell in enumerate(cells))
            writer.writerow([line, as_text(reasons[line]), *shown])
    name = job.file_name.rpartition(".")[0] or job.file_name
    return LeftOut(f"{name} - left out.csv", buffer.getvalue().encode("utf-8-sig"))


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _rows(job: Import, kind: StagedKind, start: int, limit: int) -> list[PreviewRow]:
    """Some rows of one kind, from the texts that hold them."""
    parts = (
        StagedRows.objects.filter(import_job=job, kind=kind, start__lt=start + limit)
        .alias(end=F("start") + F("count"))
        .filter(end__gt=start)
        .order_by("start")
        .values_list("start", "body")
    )
    found: list[PreviewRow] = []
    for first, body in parts:
        if kind == StagedKind.BAD:
            rows = _flawed(body, job.whom)
        elif kind == StagedKind.UPDATE:
            rows = _updates(body)
        else:
            rows = (
                _members(body) if job.whom == Whom.MEMBERS else _people(kind, body, further_in(job.mapping))
            )
        found.extend(rows[max(start - first, 0) : start + limit - first])
    return found


def _flawed(body: str, whom: str) -> list[PreviewRow]:
    rows = []
    known = {field.name for field in fields_for(whom)}
    for line, cells, reasons in read_bad(body):
        whole = " ".join(text for name, text in reasons.items() if name not in known)
        by_field = {name: text for name, text in reasons.items() if name in known}
        rows.append(PreviewRow(line, StagedKind.BAD.value, cells, by_field, whole, None))
    return rows


def _updates(body: str) -> list[PreviewRow]:
    return [
        PreviewRow(
            update.line,
            StagedKind.UPDATE.value,
            {"name": update.name},
            {},
            "",
            UUID(update.client_id),
            (
                *(Change(name, was, becomes) for name, (was, becomes) in update.changes.items()),
                *([Change("tag", "", "; ".join(update.tags))] if update.tags else []),
            ),
        )
        for update in read_updates(body)
    ]


def _members(body: str) -> list[PreviewRow]:
    return [
        PreviewRow(
            row.line,
            StagedKind.READY.value,
            {
                "first_name": row.first_name,
                "last_name": row.last_name,
                "email": row.email,
                "role": "; ".join(row.roles),
            },
            {},
            "",
            None,
        )
        for row in read_rows(body)
    ]


def _people(kind: StagedKind, body: str, further: tuple[str, ...]) -> list[PreviewRow]:
    batch = read_people(body)
    rows = []
    for place, (line, values) in enumerate(zip(batch.lines, zip(*batch.people, strict=True), strict=True)):
        cells = {
            field.name: "; ".join(value) if isinstance(value, tuple) else value
            for field, value in zip(FIELDS, values[:-1], strict=False)
        }
        cells |= zip(further, values[-1], strict=True)
        cells.pop(FIRST_PASSWORD, None)
        match = batch.matches[place] if batch.matches else None
        reason = sentence(match) if match else ""
        rows.append(PreviewRow(line, kind.value, cells, {}, reason, match.client if match else None))
    return rows


def _bodies(job: Import, kind: StagedKind) -> Iterator[str]:
    rows = StagedRows.objects.filter(import_job=job, kind=kind).order_by("start")
    return iter(list(rows.values_list("body", flat=True)))
