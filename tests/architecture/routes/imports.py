"""Imports."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.row import get, post


def people() -> SimpleUploadedFile:
    """A file of one client."""
    return SimpleUploadedFile("people.csv", PEOPLE.encode(), "text/csv")


PEOPLE = "First name,Last name,Email,Birth date,Sex at birth\nIda,Falk,ida@mail.example,1980-01-31,female\n"
COLUMNS = {
    f"column-{i}": field
    for i, field in enumerate(("first_name", "last_name", "email", "birth_date", "sex_at_birth"))
}
# Imports are one's own unless one sees all clients, and these are Olu's.
ALL_IMPORTS: dict[str, Any] = {"also": (P.CLIENTS_SEE_ALL,)}

IMPORTS = (
    get("imports", P.CLIENTS_IMPORT),
    get("import-new", P.CLIENTS_IMPORT),
    get("import-template", P.CLIENTS_IMPORT),
    post("import-new", P.CLIENTS_IMPORT, status=303, body={"file": people}),
    get("import-check", P.CLIENTS_IMPORT, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    post("import-check", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS, body=COLUMNS),
    post("import-forget", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    post(
        "import-sheet", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS,
        body={"sheet": "More people"},
    ),
    post("import-apply", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    get("import-progress", P.CLIENTS_IMPORT, at={"import_id": "reading_import"}, **ALL_IMPORTS),
    get("import-result", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
    get("import-problems", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
    post(
        "import-codes", P.CLIENTS_IMPORT, status=303, at={"import_id": "done_import"},
        also=(P.CLIENTS_SEE_ALL, P.CLIENTS_REGISTER),
    ),
    post("import-cancel", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    post("import-undo", P.CLIENTS_IMPORT, status=303, at={"import_id": "done_import"}, **ALL_IMPORTS),
    get("/imports", P.CLIENTS_IMPORT),
    get("/imports/template", P.CLIENTS_IMPORT),
    post("/imports", P.CLIENTS_IMPORT, status=201, body={"file": people}),
    get("/imports/{import_id}", P.CLIENTS_IMPORT, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    post(
        "/imports/{import_id}", P.CLIENTS_IMPORT, method="DELETE", status=204, at={"import_id": "checked_import"},
        **ALL_IMPORTS,
    ),
    post(
        "/imports/{import_id}/mapping", P.CLIENTS_IMPORT, method="PUT", at={"import_id": "checked_import"},
        **ALL_IMPORTS, body={"mapping": ["first_name", "last_name", "email", "birth_date", "sex_at_birth"]},
    ),
    post(
        "/imports/{import_id}/mapping", P.CLIENTS_IMPORT, method="DELETE", at={"import_id": "checked_import"},
        **ALL_IMPORTS,
    ),
    post(
        "/imports/{import_id}/sheet", P.CLIENTS_IMPORT, method="PUT", at={"import_id": "checked_import"},
        **ALL_IMPORTS, body={"sheet": "More people"},
    ),
    get("/imports/{import_id}/rows", P.CLIENTS_IMPORT, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    get("/imports/{import_id}/left-out", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
    post(
        "/imports/{import_id}/start", P.CLIENTS_IMPORT, status=202, at={"import_id": "checked_import"}, **ALL_IMPORTS,
        body={"leave_out_bad": True},
    ),
    post(
        "/imports/{import_id}/registration-codes", P.CLIENTS_IMPORT, status=201, at={"import_id": "done_import"},
        also=(P.CLIENTS_SEE_ALL, P.CLIENTS_REGISTER),
    ),
    post("/imports/{import_id}/undo", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
)  # fmt: skip
