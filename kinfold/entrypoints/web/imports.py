"""The pages of imports: choosing a file, matching and checking it, watching it come in, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast, get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.imports.commands import (
    ChooseImported,
    ChooseSheet,
    DiscardImport,
    ForgetMatch,
    MatchColumns,
    StartImport,
    UndoImport,
    UploadFile,
    choose_imported,
    choose_sheet,
    discard_import,
    forget_match,
    match_columns,
    start_import,
    undo_import,
    upload_file,
)
from kinfold.domain.imports.previewing import (
    DownloadLeftOut,
    PreviewRow,
    PreviewRows,
    View,
    download_left_out,
    preview_rows,
)
from kinfold.domain.imports.queries import (
    Column,
    GetTemplate,
    GetUploadRules,
    ImportCheck,
    ImportSummary,
    ListImports,
    ListKept,
    OpenCheck,
    OpenImport,
    UploadRules,
    get_template,
    get_upload_rules,
    list_imports,
    list_kept,
    open_check,
    open_import,
)
from kinfold.domain.imports.values import ShortYears
from kinfold.domain.kernel.errors import Conflict, InvalidInput

from . import pages
from .identity.gates import confirmed
from .jinja import full_day, phone

_AT_WORK: Final = {"reading", "running"}
_WAITING: Final = {"matching", "ready"}
_VIEWS: Final = ("problems", "ready", "bad", "duplicates", "updates")
_MODES: Final = ("add", "update", "both")
_SHORT_YEARS: Final = get_args(ShortYears)
_SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# What the pages call those whom a file brings, where they then are, and the page of one.
_WORDS: Final = {
    "clients": {
        "title": "Import clients",
        "one": "client",
        "several": "clients",
        "success": "Success! Clients have been created!",
        "now": "now on the Clients table",
        "see": "See clients",
        "list": "manage-clients",
    },
    "members": {
        "title": "Import team members",
        "one": "team member",
        "several": "team members",
        "success": "Success! Team Members have been created!",
        "now": "now on the team",
        "see": "See the team",
        "list": "team",
    },
}
_SEXES: Final = {
    "female": "Female",
    "male": "Male",
    "unknown": "Unknown",
    "undisclosed": "Prefer not to say",
}


@require_GET
@pages.signed_in
def imports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every import, newest first."""
    asked = ListImports(
        after=pages.a_uuid(request.GET.get("after", "")), before=pages.a_uuid(request.GET.get("before", ""))
    )
    found = list_imports(actor, asked)
    rows = [
        {
            "id": item.id,
            "file_name": item.file_name,
            "several": _WORDS[item.whom]["several"],
            "by": item.made_by,
            "at": item.made_at,
            "imported": item.created,
            "updated": item.updated,
            "left_out": item.left_out if item.state == "done" else 0,
            "state": _word(item.state),
            "href": _place(item),
            "undo": item.undo_until is not None,
        }
        for item in found.items
    ]
    page = {
        "total": found.total,
        "start": found.start,
        "shown": len(rows),
        "next": found.next,
        "previous": found.previous,
    }
    may = {"import_": actor.may(Permission.CLIENTS_IMPORT)}
    return pages.page(request, "pages/imports/list.html", {"rows": rows, "page": page, "may": may})


@require_GET
@pages.signed_in
def to_fill_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A file to fill in."""
    whom = "members" if request.GET.get("whom") == "members" else "clients"
    found = get_template(
        actor, GetTemplate(whom=whom, kind="csv" if request.GET.get("kind") == "csv" else "xlsx")
    )
    return HttpResponse(
        found.content,
        content_type=found.content_type,
        headers={"Content-Disposition": f'attachment; filename="{found.file_name}"'},
    )


@require_http_methods(["GET", "POST"])
@pages.signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Choose a file."""
    whom = "members" if (request.POST or request.GET).get("whom") == "members" else "clients"
    rules = get_upload_rules(actor, GetUploadRules(whom=whom))
    if request.method == "GET":
        return _choose(request, whom, rules, "")
    file = request.FILES.get("file")
    if file is None:
        return _choose(request, whom, rules, "Choose a file.")
    if (file.size or 0) > rules.largest_bytes:  # seen before it is read into memory
        return _choose(
            request, whom, rules, f"The file is larger than {_largest(rules)}. Split it and import the parts."
        )
    try:
        data = UploadFile(file_name=file.name or "", content=file.read(), whom=whom)
        import_id = upload_file(actor, data, once=pages.form_key(request))
    except InvalidInput as refused:
        return _choose(request, whom, rules, refused.message)
    return pages.see_other(_place(open_import(actor, OpenImport(import_id=import_id))))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def check(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Match the columns, and see what the check says about every row."""
    found = open_check(actor, OpenCheck(import_id=import_id))
    if found.summary.state not in _WAITING:
        return pages.see_other(_place(found.summary))
    if request.method == "POST":
        mapping = tuple(request.POST.get(f"column-{column.index}") or None for column in found.columns)
        mode = request.POST.get("mode", "")
        order, years = request.POST.get("date_order", ""), request.POST.get("short_years", "")
        try:
            match_columns(
                actor,
                MatchColumns(
                    import_id=import_id,
                    mapping=mapping,
                    date_order="dmy" if order == "dmy" else "mdy" if order == "mdy" else None,
                    short_years=cast("ShortYears", years) if years in _SHORT_YEARS else None,
                    mode=mode if mode in _MODES else "add",
                    erase="erase" in request.POST,
                ),
            )
        except (InvalidInput, Conflict) as refused:
            pages.warn(request, refused.message)
        return pages.see_other(_place(open_import(actor, OpenImport(import_id=import_id))))
    return _show_check(request, actor, found)


@require_POST
@pages.signed_in
def sheet(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Read another sheet of a workbook."""
    try:
        choose_sheet(actor, ChooseSheet(import_id=import_id, sheet=request.POST.get("sheet", "")))
    except (InvalidInput, Conflict) as refused:
        pages.warn(request, refused.message)
    return pages.see_other(_place(open_import(actor, OpenImport(import_id=import_id))))


@require_POST
@pages.signed_in
def forget(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Match the columns by their headings, and no longer as last time."""
    try:
        forget_match(actor, ForgetMatch(import_id=import_id))
    except (InvalidInput, Conflict) as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "The columns are matched by their headings again.")
    return pages.see_other(_place(open_import(actor, OpenImport(import_id=import_id))))


@require_POST
@pages.signed_in
@confirmed
def apply(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Import what is ready, and the likely duplicates too if that box was ticked."""
    wanted = StartImport(
        import_id=import_id, leave_out_bad=True, with_duplicates="with_duplicates" in request.POST
    )
    try:
        start_import(actor, wanted, once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    return pages.see_other(_place(open_import(actor, OpenImport(import_id=import_id))))


@require_GET
@pages.signed_in
def progress(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """How far an import is; it leads on by itself when it is done."""
    found = open_import(actor, OpenImport(import_id=import_id))
    by_script = bool(request.headers.get("HX-Request"))
    if found.state not in _AT_WORK:
        return (
            HttpResponse(headers={"HX-Redirect": _place(found)})
            if by_script
            else pages.see_other(_place(found))
        )
    total = found.rows if found.state == "reading" else found.ready + found.updates + _duplicates_taken(found)
    context = {
        "job": {**_job(found), "state": found.state},
        "done": min(found.done, total) or None,
        "total": total,
        "left": "",
        "counts": {
            "created": total,
            "bad": found.bad,
            "duplicates": 0 if found.with_duplicates else found.duplicates,
        },
    }
    response = pages.page(request, "pages/imports/progress.html", context, block="state")
    if not by_script:
        response.headers["Refresh"] = "3"
    return response


@require_GET
@pages.signed_in
def result(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """What became of an import."""
    found = open_import(actor, OpenImport(import_id=import_id))
    if found.state in _AT_WORK | _WAITING:
        return pages.see_other(_place(found))
    kept = list_kept(actor, ListKept(import_id=import_id)) if found.kept else ()
    page_of = _member_page if found.whom == "members" else _client_page
    context = {
        "job": {
            **_job(found),
            "state": found.state,
            "by": found.made_by,
            "at": found.ended_at or found.made_at,
        },
        "counts": {
            "created": found.created,
            "updated": found.updated,
            "unchanged": found.unchanged,
            "bad": found.bad,
            "duplicates": 0 if found.with_duplicates else found.duplicates,
            "kept": found.kept,
        },
        "problem": found.problem,
        "may_send_codes": found.state == "done"
        and found.whom == "clients"
        and found.created > 0
        and actor.may(Permission.CLIENTS_REGISTER),
        "undo": {"until": found.undo_until} if found.undo_until else None,
        "kept": [{"person": person, "href": page_of(person.id)} for person in kept],
    }
    return pages.page(request, "pages/imports/result.html", context)


@require_GET
@pages.signed_in
def problems(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """The rows left out as a file, each with its line and reasons."""
    found = download_left_out(actor, DownloadLeftOut(import_id=import_id))
    disposition = content_disposition_header(as_attachment=True, filename=found.file_name)
    return HttpResponse(
        found.content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


@require_POST
@pages.signed_in
def cancel(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Discard a file."""
    try:
        discard_import(actor, DiscardImport(import_id=import_id))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "The file was discarded. Nothing was saved.")
    return pages.see_other(reverse("imports"))


@require_POST
@pages.signed_in
def send_codes(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Show whom of an import a registration code can be sent, before it is."""
    try:
        change_id = choose_imported(actor, ChooseImported(import_id=import_id))
    except (InvalidInput, Conflict) as refused:
        pages.warn(request, refused.message)
        return pages.see_other(reverse("import-result", kwargs={"import_id": import_id}))
    return pages.see_other(reverse("change", kwargs={"change_id": change_id}))


@require_POST
@pages.signed_in
@confirmed
def undo(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Take an import back."""
    try:
        undo_import(actor, UndoImport(import_id=import_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "The import was undone.")
    return pages.see_other(reverse("import-result", kwargs={"import_id": import_id}))


def _choose(request: HttpRequest, whom: str, rules: UploadRules, problem: str) -> HttpResponse:
    context = {
        "whom": whom,
        "words": _WORDS[whom],
        "problem": problem,
        "email_optional": rules.emails_optional,
        "largest": _largest(rules),
    }
    return pages.page(request, "pages/imports/new.html", context, status=422 if problem else 200)


def _show_check(request: HttpRequest, actor: Actor, found: ImportCheck) -> HttpResponse:
    rules = get_upload_rules(actor, GetUploadRules(whom=found.summary.whom))
    asked = request.GET.get("view", "")
    view = cast("View", asked if asked in _VIEWS else "problems")
    start = request.GET.get("start", "")
    preview = preview_rows(
        actor,
        PreviewRows(
            import_id=found.summary.id,
            view=view,
            start=int(start) if start.isascii() and start.isdecimal() and len(start) < 8 else 0,
        ),
    )
    mapped = {column.field for column in found.columns}
    labels = dict(rules.fields)
    summary = found.summary
    end = preview.start + len(preview.rows)
    context = {
        "job": {
            **_job(summary),
            "read_as": _read_as(found),
        },
        "sheet": found.sheet,
        "sheets": found.sheets,
        "last_match": found.remembered,
        "columns": [_column(column) for column in found.columns],
        "fields": rules.fields,
        "problems": found.problems,
        "notes": [text for text in (summary.problem, *found.notes) if text],
        "date_order": found.date_order,
        "short_years": found.short_years,
        "mode": summary.mode,
        "erase": found.erase,
        "changed": [(labels.get(name, name), count) for name, count in found.fields_changed.items()],
        "unchanged": summary.unchanged,
        "counts": {
            "ready": summary.ready,
            "bad": summary.bad,
            "duplicates": summary.duplicates,
            "updates": summary.updates,
        },
        "used": sum(column.field is not None for column in found.columns),
        "view": view,
        "heads": [(name, label) for name, label in rules.fields if name in mapped],
        "preview": [_shown(row, summary.whom, labels) for row in preview.rows],
        "first": preview.start + 1 if preview.rows else 0,
        "last": end,
        "total": preview.total,
        "next_start": end if end < preview.total else None,
        "previous_start": max(preview.start - len(preview.rows), 0) if preview.start else None,
        "can_apply": summary.state == "ready"
        and bool(summary.ready or summary.duplicates or summary.updates),
    }
    return pages.page(request, "pages/imports/check.html", context)


def _read_as(found: ImportCheck) -> str:
    if found.sheet:
        return found.encoding
    return f"{found.encoding}, {_SEPARATORS.get(found.delimiter, 'other signs')}"


def _column(column: Column) -> dict[str, Any]:
    note = ""
    if column.field == column.suggested:
        note = column.note or ("" if column.sure else "A guess from the values")
    return {
        "index": column.index,
        "header": column.heading,
        "samples": ", ".join(column.samples),
        "shown": column.shown,
        "field": column.field or "",
        "note": note,
    }


def _shown(row: PreviewRow, whom: str, labels: Mapping[str, str]) -> dict[str, Any]:
    plain = row.kind == "bad" or whom == "members"
    return {
        "line": row.line,
        "kind": row.kind,
        "cells": row.cells if plain else {name: _readable(name, text) for name, text in row.cells.items()},
        "errors": row.reasons,
        "reason": row.reason,
        "changes": [
            (
                labels.get(change.field, change.field),
                _readable(change.field, change.was),
                _readable(change.field, change.becomes),
            )
            for change in row.changes
        ],
    }


def _readable(field: str, text: str) -> str:
    """A stored value as people read it."""
    if not text:
        return ""
    if field == "birth_date":
        return full_day(date.fromisoformat(text))
    if field in {"phone", "emergency_phone", "guardian_phone"}:
        return phone(text)
    return _SEXES.get(text, text) if field == "sex_at_birth" else text


def _job(summary: ImportSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "whom": summary.whom,
        "words": _WORDS[summary.whom],
        "file_name": summary.file_name,
        "rows": summary.rows,
    }


def _client_page(client_id: UUID) -> str:
    """A client's page."""
    return reverse("client", kwargs={"client_id": client_id})


def _member_page(member_id: UUID) -> str:
    """A member's page."""
    return reverse("member", kwargs={"member_id": member_id})


def _duplicates_taken(summary: ImportSummary) -> int:
    return summary.duplicates if summary.with_duplicates else 0


def _largest(rules: UploadRules) -> str:
    return f"{rules.largest_bytes // 1_000_000} MB"


def _word(state: str) -> str:
    """A file whose columns wait to be matched waits like one whose rows do."""
    return "ready" if state == "matching" else state


def _place(summary: ImportSummary) -> str:
    """The page on which one goes on with an import."""
    if summary.state in _WAITING:
        name = "import-check"
    else:
        name = "import-progress" if summary.state in _AT_WORK else "import-result"
    return reverse(name, kwargs={"import_id": summary.id})


routes = [
    path("imports/", imports, name="imports"),
    path("imports/new/", new, name="import-new"),
    path("imports/template/", to_fill_in, name="import-template"),
    path("imports/<uuid:import_id>/check/", check, name="import-check"),
    path("imports/<uuid:import_id>/sheet/", sheet, name="import-sheet"),
    path("imports/<uuid:import_id>/forget/", forget, name="import-forget"),
    path("imports/<uuid:import_id>/apply/", apply, name="import-apply"),
    path("imports/<uuid:import_id>/progress/", progress, name="import-progress"),
    path("imports/<uuid:import_id>/", result, name="import-result"),
    path("imports/<uuid:import_id>/left-out/", problems, name="import-problems"),
    path("imports/<uuid:import_id>/codes/", send_codes, name="import-codes"),
    path("imports/<uuid:import_id>/discard/", cancel, name="import-cancel"),
    path("imports/<uuid:import_id>/undo/", undo, name="import-undo"),
]
