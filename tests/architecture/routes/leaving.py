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
