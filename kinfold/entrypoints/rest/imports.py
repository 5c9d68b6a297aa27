"""The API of imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

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
from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.previewing import (
    DownloadLeftOut,
    PreviewRows,
    download_left_out,
    preview_rows,
)
from kinfold.domain.imports.queries import (
    GetTemplate,
    GetUploadRules,
    ListImports,
    OpenCheck,
    OpenImport,
    get_template,
    get_upload_rules,
    list_imports,
    open_check,
    open_import,
)
from kinfold.domain.imports.templates import XLSX_TYPE

from .core import ApiRequest, confirmed, idempotency_key

router = Router(tags=["imports"])

Field = Literal[
    "first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id", "phone", "tag", "role",
    "preferred_name", "pronouns", "gender_identity", "language", "street", "city", "region", "postal_code", "country",
    "emergency_name", "emergency_relationship", "emergency_phone", "guardian_name", "guardian_relationship",
    "guardian_phone", "guardian_email", "identifiers", "initial_password",
]  # fmt: skip
Whom = Literal["clients", "members"]
Mode = Literal["add", "update", "both"]
State = Literal["matching", "reading", "ready", "running", "done", "failed", "undone", "cancelled"]


class ImportOut(Schema):
    """One import of clients, or of members of the team.

    `rows` is about right until the file was checked; `done` says how far the work is.

    State: matching (columns to match), reading, ready (to be started), running, then done, failed, undone, cancelled.
    """

    id: UUID
    whom: Whom
    file_name: str
    state: State
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
    mode: Mode
    with_duplicates: bool
    problem: str
    ended_at: datetime | None
    undo_until: datetime | None


class ImportPageOut(Schema):
    """Newest first; `next` goes into `after` for the next page."""

    items: list[ImportOut]
    total: int
    next: UUID | None


class ColumnOut(Schema):
    """One column of the file and the field it fills, with its first values unless it is left out or private."""

    index: int
    heading: str
    samples: list[str]
    field: Field | None
    sure: bool
    note: str


class RememberedOut(Schema):
    """Who last brought in a file with the same headings, and when: its columns are matched as then."""

    by: str
    at: datetime


class ImportDetailOut(ImportOut):
    """One import with the columns of its file. `sheets` are those of a workbook with anything in them."""

    encoding: str
    delimiter: str
    sheet: str
    sheets: list[str]
    date_order: Literal["", "mdy", "dmy"]
    short_years: Literal["", "1900", "2000", "latest"]
    erase: bool
    fields_changed: dict[str, int]
    remembered: RememberedOut | None
    columns: list[ColumnOut]
    problems: list[str]
    notes: list[str]


class ImportChangeOut(Schema):
    """What one field of a client is, and what it becomes; tags are only added."""

    field: Field
    was: str
    becomes: str


class PreviewRowOut(Schema):
    """One checked row. `reasons` are by field; `reason` is about the row, or says whom it is likely the same as."""

    line: int
    kind: Literal["ready", "bad", "duplicate", "update"]
    cells: dict[str, str]
    reasons: dict[str, str]
    reason: str
    client_id: UUID | None
    changes: list[ImportChangeOut]


class RowsOut(Schema):
    """Some rows of a view, from `start` on."""

    items: list[PreviewRowOut]
    start: int
    total: int


class MappingIn(Schema):
    """For each column of the file, the field it fills, or null to leave it out.

    `short_years` says what a year of two digits means: in the 1900s, in the 2000s, or the latest that is not in the
    future. Without it, such a date is a row to fix. `mode`: add new clients, update those with the same
    external ID, or both; with `erase`, an empty cell empties the field of whoever is updated.
    """

    mapping: list[Field | None]
    date_order: Literal["mdy", "dmy"] | None = None
    short_years: Literal["1900", "2000", "latest"] | None = None
    mode: Mode = "add"
    erase: bool = False


class SheetIn(Schema):
    """The name of a sheet."""

    sheet: str


class StartIn(Schema):
    """What to do with rows to fix (refused unless left out) and likely duplicates (left out unless taken)."""

    leave_out_bad: bool = False
    with_duplicates: bool = False


class UndoneOut(Schema):
    """The people who were kept, since somebody changed them."""

    kept: list[UUID]


class ImportedChosenOut(Schema):
    """The change that waits to be carried out."""

    change_id: UUID


class ListFilter(Schema):
    """Which part of the list."""

    after: UUID | None = None
    limit: int = 50


class TemplateFilter(Schema):
    """For whom, and as what kind of file."""

    whom: Whom = "clients"
    kind: Literal["csv", "xlsx"] = "xlsx"


class RowsFilter(Schema):
    """Which rows: to fix first ("problems"), or of one kind."""

    view: Literal["problems", "ready", "bad", "duplicates", "updates"] = "problems"
    start: int = 0
    limit: int = 50


@router.get("/imports", response=ImportPageOut, summary="Imports, newest first")
def imports(request: ApiRequest, filters: Query[ListFilter]) -> dict[str, Any]:
    """One's own, or everybody's with `clients:see-all`."""
    found = list_imports(request.auth, ListImports(after=filters.after, limit=filters.limit))
    return {"items": found.items, "total": found.total, "next": found.next}


@router.post("/imports", response={201: ImportDetailOut}, summary="Upload a file")
def upload(
    request: ApiRequest,
    file: File[UploadedFile],
    map: Form[list[str]] = [],  # noqa: A002, B006 - the API's own name; never changed
    whom: Form[Whom] = "clients",
    sheet: Form[str] = "",
    mode: Form[Mode] = "add",
) -> Status[dict[str, Any]]:
    """CSV or an Excel workbook (.xlsx), up to 20 MB, of clients, or of team members with `members:invite`.

    Of a workbook, `sheet` is read, or the first with anything in it. `map` may be given several times, as
    `Heading=field`, where the headings do not say enough. The check begins at once when every required field has a
    column. Nothing is saved until the import is started.
    """
    if (file.size or 0) > get_upload_rules(request.auth, GetUploadRules(whom=whom)).largest_bytes:
        raise FileRefused("The file is larger than 20 MB. Split it and import the parts.")
    data = UploadFile(
        file_name=file.name or "", content=file.read(), matches=tuple(map), whom=whom, sheet=sheet, mode=mode
    )
    import_id = upload_file(request.auth, data, once=idempotency_key(request))
    return Status(201, _detail(request, import_id))


@router.get(
    "/imports/template",
    summary="A file to fill in",
    openapi_extra={
        "responses": {
            200: {
                "description": "A file without people",
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
                },
            }
        }
    },
)
def to_fill_in(request: ApiRequest, filters: Query[TemplateFilter]) -> HttpResponse:
    """With the headings that are known here, and a line that explains them and is not read."""
    found = get_template(request.auth, GetTemplate(whom=filters.whom, kind=filters.kind))
    return HttpResponse(
        found.content,
        content_type=found.content_type,
        headers={"Content-Disposition": f'attachment; filename="{found.file_name}"'},
    )


@router.get("/imports/{uuid:import_id}", response=ImportDetailOut, summary="Where an import stands")
def import_detail(request: ApiRequest, import_id: UUID) -> dict[str, Any]:
    """Its state and counts, and how the columns of its file are matched."""
    return _detail(request, import_id)


@router.put("/imports/{uuid:import_id}/mapping", response=ImportDetailOut, summary="Match the columns")
def mapping(request: ApiRequest, import_id: UUID, body: MappingIn) -> dict[str, Any]:
    """The whole file is checked again, unless a required field has no column yet."""
    data = MatchColumns(
        import_id=import_id,
        mapping=tuple(body.mapping),
        date_order=body.date_order,
        short_years=body.short_years,
        mode=body.mode,
        erase=body.erase,
    )
    match_columns(request.auth, data)
    return _detail(request, import_id)


@router.delete(
    "/imports/{uuid:import_id}/mapping", response=ImportDetailOut, summary="Forget how columns were matched"
)
def forget(request: ApiRequest, import_id: UUID) -> dict[str, Any]:
    """The columns are matched by their headings again, in this file and the next ones like it."""
    forget_match(request.auth, ForgetMatch(import_id=import_id))
    return _detail(request, import_id)


@router.put("/imports/{uuid:import_id}/sheet", response=ImportDetailOut, summary="Read another sheet")
def sheet(request: ApiRequest, import_id: UUID, body: SheetIn) -> dict[str, Any]:
    """Of a workbook. Its columns are matched by their headings, and the check begins again."""
    choose_sheet(request.auth, ChooseSheet(import_id=import_id, sheet=body.sheet))
    return _detail(request, import_id)


@router.get("/imports/{uuid:import_id}/rows", response=RowsOut, summary="Checked rows")
def rows(request: ApiRequest, import_id: UUID, filters: Query[RowsFilter]) -> dict[str, Any]:
    """Before the import all of them, afterwards those left out."""
    found = preview_rows(request.auth, PreviewRows(import_id=import_id, **filters.dict()))
    return {"items": found.rows, "start": found.start, "total": found.total}


@router.get(
    "/imports/{uuid:import_id}/left-out",
    summary="The rows left out, as CSV",
    openapi_extra={
        "responses": {
            200: {"description": "A CSV file", "content": {"text/csv": {"schema": {"type": "string"}}}}
        }
    },
)
def left_out(request: ApiRequest, import_id: UUID) -> HttpResponse:
    """Each with its line and reasons, to be corrected and imported again."""
    found = download_left_out(request.auth, DownloadLeftOut(import_id=import_id))
    disposition = content_disposition_header(as_attachment=True, filename=found.file_name) or "attachment"
    return HttpResponse(
        found.content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@router.post("/imports/{uuid:import_id}/start", response={202: ImportOut}, summary="Import the ready rows")
def start(request: ApiRequest, import_id: UUID, body: StartIn) -> Status[Any]:
    """In the background; all of them come in in one moment, or none."""
    confirmed(request)
    data = StartImport(
        import_id=import_id, leave_out_bad=body.leave_out_bad, with_duplicates=body.with_duplicates
    )
    start_import(request.auth, data, once=idempotency_key(request))
    return Status(202, open_import(request.auth, OpenImport(import_id=import_id)))


@router.post(
    "/imports/{uuid:import_id}/registration-codes",
    response={201: ImportedChosenOut},
    summary="Choose the imported for registration codes",
)
def registration_codes(request: ApiRequest, import_id: UUID) -> Status[dict[str, Any]]:
    """The clients that an import made. The change shows who will get a code, and is then carried out as any other."""
    change_id = choose_imported(
        request.auth, ChooseImported(import_id=import_id), once=idempotency_key(request)
    )
    return Status(201, {"change_id": change_id})


@router.post("/imports/{uuid:import_id}/undo", response=UndoneOut, summary="Take an import back")
def undo(request: ApiRequest, import_id: UUID) -> dict[str, Any]:
    """Within 30 days. Who was changed since is kept."""
    confirmed(request)
    kept = undo_import(request.auth, UndoImport(import_id=import_id), once=idempotency_key(request))
    return {"kept": list(kept)}


@router.delete("/imports/{uuid:import_id}", response={204: None}, summary="Discard a file")
def discard(request: ApiRequest, import_id: UUID) -> Status[None]:
    """A file that was not imported, with everything that was read from it."""
    discard_import(request.auth, DiscardImport(import_id=import_id))
    return Status(204, None)


def _detail(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    actor = request.auth  # type: ignore[attr-defined]
    found = open_check(actor, OpenCheck(import_id=import_id))
    summary = {name: getattr(found.summary, name) for name in ImportOut.model_fields}
    return {
        **summary,
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.sheet,
        "sheets": found.sheets,
        "date_order": found.date_order,
        "short_years": found.short_years,
        "erase": found.erase,
        "fields_changed": found.fields_changed,
        "remembered": found.remembered,
        "columns": found.columns,
        "problems": found.problems,
        "notes": found.notes,
    }
