"""The API of exports: clients as a file, for whoever asked and for a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router, Schema, Status

from kinfold.domain.clients.queries.listing import ListClients
from kinfold.domain.exports.commands import StartExport, start_export
from kinfold.domain.exports.queries import (
    DownloadExport,
    ListExports,
    OpenExport,
    download_export,
    list_exports,
    open_export,
)

from .client_schemas import ClientSearch
from .clients import wanted_of
from .core import ApiRequest, confirmed, idempotency_key
from .team_schemas import Body

router = Router(tags=["exports"])


class ExportIn(Body):
    """Clients as `POST /clients/search` narrows and sorts them, or `everything` of everybody, or who is `pending`.

    `columns` are named as in the caller's layout and as the fields of a client; without any they are those that the
    caller's list shows. For who is pending they are state, name, email, phone, birth_date, note, asked_for, therapist,
    invited_by, since and expires. What the caller may not see is left out.
    """

    format: Literal["csv", "xlsx"]
    everything: bool = False
    pending: bool = False
    matching: ClientSearch | None = None
    columns: list[str] = []


class ExportOut(Schema):
    """One export. Its file can be fetched by the caller until `expires_at` while it is ready."""

    id: UUID
    state: Literal["running", "ready", "failed", "expired"]
    file_format: Literal["csv", "xlsx"]
    everything: bool
    pending: bool
    rows: int
    columns: list[str]
    made_at: datetime
    expires_at: datetime
    problem: str


class ExportList(Schema):
    """The caller's latest, newest first."""

    items: list[ExportOut]


@router.get("/exports", response=ExportList, summary="Exports, newest first")
def exports(request: ApiRequest) -> dict[str, Any]:
    """One's own; nobody else's are there."""
    return {"items": list_exports(request.auth, ListExports())}


@router.post("/exports", response={201: ExportOut, 202: ExportOut}, summary="Export clients")
def start(request: ApiRequest, body: ExportIn) -> Status[Any]:
    """More than 2,000 clients are exported in the background: the answer is then 202."""
    confirmed(request)
    data = StartExport(
        file_format=body.format,
        everything=body.everything,
        pending=body.pending,
        matching=wanted_of(body.matching, body.matching.q) if body.matching else ListClients(),
        columns=tuple(body.columns),
    )
    export_id = start_export(request.auth, data, once=idempotency_key(request))
    found = open_export(request.auth, OpenExport(export_id=export_id))
    return Status(202 if found.state == "running" else 201, found)


@router.get("/exports/{uuid:export_id}", response=ExportOut, summary="Where an export stands")
def export(request: ApiRequest, export_id: UUID) -> Any:
    """Its state, its columns, and how many clients are in it."""
    return open_export(request.auth, OpenExport(export_id=export_id))


@router.get(
    "/exports/{uuid:export_id}/file",
    summary="The file of an export",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                        "schema": {"type": "string", "format": "binary"}
                    },
                },
            }
        }
    },
)
def file(request: ApiRequest, export_id: UUID) -> HttpResponse:
    """Each download is recorded."""
    found = download_export(request.auth, DownloadExport(export_id=export_id))
    disposition = content_disposition_header(as_attachment=True, filename=found.name) or "attachment"
    return HttpResponse(
        found.content, content_type=found.content_type, headers={"Content-Disposition": disposition}
    )
