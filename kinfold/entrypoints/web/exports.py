"""The pages of exports: choosing what goes into the file, watching a large one, and fetching it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.listing import list_clients
from kinfold.domain.exports.commands import StartExport, start_export
from kinfold.domain.exports.queries import (
    DownloadExport,
    ExportSummary,
    ListExports,
    OpenExport,
    download_export,
    list_exports,
    open_export,
)
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed

from . import pages
from .client_lists import carried, narrowed, view_of
from .identity.gates import confirmed
from .jinja import url

_STATES: Final = {"running": "at-work", "failed": "not-done", "ready": "ready", "expired": "expired"}


@require_http_methods(["GET", "POST"])
@pages.signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What to export of the list as it is shown; typed words come by POST, and go on so."""
    admit(actor, Permission.CLIENTS_EXPORT, "export-new")
    return _form(request, actor)


@require_POST
@pages.signed_in
@confirmed
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make the file, or begin to."""
    q = request.POST.get("q", "")[:200]
    everything = request.POST.get("what") == "everything"
    try:
        wanted = StartExport(
            file_format=request.POST.get("format", ""),
            everything=everything,
            pending=view_of(request.POST) == "pending" and not everything,
            matching=narrowed(actor, request.POST, q, own="own" in request.POST),
        )
        export_id = start_export(actor, wanted, once=pages.form_key(request))
    except InvalidInput as refused:
        return _form(request, actor, refused)
    return pages.see_other(_address(export_id))


@require_GET
@pages.signed_in
def export(request: HttpRequest, actor: Actor, export_id: UUID) -> HttpResponse:
    """Where an export stands; the page of a large one follows by itself."""
    found = open_export(actor, OpenExport(export_id=export_id))
    by_script = bool(request.headers.get("HX-Request"))
    if by_script and found.state != "running":
        return HttpResponse(headers={"HX-Redirect": _address(export_id)})
    back = _list_url(actor, "pending" if found.pending else "active")
    context = {**_line(found), "columns": found.columns, "clients_url": back}
    response = pages.page(request, "pages/exports/export.html", context, block="state")
    if found.state == "running" and not by_script:
        response.headers["Refresh"] = "3"
    return response


@require_GET
@pages.signed_in
def download(request: HttpRequest, actor: Actor, export_id: UUID) -> HttpResponse:
    """The file."""
    found = download_export(actor, DownloadExport(export_id=export_id))
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    return HttpResponse(
        found.content,
        content_type=found.content_type,
        headers={"Content-Disposition": disposition or "attachment"},
    )


def _form(request: HttpRequest, actor: Actor, refused: InvalidInput | None = None) -> HttpResponse:
    if not actor.sees_clients:
        raise NotAllowed
    asked = request.POST if request.method == "POST" else request.GET
    q = asked.get("q", "")[:200] if request.method == "POST" else ""
    own = "own" in asked or "own" in request.GET
    try:
        found = list_clients(actor, narrowed(actor, asked, q, own=own))
    except InvalidInput as problem:
        raise NotAllowed("Filter the list again, then export it.") from problem
    view = view_of(asked)
    if view == "pending":
        admit(actor, Permission.CLIENTS_CREATE, "export-new")
    waiting = pages.waiting(request, actor).newcomers if view == "pending" else 0
    whole = {"active": found.counts.active, "archived": found.counts.archived, "pending": found.total}
    context: dict[str, Any] = {
        "q": q,
        "params": carried(asked),
        "own": own,
        "shown": _clients(waiting, "pending client") if view == "pending" else _clients(found.total),
        "narrowed": found.total != whole[view],
        "view": view,
        "everybody": _clients(found.counts.active + found.counts.archived),
        "chosen": {"what": asked.get("what", "shown"), "format": asked.get("format", "csv")},
        "problem": " ".join(problem.message for problem in refused.problems) if refused else "",
        "names_only": found.names_only,
        "exports": [_line(item) for item in list_exports(actor, ListExports())],
        "clients_url": _list_url(actor, view),
    }
    return pages.page(request, "pages/exports/new.html", context, status=refused.status if refused else 200)


def _list_url(actor: Actor, view: str) -> str:
    return reverse(pages.clients_route(actor)) + ("?show=pending" if view == "pending" else "")


def _line(found: ExportSummary) -> dict[str, Any]:
    return {
        "id": found.id,
        "state": _STATES[found.state],
        "clients": _clients(found.rows, "pending client" if found.pending else "client"),
        "format": {"csv": "CSV", "xlsx": "Excel"}[found.file_format],
        "everything": found.everything,
        "at": found.made_at,
        "until": found.expires_at,
        "problem": found.problem,
    }


def _clients(count: int, one: str = "client") -> str:
    return f"{count:,} {one}" + ("" if count == 1 else "s")


def _address(export_id: UUID) -> str:
    return url("export", export_id=export_id)


routes = [
    path("clients/export/", new, name="export-new"),
    path("clients/export/start/", start, name="export-start"),
    path("clients/exports/<uuid:export_id>/", export, name="export"),
    path("clients/exports/<uuid:export_id>/file/", download, name="export-download"),
]
