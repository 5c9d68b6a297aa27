"""Records on their way out: deleting, legal holds, how long they are kept."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.row import get, post

# Whoever deletes sees all clients: archived ones have nobody any more.
PLANNED: dict[str, Any] = {"at": {"client_id": "planned_client"}}
WHY = {"reason": "Court order"}
RULE = {"adult_years": 10, "minor_years": 7, "majority": 18}
READ = {"adult_years": 7, "minor_years": 7, "majority": 18}

LEAVING = (
    get("deletions", P.CLIENTS_DELETE),
    post(
        "deletions-keep", P.CLIENTS_DELETE, status=303,
        body={"client": "{planned_client}"},
    ),
    post("client-hold", P.CLIENTS_DELETE, **PLANNED, status=303, body=WHY),
    get("retention", P.PRACTICE_CHANGE),
    post(
        "retention", P.PRACTICE_CHANGE, status=303,
        body={**RULE, **{f"was_{name}": value for name, value in READ.items()}},
    ),
    get("/deletions", P.CLIENTS_DELETE),
    post("/deletions/{client_id}", P.CLIENTS_DELETE, **PLANNED, method="DELETE", status=204),
    get("/deletions/done", P.CLIENTS_DELETE),
    get("/clients/{client_id}/record", P.CLIENTS_DELETE, **PLANNED),
    post("/clients/{client_id}/hold", P.CLIENTS_DELETE, **PLANNED, body=WHY),
    post(
        "/clients/{client_id}/hold/lift", P.CLIENTS_DELETE,
        at={"client_id": "held_client"}, body=WHY,
    ),
    get("/retention", P.PRACTICE_CHANGE),
    post("/retention", P.PRACTICE_CHANGE, method="PUT", body={**RULE, "instead_of": READ}),
)  # fmt: skip

TWIN: dict[str, Any] = {"at": {"client_id": "twin"}}
PAIR: dict[str, Any] = {"at": {"client_id": "twin", "other_id": "other_twin"}}

MERGING = (
    get("duplicates", P.CLIENTS_MERGE),
    get("client-merge", P.CLIENTS_MERGE, **TWIN),
    post("client-merge", P.CLIENTS_MERGE, **TWIN, body={"q": "ok"}, writes=False),
    get("client-merge-with", P.CLIENTS_MERGE, **PAIR),
    post(
        "client-merge-with", P.CLIENTS_MERGE, **PAIR, status=303, body={"kept_version": "1", "gone_version": "1"}
    ),
    post("merge-undo", P.CLIENTS_MERGE, status=303),
    get("/clients/duplicate-groups", P.CLIENTS_MERGE),
    post(
        "/clients/{client_id}/merge/preview", P.CLIENTS_MERGE, **TWIN, body={"other_id": "{other_twin}"}, writes=False
    ),
    post(
        "/clients/{client_id}/merge", P.CLIENTS_MERGE, **TWIN, status=201,
        body={"other_id": "{other_twin}", "version": 1, "other_version": 1},
    ),
    get("/merges", P.CLIENTS_MERGE),
    post("/merges/{merge_id}/undo", P.CLIENTS_MERGE, status=204),
)  # fmt: skip
