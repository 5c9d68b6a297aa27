"""Clients, bulk changes, sign-up requests."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.row import AS_READ, LINK, get, post

PERSON = {
    "first_name": "Ida",
    "last_name": "Falk",
    "email": "ida@mail.example",
    "birth_date": "1980-01-31",
    "sex_at_birth": "female",
    "tags": "Sleep",
}

ASKED = {"first_name": "Ida", "last_name": "Falk", "email": "ida@mail.example", "sex_at_birth": "female"}
WORDS = {"welcome": "Welcome.", "consent": "I agree."}
ANSWERED = {"request": "{request_id}", "confirm_duplicates": "yes"}

INTAKE = (
    get("join", LINK, at={"slug": "sign_up_slug"}),
    post(
        "join", LINK, at={"slug": "sign_up_slug"}, status=303,
        body={**ASKED, "birth_month": "1", "birth_day": "31", "birth_year": "1980", "agreed": "on"},
    ),
    get("join-sent", LINK, at={"slug": "sign_up_slug"}),
    get("sign-up", P.PRACTICE_CHANGE),
    post("sign-up", P.PRACTICE_CHANGE, status=303, body={**WORDS, "version": "1"}),
    post("requests", P.CLIENTS_ACCEPT, body={"do": "accept", "request": "{request_id}"}, writes=False),
    post("requests-accept", P.CLIENTS_ACCEPT, status=303, body=ANSWERED),
    post("requests-reject", P.CLIENTS_ACCEPT, status=303, body=ANSWERED),
    post("duplicate-settle", P.CLIENTS_ACCEPT, P.CLIENTS_SEE_ALL, status=303),
    get("/sign-up-page", P.PRACTICE_CHANGE),
    post(
        "/sign-up-page", P.PRACTICE_CHANGE, method="PUT", headers=AS_READ,
        body={**WORDS, "is_open": False, "asks_phone": True, "asks_about": False, "asks_therapist": False},
    ),
    get("/sign-up-requests", P.CLIENTS_ACCEPT),
    post(
        "/sign-up-requests/accept", P.CLIENTS_ACCEPT,
        body={"request_ids": ["{request_id}"], "accept_duplicates": True},
    ),
    post("/sign-up-requests/reject", P.CLIENTS_ACCEPT, status=204, body={"request_ids": ["{request_id}"]}),
)  # fmt: skip

SEES = (P.CLIENTS_SEE_ALL, P.CLIENTS_SEE_OWN, P.CLIENTS_SEE_SUPERVISED)
MANAGES = (
    P.MEMBERS_INVITE,
    P.MEMBERS_CHANGE,
    P.MEMBERS_STATUS,
    P.MEMBERS_REMOVE,
    P.ROLES_ASSIGN,
    P.CLIENTS_CREATE,
    P.CLIENTS_CHANGE,
    P.CLIENTS_REGISTER,
    P.CLIENTS_ARCHIVE,
    P.CLIENTS_DELETE,
    P.CLIENTS_MERGE,
    P.CLIENTS_ASSIGN,
    P.CLIENTS_IMPORT,
)
# Whoever asks is nobody's therapist and supervises nobody, so they see clients by their role or not at all.
IN_SIGHT: dict[str, Any] = {"hides": (P.CLIENTS_SEE_ALL,)}

CLIENTS = (
    get("manage-clients", SEES, MANAGES),
    post("manage-clients-search", SEES, MANAGES, body={"q": "ok"}, writes=False),
    get("my-clients", SEES),
    post("my-clients-search", SEES, body={"q": "ok"}, writes=False),
    get("manage-clients-filter", SEES, MANAGES),
    post("manage-clients-filter", SEES, MANAGES, body={"q": "ok", "tag": "x"}, writes=False),
    get("my-clients-filter", SEES),
    post("my-clients-filter", SEES, body={"q": "ok"}, writes=False),
    post("clients-columns", SEES, status=303, body={"order": ["name", "email", "tags"], "shown": ["email"]}),
    get("clients-views", SEES),
    get("clients-print", SEES),
    post("clients-print", SEES, body={"q": "ok"}, writes=False),
    post("clients-view-save", SEES, status=303, body={"name": "Waiting", "therapist": "none"}),
    post("clients-view", SEES, status=303, at={"view_id": "shared_view"}, body={"do": "open"}),
    get("clients-add", P.CLIENTS_CREATE),
    post("clients-add", P.CLIENTS_CREATE, status=303, body={**PERSON, "p1-same": "different"}),
    get("client", P.CLIENTS_SEE_ALL, **IN_SIGHT),
    get("tags", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL),
    post("tags-search", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, body={"q": "r"}, writes=False),
    post("tag-rename", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, status=303, body={"name": "Seldom"}),
    post("tag-delete", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, status=303),
    post("tags-find", P.CLIENTS_PROFILE, body={"q": "Sl"}, writes=False, headers={"HX-Request": "true"}),
    get("client-row", P.CLIENTS_SEE_ALL, **IN_SIGHT, headers={"HX-Request": "true"}),
    get("client-edit", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post(
        "client-edit", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303,
        body={**PERSON, "version": "1", "pronouns": "she/her", "identifiers": "MyChart: 1042"},
    ),
    post(
        "client-assign", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303,
        body={"therapist": "{supervisor}", "kind": "primary", "reason": "Back from leave"},
    ),
    post(
        "client-end-assignment", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303, also=(P.CLIENTS_PROFILE,)
    ),
)  # fmt: skip

# Everybody's exports are their own.
EXPORTED: dict[str, Any] = {"at": {"export_id": "own_export"}}

EXPORTS = (
    get("export-new", P.CLIENTS_EXPORT, SEES),
    post("export-new", P.CLIENTS_EXPORT, SEES, body={"q": "ok"}, writes=False),
    post(
        "export-start", P.CLIENTS_EXPORT, SEES, also=(P.CLIENTS_SEE_ALL,), status=303,
        body={"format": "csv", "what": "shown", "sort": "-name"},
    ),
    get("export", P.CLIENTS_EXPORT, **EXPORTED),
    get("export-download", P.CLIENTS_EXPORT, **EXPORTED),
    get("/exports", P.CLIENTS_EXPORT),
    post(
        "/exports", P.CLIENTS_EXPORT, SEES, also=(P.CLIENTS_SEE_ALL,), status=201,
        body={"format": "xlsx", "matching": {"sort": "name"}, "columns": ["last_name", "therapist"]},
    ),
    get("/exports/{export_id}", P.CLIENTS_EXPORT, **EXPORTED),
    get("/exports/{export_id}/file", P.CLIENTS_EXPORT, **EXPORTED),
)  # fmt: skip

OF_THERAPIST: dict[str, Any] = {"at": {"member_id": "therapist"}}

ROSTERS = (
    get("member-roster", P.MEMBERS_READ, SEES),
    post("member-roster-add", P.CLIENTS_ASSIGN, status=303, body={"email": "uma.petrova@mail.example"}),
    post(
        "member-roster-archive", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT, **OF_THERAPIST, status=303
    ),
    post("/members/{member_id}/roster", P.CLIENTS_ASSIGN, body={"email": "uma.petrova@mail.example"}),
    post(
        "/members/{member_id}/roster/{client_id}/archive", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT,
        **OF_THERAPIST, status=204,
    ),
)  # fmt: skip

# Bulk changes are of kinds that one may do, and one's own unless one sees all clients. These are Olu's.
TAGGED: dict[str, Any] = {
    "at": {"change_id": "done_change"}, "also": (P.CLIENTS_SEE_ALL,), "hides": (P.CLIENTS_CHANGE,)
}  # fmt: skip
WAITING: dict[str, Any] = {
    "at": {"change_id": "prepared_change"}, "also": (P.CLIENTS_SEE_ALL,), "hides": (P.CLIENTS_ARCHIVE,)
}  # fmt: skip
ACTS = (P.CLIENTS_ARCHIVE, P.CLIENTS_CHANGE, P.CLIENTS_ASSIGN, P.CLIENTS_DELETE, P.CLIENTS_REGISTER)


CHANGES = (
    post(
        "clients-act", P.CLIENTS_ARCHIVE, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303,
        body={"act": "archive", "client": ["{client_id}"]},
    ),
    get("changes", SEES, ACTS),
    get("change", SEES, P.CLIENTS_CHANGE, **TAGGED),
    post("change", SEES, P.CLIENTS_ARCHIVE, **WAITING, writes=False),
    post("change-apply", SEES, P.CLIENTS_ARCHIVE, **WAITING, status=303),
    post("change-undo", SEES, P.CLIENTS_CHANGE, **TAGGED, status=303),
    get("/changes", SEES, ACTS),
    post(
        "/changes", P.CLIENTS_ARCHIVE, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=201,
        body={"act": "archive", "client_ids": ["{client_id}"]},
    ),
    get("/changes/{change_id}", SEES, P.CLIENTS_CHANGE, **TAGGED),
    post("/changes/{change_id}/preview", SEES, P.CLIENTS_ARCHIVE, **WAITING, writes=False),
    post("/changes/{change_id}/apply", SEES, P.CLIENTS_ARCHIVE, **WAITING),
    post("/changes/{change_id}/undo", SEES, P.CLIENTS_CHANGE, **TAGGED),
)  # fmt: skip

CLIENTS_API = (
    get("/clients", SEES),
    post("/clients/search", SEES, body={"q": "ok"}, writes=False),
    post(
        "/clients", P.CLIENTS_CREATE, status=201,
        body={"people": [{**PERSON, "tags": ["Sleep"]}], "accept_duplicates": True},
    ),
    get("/clients/duplicates", P.CLIENTS_ACCEPT, P.CLIENTS_SEE_ALL),
    post("/clients/duplicates/{notice_id}/settle", P.CLIENTS_ACCEPT, P.CLIENTS_SEE_ALL, status=204),
    get("/clients/layout", SEES),
    post("/clients/layout", SEES, method="PUT", body={"order": ["name", "email"], "shown": ["email"]}),
    get("/clients/views", SEES),
    post("/clients/views", SEES, status=201, body={"name": "Waiting", "matching": {"therapist": "none"}}),
    get("/clients/views/{view_id}", SEES, at={"view_id": "shared_view"}),
    post(
        "/clients/views/{view_id}", SEES, P.CLIENTS_CHANGE, method="PATCH", also=(P.CLIENTS_SEE_ALL,),
        hides=(P.CLIENTS_CHANGE,), at={"view_id": "shared_view"}, body={"name": "Still waiting"},
    ),
    post(
        "/clients/views/{view_id}", SEES, P.CLIENTS_CHANGE, method="DELETE", also=(P.CLIENTS_SEE_ALL,), status=204,
        hides=(P.CLIENTS_CHANGE,), at={"view_id": "shared_view"},
    ),
    post("/clients/layout/default-view", SEES, method="PUT", status=204, body={"view_id": None}),
    get("/clients/visible-at", SEES, query="?at=2026-01-01T00:00:00Z"),
    get("/clients/{client_id}", P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post(
        "/clients/{client_id}", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **IN_SIGHT, method="PATCH",
        headers={"If-Match": '"1"'}, body={"first_name": "Benno", "tags": ["Sleep"]},
    ),
    get("/clients/{client_id}/assignments", P.CLIENTS_PROFILE, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post(
        "/clients/{client_id}/assignments", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=201,
        body={"member_id": "{supervisor}", "kind": "primary", "reason": "Back from leave"},
    ),
    post(
        "/clients/{client_id}/assignments/{assignment_id}/end", P.CLIENTS_ASSIGN, P.CLIENTS_PROFILE, P.CLIENTS_SEE_ALL,
        **IN_SIGHT, status=204,
    ),
    get("/clients/{client_id}/access", P.ACCESS_EXPLAIN, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    get("/members/{member_id}/access", P.ACCESS_EXPLAIN),
    get("/tags", P.CLIENTS_PROFILE),
    post("/tags/search", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, body={"q": "r"}, writes=False),
    post(
        "/tags/{tag_id}", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, method="PATCH", status=204,
        body={"name": "Seldom"},
    ),
    post("/tags/{tag_id}", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, method="DELETE", status=204),
)  # fmt: skip
