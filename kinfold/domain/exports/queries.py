"""What can be asked about exports: one's own, where one stands, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.clients.visibility import lost_sight_since
from kinfold.domain.exports import columns, files, pending
from kinfold.domain.exports.errors import ExportExpired, NotReady
from kinfold.domain.exports.models import Export, ExportState, FileFormat
from kinfold.domain.exports.writing import CONTENT_TYPES
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound

LATEST = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ListExports:
    """One's own, the latest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenExport:
    """Which one."""

    export_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DownloadExport:
    """Which one."""

    export_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportSummary:
    """One export. `columns` are its headings; its file can be fetched until `expires_at` while it is ready.

    `rows` counts clients, or those who are pending.
    """

    id: UUID
    state: str
    file_format: str
    everything: bool
    pending: bool
    rows: int
    columns: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportFile:
    """The file, and what it is called."""

    name: str
    content_type: str
    content: bytes


@query(Permission.CLIENTS_EXPORT)
def list_exports(actor: Actor, data: ListExports) -> tuple[ExportSummary, ...]:
    """The latest exports that the actor made, newest first."""
    return tuple(_summary(export) for export in _own(actor).order_by("-made_at", "-id")[:LATEST])


@query(Permission.CLIENTS_EXPORT)
def open_export(actor: Actor, data: OpenExport) -> ExportSummary:
    """One of the actor's exports. Raises NotFound for anybody else's."""
    return _summary(_found(actor, data.export_id))


@query(Permission.CLIENTS_EXPORT, records=True)
def download_export(actor: Actor, data: DownloadExport) -> ExportFile:
    """The file of one of the actor's exports; it is recorded with how many clients and which columns are in it.

    Raises NotFound for anybody else's, NotReady, ExportExpired once the file is gone, and NotAllowed when the
    actor saw all clients then and does not now, may not see one of its columns any more, or has lost sight of a client
    since it was made.
    """
    export = _found(actor, data.export_id)
    state = _state(export)
    if state == ExportState.EXPIRED:
        raise ExportExpired
    if state != ExportState.READY:
        raise NotReady
    _refuse_unless_still_seen(actor, export)
    content = files.fetch(actor.practice_id, export.id)
    if content is None:
        raise ExportExpired
    detail = {"rows": export.rows, "columns": export.columns, "format": export.file_format}
    trail.record(actor, "export.downloaded", subject=("export", export.id), detail=detail)
    day = export.made_at.date().isoformat()
    file_format = FileFormat(export.file_format)
    return ExportFile(
        name=f"{'pending-' if export.pending else ''}clients-{day}.{file_format.value}",
        content_type=CONTENT_TYPES[file_format],
        content=content,
    )


def _refuse_unless_still_seen(actor: Actor, export: Export) -> None:
    """Nobody fetches what they could not see now."""
    of = pending if export.pending else columns
    fewer = export.of_all and not actor.may(export.needed_for_all)
    if fewer or of.allowed(actor, export.columns) != tuple(export.columns):
        raise NotAllowed("Your role does not show all that is in this file any more. Export again.")
    if not export.of_all and not export.pending and lost_sight_since(actor, export.made_at):
        raise NotAllowed("You do not see all the clients any more whom you saw then. Export again.")


def _own(actor: Actor) -> QuerySet[Export]:
    return Export.objects.filter(made_by_id=actor.member_id) if actor.member_id else Export.objects.none()


def _found(actor: Actor, export_id: UUID) -> Export:
    export = _own(actor).filter(pk=export_id).first()
    if export is None:
        raise NotFound
    return export


def _state(export: Export) -> str:
    """Expired from that moment on, whether or not the file was removed yet."""
    over = export.state == ExportState.READY and export.expires_at <= clock.now()
    return ExportState.EXPIRED.value if over else export.state


def _summary(export: Export) -> ExportSummary:
    return ExportSummary(
        id=export.id,
        state=_state(export),
        file_format=export.file_format,
        everything=export.everything,
        pending=export.pending,
        rows=export.rows,
        columns=tuple((pending if export.pending else columns).headings(export.columns)),
        made_at=export.made_at,
        expires_at=export.expires_at,
        problem=export.problem,
    )
