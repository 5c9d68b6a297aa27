"""What can happen to a file of people: it is uploaded, matched, imported, discarded, and an import is undone.

Reading and importing itself is done by `imports.work`, in the background.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, get_args
from uuid import UUID, uuid4

from django.db import transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.changes.models import ChangeSet, ChangeState
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import SelectClients, select_clients
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.identity import initial_passwords
from kinfold.domain.imports import files, first_passwords
from kinfold.domain.imports.admitting import (
    WAITING,
    admit_to,
    admit_to_mode,
    fields_for,
    imports_of,
    waiting,
)
from kinfold.domain.imports.errors import CannotUndo, HasBadRows, NothingToImport, NotWaiting
from kinfold.domain.imports.fields import (
    Mapping,
    Suggestion,
    choose,
    is_private,
    mapping_problems,
    suggest,
)
from kinfold.domain.imports.members import take_members_back
from kinfold.domain.imports.models import Import, ImportState, Mode, StagedRows, Whom
from kinfold.domain.imports.reading import Table, read
from kinfold.domain.imports.remembered import forget, recall, remember
from kinfold.domain.imports.undoing import take_back
from kinfold.domain.imports.updating import restore
from kinfold.domain.imports.values import DateOrder, ShortYears
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tasks import later
from kinfold.domain.practices.queries import emails_are_optional
from kinfold.domain.team.granting import hold_team

says(
    import__uploaded="uploaded a file of people",
    import__matched="matched the columns of a file of people",
    import__checked="checked a file of people",
    import__started="started an import",
    import__paused="stopped an import to have it checked again",
    import__applied="imported people from a file",
    import__undone="undid an import",
    import__discarded="discarded a file of people",
    import__failed="could not finish an import",
)

_SHEET_LENGTH: Final = 100
CHECK = "kinfold.domain.imports.work.check_file"
APPLY = "kinfold.domain.imports.work.apply_file"


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadFile:
    """A file as it came, and what it was called.

    `matches` are written as `Heading=field`, and win over what the headings suggest. `whom` it brings is "clients" or
    "members" of the team. Of a workbook, `sheet` names the one to read; else it is the first with anything in it.
    `date_order`, `short_years`, `mode` and `erase` are as in MatchColumns; the first two as last time where not given.
    """

    file_name: str
    content: bytes
    matches: tuple[str, ...] = ()
    whom: str = Whom.CLIENTS.value
    sheet: str = ""
    date_order: DateOrder | None = None
    short_years: ShortYears | None = None
    mode: str = Mode.ADD.value
    erase: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchColumns:
    """For each column of the file, the field it fills or None; `date_order` when the file cannot tell.

    `short_years` says what a year of two digits means. `mode`: "add" new clients, "update" those with the same external
    ID, or "both"; `erase` lets empty cells empty the fields of who is updated.
    """

    import_id: UUID
    mapping: Mapping
    date_order: DateOrder | None = None
    short_years: ShortYears | None = None
    mode: str = Mode.ADD.value
    erase: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChooseSheet:
    """Another sheet of a workbook."""

    import_id: UUID
    sheet: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetMatch:
    """A file that is matched as one like it was last time."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class StartImport:
    """Import the ready rows; bad ones only if they may be left out, likely duplicates only if asked for."""

    import_id: UUID
    leave_out_bad: bool = False
    with_duplicates: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscardImport:
    """A file that will not be imported."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ChooseImported:
    """An import of clients that is done."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoImport:
    """An import to take back."""

    import_id: UUID


@command(Permission.CLIENTS_IMPORT)
def upload_file(actor: Actor, data: UploadFile) -> UUID:
    """Keep a file and match its columns by their headings. When nothing is missing, its check begins at once.

    Raises FileRefused, with one clear sentence, for what is not a table of people, and InvalidInput for a match that
    does not fit its columns.
    """
    if actor.member_id is None:
        raise NotAllowed("A file is imported by a member of the team.")
    admit_to(actor, data.whom)
    table = read(data.content, sheet=data.sheet, beginning=True)
    import_id = uuid4()
    job = Import(
        id=import_id,
        whom=data.whom,
        file_name=_tidy(data.file_name),
        digest=table.digest,
        mode=data.mode,
        erase=data.erase,
        made_by_id=actor.member_id,
        made_at=clock.now(),
    )
    admit_to_mode(actor, job)
    _take(actor, job, table, data.matches)
    job.date_order = data.date_order or job.date_order
    job.short_years = data.short_years or job.short_years
    files.keep(actor.practice_id, import_id, data.content)
    try:
        job.practice_id = actor.practice_id
        if not _problems(job):
            begin_check(job)
        job.save(force_insert=True)
        trail.record(actor, "import.uploaded", subject=("import", import_id), detail={"sha256": table.digest})
    except BaseException:
        files.forget(actor.practice_id, import_id)
        raise
    return import_id


@command(Permission.CLIENTS_IMPORT)
def match_columns(actor: Actor, data: MatchColumns) -> UUID:
    """Decide what each column is, and check the whole file again with that.

    A required field without a column is no error yet: the match is kept, and the file waits for a better one.
    """
    job = waiting(actor, data.import_id)
    job.mode, job.erase = data.mode, data.erase
    admit_to_mode(actor, job)
    problems = mapping_problems(
        data.mapping, width=len(job.header), emails_optional=True, fields=fields_for(job.whom)
    )
    if any(problem.field == "mapping" for problem in problems):
        raise InvalidInput(problems, problems[0].message)
    first_passwords.refuse_open_column(job.header, data.mapping)
    job.mapping = list(data.mapping)
    job.date_order = data.date_order or ""
    job.short_years = data.short_years or ""
    job.emails_optional = job.whom == Whom.CLIENTS and emails_are_optional()
    _check_anew(actor, job)
    return job.id


@command(Permission.CLIENTS_IMPORT)
def choose_sheet(actor: Actor, data: ChooseSheet) -> UUID:
    """Read another sheet of a workbook, and match its columns by their headings.

    Raises FileRefused for a sheet that is no table of people.
    """
    job = waiting(actor, data.import_id)
    content = files.fetch(actor.practice_id, job.id, job.digest)
    _take(actor, job, read(content, sheet=data.sheet, beginning=True))
    _check_anew(actor, job)
    return job.id


@command(Permission.CLIENTS_IMPORT)
def forget_match(actor: Actor, data: ForgetMatch) -> UUID:
    """Match a file's columns by its headings, and do so with files like it from now on."""
    job = waiting(actor, data.import_id)
    content = files.fetch(actor.practice_id, job.id, job.digest)
    _take(actor, job, read(content, sheet=job.sheet, beginning=True), by_memory=False)
    _check_anew(actor, job)
    forget(job)
    return job.id


@command(Permission.CLIENTS_IMPORT)
def start_import(actor: Actor, data: StartImport) -> UUID:
    """Turn the checked rows into clients, in the background, all of them in one moment.

    Raises HasBadRows when some need fixing and may not be left out, and NothingToImport when none is left.
    """
    job = waiting(actor, data.import_id)
    if job.state != ImportState.READY:
        raise NotWaiting
    if job.emails_optional and not emails_are_optional():
        raise NotWaiting("The practice asks for an email address by now. Check the file again.")
    first_passwords.admit(job)
    if job.bad and not data.leave_out_bad:
        raise HasBadRows
    if not job.ready and not job.updates and not (data.with_duplicates and job.duplicates):
        raise NothingToImport
    job.state = ImportState.RUNNING
    job.with_duplicates = data.with_duplicates
    job.done = 0
    _save_if_still(job, [ImportState.READY])
    remember(job)
    later(APPLY, actor.practice_id, job.id)
    # The clients' arrival is recorded with them, in the name of who uploaded the file; this says who let them in.
    trail.record(
        actor, "import.started", subject=("import", job.id), detail={"with_duplicates": data.with_duplicates}
    )
    return job.id


@command(Permission.CLIENTS_IMPORT)
def discard_import(actor: Actor, data: DiscardImport) -> UUID:
    """Forget a file that was not imported, with everything that was read from it."""
    job = waiting(actor, data.import_id)
    before = job.state
    job.state = ImportState.CANCELLED
    job.samples = []
    job.ended_at = clock.now()
    _save_if_still(job, [ImportState(before)])
    StagedRows.objects.filter(import_job=job).delete()
    practice_id, import_id = actor.practice_id, job.id
    transaction.on_commit(lambda: files.forget(practice_id, import_id))
    trail.record(actor, "import.discarded", subject=("import", job.id))
    return job.id


@command(Permission.CLIENTS_IMPORT)
def choose_imported(actor: Actor, data: ChooseImported) -> UUID:
    """Choose the clients that an import made, to send them registration codes (SPEC 8.10).

    Returns the bulk act, which shows who will get one and waits to be carried out. Raises NotAllowed from whoever may
    not send codes, and NobodyChosen when none of them is there any more.
    """
    job = imports_of(actor).filter(pk=data.import_id, state=ImportState.DONE, whom=Whom.CLIENTS).first()
    if job is None:
        raise NotFound
    made = visible_to(actor).filter(made_in_id=job.change_set_id, status=ClientStatus.ACTIVE)
    ids = tuple(made.order_by("sort_key", "id").values_list("id", flat=True))
    return select_clients(actor, SelectClients(act=Act.SEND_CODES, client_ids=ids))


@command(Permission.CLIENTS_IMPORT)
def undo_import(actor: Actor, data: UndoImport) -> tuple[UUID, ...]:
    """Take back the people an import brought, in one act, within 30 days; returns those kept since they changed."""
    job = imports_of(actor).filter(pk=data.import_id).first()
    if job is None:
        raise NotFound
    now = clock.now()
    if job.state != ImportState.DONE or job.change_set_id is None:
        raise CannotUndo
    open_sets = ChangeSet.objects.filter(pk=job.change_set_id, undone_at__isnull=True, undo_until__gt=now)
    if not open_sets.update(state=ChangeState.UNDONE, undone_at=now, undone_by_id=actor.member_id):
        raise CannotUndo
    if job.whom == Whom.MEMBERS:
        taken, kept = take_members_back(actor, [UUID(member_id) for member_id in job.members_made])
    else:
        taken, kept = _clients_back(actor, job, job.change_set_id)
    ChangeSet.objects.filter(pk=job.change_set_id).update(rows_kept=len(kept))
    job.state = ImportState.UNDONE
    job.kept = len(kept)
    job.ended_at = now
    _save_if_still(job, [ImportState.DONE])
    trail.record(
        actor,
        "import.undone",
        subject=("import", job.id),
        detail={"change_set": str(job.change_set_id), "taken_back": taken, "kept": len(kept)},
    )
    return tuple(kept)


def _clients_back(actor: Actor, job: Import, change_set_id: UUID) -> tuple[int, list[UUID]]:
    """Restore the clients an import changed, and take out those it made: how many, and the ids of those kept."""
    hold_team()  # others who change clients wait for it first too, so that none of them waits for another
    restored, edited = restore(actor, change_set_id)
    taken, kept = take_back(change_set_id, [UUID(tag_id) for tag_id in job.tags_made])
    initial_passwords.take_back(change_set_id, but=set(kept))
    return restored + taken, [*edited, *kept]


def begin_check(job: Import) -> None:
    """Put a job to work; whoever calls saves it in the same transaction."""
    job.state = ImportState.READING
    job.attempt += 1
    job.done = 0
    later(CHECK, job.practice_id, job.id, job.attempt)


def date_order_of(job: Import) -> DateOrder | None:
    """In which order the person said dates are, if they did."""
    return "dmy" if job.date_order == "dmy" else "mdy" if job.date_order == "mdy" else None


def _take(
    actor: Actor, job: Import, table: Table, matches: tuple[str, ...] = (), *, by_memory: bool = True
) -> None:
    """Note how a file is written and what its columns seem to be, or were taken for last time."""
    fields = fields_for(job.whom)
    samples = table.sample()
    suggested = suggest(table.header, samples, fields)
    job.encoding = table.encoding
    job.delimiter = table.delimiter
    job.sheet = table.sheet[:_SHEET_LENGTH]
    job.sheets = [name[:_SHEET_LENGTH] for name in table.sheets]
    job.header = list(table.header)
    job.samples = [
        [] if is_private(heading) else [cell[:100] for cell in cells]
        for heading, cells in zip(table.header, samples, strict=True)
    ]
    job.suggested = [(found.field, found.sure, found.note) for found in suggested]
    last = recall(job.whom, table.header) if by_memory else None
    job.remembered = last is not None and len(last.mapping) == len(table.header)
    if last is not None and job.remembered:
        known = {field.name for field in fields}
        suggested = tuple(Suggestion(field if field in known else None) for field in last.mapping)
    job.mapping = list(choose(table.header, suggested, matches, fields))
    first_passwords.refuse_open_column(job.header, job.mapping)
    job.date_order = last.date_order if last is not None and job.remembered else ""
    job.short_years = last.short_years if last is not None and job.remembered else ""
    job.emails_optional = job.whom == Whom.CLIENTS and emails_are_optional()
    job.state = ImportState.MATCHING
    job.rows = table.rows  # about; the check counts them


def _check_anew(actor: Actor, job: Import) -> None:
    """Forget what an earlier check found, and check the file again when nothing is missing."""
    job.state = ImportState.MATCHING
    job.ready = job.bad = job.duplicates = job.updates = job.unchanged = job.done = 0
    job.fields_changed = {}
    job.notes = []
    job.problem = ""
    if not _problems(job):
        begin_check(job)
    _save_if_still(job, WAITING)  # before its rows, as the worker does
    StagedRows.objects.filter(import_job=job).delete()
    trail.record(actor, "import.matched", subject=("import", job.id))


def short_years_of(job: Import) -> ShortYears | None:
    """What the person said a year of two digits means, if they did."""
    return next((known for known in get_args(ShortYears) if known == job.short_years), None)


def _save_if_still(job: Import, states: list[ImportState] | tuple[ImportState, ...]) -> None:
    """Write the job unless somebody else moved it on meanwhile."""
    values = {
        field.attname: getattr(job, field.attname)
        for field in Import._meta.concrete_fields
        if field.attname not in {"id", "practice_id"}
    }
    if not Import.objects.filter(pk=job.pk, state__in=states).update(**values):
        raise NotWaiting


def _problems(job: Import) -> tuple[object, ...]:
    return mapping_problems(
        job.mapping,
        width=len(job.header),
        emails_optional=job.emails_optional,
        fields=fields_for(job.whom),
        mode=job.mode,
    )


def _tidy(file_name: str) -> str:
    """A file's name without folders and without anything that cannot be seen."""
    name = unicodedata.normalize("NFC", file_name.replace("\\", "/").rpartition("/")[2])
    return "".join(sign for sign in name if sign.isprintable()).strip()[-200:] or "clients.csv"
