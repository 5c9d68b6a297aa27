"""What can be asked about imports: the list, where one stands, its rows before and after, and the rows left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.imports.admitting import admit_to, fields_for, imports_of
from kinfold.domain.imports.fields import FIELDS, is_private, mapping_problems
from kinfold.domain.imports.limits import MAX_BYTES
from kinfold.domain.imports.models import Import, ImportState, UpdatedClient, Whom
from kinfold.domain.imports.remembered import recall
from kinfold.domain.imports.templates import Template, TemplateKind, template
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.practices.queries import emails_are_optional
from kinfold.domain.team.models import Member

PAGE: Final = 50
MOST: Final = 200


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
        emails_optional=data.whom == Whom.CLIENTS and emails_are_optional(),
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
    job = job_of(actor, data.import_id)
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
        # As PostgreSQL keeps them they are in another order.
        fields_changed={
            each.name: job.fields_changed[each.name] for each in FIELDS if each.name in job.fields_changed
        },
        remembered=_remembered_as(job),
        columns=columns,
        problems=tuple(problem.message for problem in problems),
        notes=tuple(job.notes),
    )


@query(Permission.CLIENTS_IMPORT)
def list_kept(actor: Actor, data: ListKept) -> tuple[KeptPerson, ...]:
    """The people that undoing an import left alone since they had changed, those this actor may see."""
    job = job_of(actor, data.import_id)
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


def job_of(actor: Actor, import_id: UUID) -> Import:
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
