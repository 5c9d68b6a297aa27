"""What can be asked about imports: the list, where one stands, its rows before and after, and the rows left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db.models import F, Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.imports import files
from kinfold.domain.imports.commands import admit_to, emails_optional, fields_for, imports_of
from kinfold.domain.imports.duplicates import sentence
from kinfold.domain.imports.fields import FIELDS, further_in, is_private, mapping_problems
from kinfold.domain.imports.limits import MAX_BYTES
from kinfold.domain.imports.members import read_rows
from kinfold.domain.imports.models import Import, ImportState, StagedKind, StagedRows, UpdatedClient, Whom
from kinfold.domain.imports.reading import read
from kinfold.domain.imports.remembered import recall
from kinfold.domain.imports.staging import read_bad, read_people
from kinfold.domain.imports.templates import Template, TemplateKind, template
from kinfold.domain.imports.updating import read_updates
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.team.models import Member

says(import__downloaded="downloaded the rows an import left out")

PAGE: Final = 50
MOST: Final = 200
View = Literal["problems", "ready", "bad", "duplicates", "updates"]
_ORDER: Final[dict[str, tuple[StagedKind, ...]]] = {
    "problems": (StagedKind.BAD, StagedKind.DUPLICATE, StagedKind.UPDATE, StagedKind.READY),
    "ready": (StagedKind.READY,),
    "bad": (StagedKind.BAD,),
    "duplicates": (StagedKind.DUPLICATE,),
    "updates": (StagedKind.UPDATE,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ListImports:
    """Newest first: what comes after one import or before another, or the first page."""

    after: UUID | None = None
    before: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class GetUploadRules:
    """What a file of "clients" or of "members" has to be."""

    whom: str = Whom.CLIENTS.value


@dataclass(frozen=True, kw_only=True, slots=True)
class GetTemplate:
    """A file of "clients" or of "members" to fill in."""

    whom: str = Whom.CLIENTS.value
    kind: TemplateKind = "xlsx"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenImport:
    """One import."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCheck:
    """One import whose file waits for a decision."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ListKept:
    """One import that was undone."""

    import_id: UUID


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
class ImportSummary:
    """One import in a list, or by itself. `left_out` counts rows to fix and likely duplicates that did not come in."""

    id: UUID
    whom: str
    file_name: str
    state: str
    made_by_id: UUID
    made_by: str
    made_at: datetime
    rows: int
    ready: int
    bad: int
    duplicates: int
    updates: int
    unchanged: int
    done: int
    created: int
    updated: int
    kept: int
    mode: str
    with_duplicates: bool
    problem: str
    ended_at: datetime | None
    undo_until: datetime | None

    @property
    def left_out(self) -> int:
        """Rows of the file that did not come in."""
        return self.bad + (0 if self.with_duplicates else self.duplicates)


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Some imports of `total`; `start` counts from 1. `next` and `previous` are where other pages hang on."""

    items: tuple[ImportSummary, ...]
    total: int
    start: int
    next: UUID | None
    previous: UUID | None


@dataclass(frozen=True, slots=True)
class UploadRules:
    """How large a file may be, whether everybody in it needs an e-mail address, and what its columns can become."""

    largest_bytes: int
    emails_optional: bool
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: what it becomes, whether that was a guess, and its first values.

    Those of a column that is left out are not `shown` once the file can be imported without it, and passwords and
    numbers of identity papers never are.
    """

    index: int
    heading: str
    samples: tuple[str, ...]
    shown: bool
    field: str | None
    suggested: str | None
    sure: bool
    note: str


@dataclass(frozen=True, slots=True)
class RememberedAs:
    """Who last brought in a file with the same headings, and when: its columns are matched as then."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """A file as it was read, matched and checked."""

    summary: ImportSummary
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    date_order: str
    short_years: str
    erase: bool
    fields_changed: dict[str, int]
    remembered: RememberedAs | None
    columns: tuple[Column, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


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


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """A client or a member that undoing an import left alone."""

    id: UUID
    first_name: str
    last_name: str


@query(Permission.CLIENTS_IMPORT)
def list_imports(actor: Actor, data: ListImports) -> ImportPage:
    """The practice's imports, newest first. A row that is gone since the last page means the first page."""
    jobs = imports_of(actor)
    size = max(1, min(data.limit, MOST))
    beside = data.after or data.before
    edge = jobs.filter(pk=beside).values_list("made_at", "id").first() if beside else None
    if edge is None:
        rows = list(jobs.order_by("-made_at", "-id").values_list(*_SUMMARY)[:size])
    elif data.after:
        rows = list(jobs.filter(_older(*edge)).order_by("-made_at", "-id").values_list(*_SUMMARY)[:size])
    else:
        rows = list(jobs.filter(_newer(*edge)).order_by("made_at", "id").values_list(*_SUMMARY)[:size])[::-1]
    items = tuple(_summary(row) for row in rows)
    total = jobs.count()
    before = jobs.filter(_newer(items[0].made_at, items[0].id)).count() if items else 0
    return ImportPage(
        items=items,
        total=total,
        start=before + 1 if items else 0,
        next=items[-1].id if items and before + len(items) < total else None,
        previous=items[0].id if before else None,
    )


@query(Permission.CLIENTS_IMPORT)
def get_upload_rules(actor: Actor, data: GetUploadRules) -> UploadRules:
    """What a file has to be to be read at all."""
    admit_to(actor, data.whom)
    return UploadRules(
        largest_bytes=MAX_BYTES,
        emails_optional=data.whom == Whom.CLIENTS and emails_optional(actor),
        fields=tuple((field.name, field.label) for field in fields_for(data.whom)),
    )


@query(Permission.CLIENTS_IMPORT)
def get_template(actor: Actor, data: GetTemplate) -> Template:
    """A file to fill in, with the headings that are known here and nobody in it."""
    admit_to(actor, data.whom)
    return template(data.whom, data.kind)


@query(Permission.CLIENTS_IMPORT)
def open_import(actor: Actor, data: OpenImport) -> ImportSummary:
    """Where one import stands."""
    row = imports_of(actor).filter(pk=data.import_id).values_list(*_SUMMARY).first()
    if row is None:
        raise NotFound
    return _summary(row)


@query(Permission.CLIENTS_IMPORT)
def open_check(actor: Actor, data: OpenCheck) -> ImportCheck:
    """How the columns of a file are matched, and what the check says about the file as a whole."""
    job = _job(actor, data.import_id)
    problems = mapping_problems(
        job.mapping,
        width=len(job.header),
        emails_optional=job.emails_optional,
        fields=fields_for(job.whom),
        mode=job.mode,
    )
    shown = [
        bool(problems or field) and not is_private(heading)
        for heading, field in zip(job.header, job.mapping, strict=True)
    ]
    columns = tuple(
        Column(
            index=index,
            heading=heading,
            samples=tuple(job.samples[index]) if shown[index] and index < len(job.samples) else (),
            shown=shown[index],
            field=job.mapping[index],
            suggested=job.suggested[index][0],
            sure=job.suggested[index][1],
            note=job.suggested[index][2],
        )
        for index, heading in enumerate(job.header)
    )
    return ImportCheck(
        summary=open_import(actor, OpenImport(import_id=data.import_id)),
        encoding=job.encoding,
        delimiter=job.delimiter,
        sheet=job.sheet,
        sheets=tuple(job.sheets),
        date_order=job.date_order,
        short_years=job.short_years,
        erase=job.erase,
        fields_changed=dict(job.fields_changed),
        remembered=_remembered_as(job),
        columns=columns,
        problems=tuple(problem.message for problem in problems),
        notes=tuple(job.notes),
    )


@query(Permission.CLIENTS_IMPORT)
def preview_rows(actor: Actor, data: PreviewRows) -> Preview:
    """Checked rows before they are imported, and those left out afterwards."""
    job = _job(actor, data.import_id)
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


@query(Permission.CLIENTS_IMPORT)
def list_kept(actor: Actor, data: ListKept) -> tuple[KeptPerson, ...]:
    """The people that undoing an import left alone since they had changed, those this actor may see."""
    job = _job(actor, data.import_id)
    if job.state != ImportState.UNDONE:
        return ()
    if job.whom == Whom.MEMBERS:
        here = Member.objects.filter(pk__in=job.members_made, ended_at__isnull=True).order_by(
            "sort_key", "id"
        )
        return tuple(KeptPerson(*row) for row in here.values_list("id", "first_name", "last_name"))
    edited = UpdatedClient.objects.filter(change_set_id=job.change_set_id).values("client_id")
    ours = Q(made_in_id=job.change_set_id) | Q(pk__in=edited)
    rows = visible_to(actor).filter(ours).order_by("sort_key", "id")
    return tuple(KeptPerson(*row) for row in rows.values_list("id", "first_name", "last_name")[:500])


@query(Permission.CLIENTS_IMPORT, records=True)
def download_left_out(actor: Actor, data: DownloadLeftOut) -> LeftOut:
    """The rows to fix and the likely duplicates, as they stand in the file, each with its line and reasons.

    What a spreadsheet would calculate is written as text (RELIABILITY 1.18), and read back as it was.
    """
    job = _job(actor, data.import_id)
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
    buffer = io.StringIO(newline="")
    # All in quotes: where lists are separated by semicolons, "a;=b" would become two cells, one of them a formula.
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(["Line", "Reason", *map(as_text, table.header)])
    for block in table.blocks():
        found = [
            (line, cells) for line, cells in zip(block.lines, block.rows, strict=True) if line in reasons
        ]
        found += [(misfit.line, misfit.cells) for misfit in block.misfits]
        for line, cells in sorted(found):
            writer.writerow([line, as_text(reasons[line]), *map(as_text, cells)])
    name = job.file_name.rpartition(".")[0] or job.file_name
    return LeftOut(f"{name} - left out.csv", buffer.getvalue().encode("utf-8-sig"))


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


_SUMMARY: Final = (
    "id", "whom", "file_name", "state", "made_by_id", "made_by__first_name", "made_by__last_name", "made_at", "rows",
    "ready", "bad", "duplicates", "updates", "unchanged", "done", "created", "updated",
    "kept", "mode", "with_duplicates", "problem", "ended_at",
    "change_set__undo_until",
)  # fmt: skip


def _summary(row: Sequence[object]) -> ImportSummary:
    values = dict(zip(_SUMMARY, row, strict=True))
    first, last = values.pop("made_by__first_name"), values.pop("made_by__last_name")
    until = values.pop("change_set__undo_until")
    open_until = until if values["state"] == ImportState.DONE and until and until > clock.now() else None  # type: ignore[operator]
    return ImportSummary(**values, made_by=f"{first} {last}".strip(), undo_until=open_until)  # type: ignore[arg-type]


def _older(moment: datetime, import_id: UUID) -> Q:
    return Q(made_at__lt=moment) | Q(made_at=moment, id__lt=import_id)


def _newer(moment: datetime, import_id: UUID) -> Q:
    return Q(made_at__gt=moment) | Q(made_at=moment, id__gt=import_id)


def _job(actor: Actor, import_id: UUID) -> Import:
    job = imports_of(actor).filter(pk=import_id).first()
    if job is None:
        raise NotFound
    return job


def _remembered_as(job: Import) -> RememberedAs | None:
    last = recall(job.whom, job.header) if job.remembered else None
    if last is None:
        return None
    by = last.made_by
    return RememberedAs(f"{by.first_name} {by.last_name}".strip(), last.made_at)


def _bodies(job: Import, kind: StagedKind) -> Iterator[str]:
    rows = StagedRows.objects.filter(import_job=job, kind=kind).order_by("start")
    return iter(list(rows.values_list("body", flat=True)))


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
        match = batch.matches[place] if batch.matches else None
        reason = sentence(match) if match else ""
        rows.append(PreviewRow(line, kind.value, cells, {}, reason, match.client if match else None))
    return rows
