"""The pages of imports: choosing a file, matching and checking it, watching it come in, and taking it back."""

from __future__ import annotations

from typing import Final, cast, get_args
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
    download_left_out,
)
from kinfold.domain.imports.queries import (
    GetTemplate,
    GetUploadRules,
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
from .import_check import WORDS, job, show_check

_AT_WORK: Final = {"reading", "running"}
_WAITING: Final = {"matching", "ready"}
_MODES: Final = ("add", "update", "both")
_SHORT_YEARS: Final = get_args(ShortYears)


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
            "several": WORDS[item.whom]["several"],
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
    return show_check(request, actor, found)


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
        "job": {**job(found), "state": found.state},
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
            **job(found),
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
        "words": WORDS[whom],
        "problem": problem,
        "email_optional": rules.emails_optional,
        "largest": _largest(rules),
    }
    return pages.page(request, "pages/imports/new.html", context, status=422 if problem else 200)


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
