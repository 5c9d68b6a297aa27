"""Exporting clients: what is shown, who is pending, or everything (SPEC 3, 5, U10, U39).

A large export is made in the background, with the rights that whoever asked has then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command, query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.queries import stored
from kinfold.domain.clients.queries.listing import ListClients, all_rows, list_clients
from kinfold.domain.clients.visibility import refuse_unless_sees_clients
from kinfold.domain.exports import columns, files, pending
from kinfold.domain.exports.models import Export, ExportState, FileFormat
from kinfold.domain.exports.writing import as_file
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tasks import later

says(
    export__started="began to export clients",
    export__finished="exported clients",
    export__failed="could not finish an export",
    export__downloaded="downloaded an export",
)

MOST: Final = 100_000
# Up to so many are written while the person waits.
WAITED_FOR: Final = 2_000
KEPT_FOR: Final = timedelta(hours=24)
MAKE: Final = "kinfold.domain.exports.work.make_export"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartExport:
    """Clients as they are listed, in columns that are named or as in one's own list; or `everything` of everybody; or
    those who are `pending`, in columns of their own. `file_format` is csv or xlsx.
    """

    file_format: str
    matching: ListClients = field(default_factory=ListClients)
    columns: tuple[str, ...] = ()
    everything: bool = False
    pending: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteFile:
    """Of which export that is being made."""

    export_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishExport:
    """Which one, how many clients are in its file, and in which columns."""

    export_id: UUID
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailExport:
    """Which one, and why it cannot be made, in a sentence."""

    export_id: UUID
    problem: str


@command(Permission.CLIENTS_EXPORT)
def start_export(actor: Actor, data: StartExport) -> UUID:
    """Make a file of clients whom the actor sees, of what they may see of them; for them alone, for a day.

    Raises InvalidInput for a format or a column that does not exist, for a list without anybody, and for one with more
    than 100,000; NotAllowed for who is pending to those who may not see that.
    """
    refuse_unless_sees_clients(actor)
    if actor.member_id is None:
        raise NotAllowed("An export is made for a member of the team.")
    if data.file_format not in FileFormat.values:
        raise InvalidInput.one("file_format", "Choose CSV or Excel.")
    if data.everything and data.pending:
        raise InvalidInput.one("everything", "Export everything or who is pending, not both.")
    clients = _how_many(actor, data)
    names = _named(actor, data)
    if not names:
        raise InvalidInput.one("columns", "Your role shows none of these columns.")
    if not clients:
        raise InvalidInput.one("matching", "There is nobody to export.")
    if clients > MOST:
        raise InvalidInput.one(
            "matching", f"Export at most {MOST:,} clients at a time. Narrow the list down."
        )
    now = clock.now()
    export = Export.objects.create(
        id=uuid4(),
        made_by_id=actor.member_id,
        made_at=now,
        file_format=data.file_format,
        everything=data.everything,
        pending=data.pending,
        wanted={} if data.everything or data.pending else stored.written(data.matching),
        columns=list(names),
        state=ExportState.RUNNING,
        rows=clients,
        expires_at=now + KEPT_FOR,
    )
    if clients > WAITED_FOR:
        later(MAKE, actor.practice_id, export.id)
        trail.record(actor, "export.started", subject=("export", export.id), detail=_detail(export))
    else:
        _finish(actor, export, _written(actor, export))
    return export.id


@query(Permission.CLIENTS_EXPORT)
def write_file(actor: Actor, data: WriteFile) -> FinishExport:
    """Write the file of an export that was started, and say what is in it. Nobody who writes waits for it."""
    export = Export.objects.filter(pk=data.export_id, made_by_id=actor.member_id).first()
    if export is None:
        raise NotFound
    return _written(actor, export)


@command(Permission.CLIENTS_EXPORT)
def finish_export(actor: Actor, data: FinishExport) -> None:
    """Say that the file of an export is there, unless another worker did so already."""
    export = (
        Export.objects.select_for_update(no_key=True)
        .filter(pk=data.export_id, state=ExportState.RUNNING)
        .first()
    )
    if export is None:
        trail.nothing_changed()
        return
    if export.made_by_id != actor.member_id:
        raise NotAllowed
    _finish(actor, export, data)


@command(Permission.CLIENTS_EXPORT)
def fail_export(actor: Actor, data: FailExport) -> None:
    """Note that an export could not be made."""
    running = Export.objects.filter(pk=data.export_id, state=ExportState.RUNNING)
    if not running.update(state=ExportState.FAILED, problem=data.problem, wanted={}):
        trail.nothing_changed()
        return
    trail.record(actor, "export.failed", subject=("export", data.export_id), outcome="failed")


def _named(actor: Actor, data: StartExport) -> tuple[str, ...]:
    """The columns of the file that the actor may have, each once. Raises InvalidInput for one that does not exist."""
    names = tuple(dict.fromkeys(data.columns))
    if pending.unknown(names) if data.pending else columns.unknown(names):
        raise InvalidInput.one("columns", "There is no such column.")
    if data.pending:
        return pending.allowed(actor, names or pending.every())
    if data.everything:
        return columns.everything_for(actor)
    return columns.allowed(actor, names or columns.shown_to(actor))


def _how_many(actor: Actor, data: StartExport) -> int:
    if data.pending:
        return pending.how_many(actor)
    if data.everything:
        counts = list_clients(actor, ListClients(limit=1)).counts
        return counts.active + counts.archived
    return list_clients(actor, replace(data.matching, after=None, before=None, limit=1)).total


def _written(actor: Actor, export: Export) -> FinishExport:
    """Write the file with the rights that the actor has now, and say what is in it."""
    written = 0

    def counted(lines: Iterable[list[str]]) -> Iterator[list[str]]:
        nonlocal written
        for line in lines:
            written += 1
            yield line

    if export.pending:
        names = pending.allowed(actor, export.columns)
        heads, lines = pending.headings(names), pending.lines(actor, names, MOST)
    else:
        names = columns.allowed(actor, export.columns)
        heads, lines = columns.headings(names), _lines(actor, export, names)
    content = as_file(heads, counted(lines), FileFormat(export.file_format))
    files.keep(actor.practice_id, export.id, content)
    return FinishExport(export_id=export.id, rows=written, columns=names)


def _finish(actor: Actor, export: Export, made: FinishExport) -> None:
    export.rows, export.columns, export.state = made.rows, list(made.columns), ExportState.READY
    export.of_all = actor.may(export.needed_for_all)
    export.expires_at = clock.now() + KEPT_FOR
    export.wanted = {}
    export.save()
    trail.record(actor, "export.finished", subject=("export", export.id), detail=_detail(export))


def _lines(actor: Actor, export: Export, names: tuple[str, ...]) -> Iterator[list[str]]:
    lists = (
        (ListClients(), ListClients(archived=True)) if export.everything else (stored.read(export.wanted),)
    )
    for one in lists:
        for some in all_rows(actor, one, MOST):
            yield from columns.lines(actor, some, names)


def _detail(export: Export) -> dict[str, object]:
    return {"rows": export.rows, "columns": export.columns, "format": export.file_format}
