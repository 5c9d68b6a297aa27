"""Sessions and notes, and at what level of risk clients are."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.clients import IN_SIGHT
from tests.architecture.routes.row import get, post

# Whoever asks holds no session of this client's: they see it because the whole record is open to them.
CHART_IN_SIGHT: dict[str, Any] = {"hides": (P.CLIENTS_SEE_ALL, P.CLIENTS_CHART)}
BILLED_IN_SIGHT: dict[str, Any] = {"hides": (P.CLIENTS_SEE_ALL, P.BILLING_ALL)}
OWN_SESSION: dict[str, Any] = {"at": {"session_id": "own_session"}}

CARE = (
    get("billing", P.BILLING_OWN),
    get("care", P.SESSIONS_SEE),
    get("care-new", P.SESSIONS_BOOK),
    post(
        "care-new", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, also=(P.CLIENTS_SEE_ALL,), status=303,
        body={
            "client": "{client_id}", "member": "{member_id}", "starts_at": "{soon}", "minutes": "50",
            "status": "scheduled",
        },
    ),
    get("member-sessions", P.SESSIONS_SEE, P.MEMBERS_READ),
    get("care-session", P.SESSIONS_SEE, P.CLIENTS_SEE_ALL, P.CLIENTS_CHART, **CHART_IN_SIGHT),
    post(
        "care-session", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, P.CLIENTS_SEE_ALL, P.CLIENTS_CHART, **CHART_IN_SIGHT,
        status=303, body={"version": "1", "starts_at": "{soon}", "minutes": "30", "service_code": "90832"},
    ),
    post(
        "care-status", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, P.CLIENTS_SEE_ALL, P.CLIENTS_CHART, **CHART_IN_SIGHT,
        status=303, body={"status": "cancelled"},
    ),
    post("care-note", P.NOTES_SIGN, status=303, body={"do": "sign"}, **OWN_SESSION),
    post("care-cosign", P.NOTES_COSIGN, status=303, at={"session_id": "supervised_session"}),
    post(
        "client-risk", P.CLIENTS_SET_RISK, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303,
        body={"level": "high", "reason": "Said so twice this week"},
    ),
)  # fmt: skip

CARE_API = (
    get("/sessions", P.SESSIONS_SEE),
    post(
        "/sessions", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, also=(P.CLIENTS_SEE_ALL,), status=201,
        body={"client_id": "{client_id}", "member_id": "{member_id}", "starts_at": "{soon}:00Z", "minutes": 50},
    ),
    get("/sessions/{session_id}", P.SESSIONS_SEE, P.CLIENTS_SEE_ALL, P.CLIENTS_CHART, **CHART_IN_SIGHT),
    post(
        "/sessions/{session_id}", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, P.CLIENTS_SEE_ALL, P.CLIENTS_CHART,
        **CHART_IN_SIGHT, method="PATCH", headers={"If-Match": '"1"'}, body={"minutes": 30},
    ),
    post(
        "/sessions/{session_id}/status", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, P.CLIENTS_SEE_ALL, P.CLIENTS_CHART,
        **CHART_IN_SIGHT, status=204, body={"status": "cancelled"},
    ),
    post("/sessions/{session_id}/note", P.NOTES_SIGN, status=204, body={"state": "signed"}, **OWN_SESSION),
    post("/sessions/{session_id}/cosign", P.NOTES_COSIGN, status=204, at={"session_id": "supervised_session"}),
    get("/sessions/{session_id}/billing", P.BILLING_OWN, P.BILLING_ALL, P.CLIENTS_SEE_ALL, **BILLED_IN_SIGHT),
    get("/billing-lines", P.BILLING_OWN),
    get("/modifier-contradictions", P.MEMBERS_READ),
    get("/members/{member_id}/figures", P.MEMBERS_READ),
    get("/clients/{client_id}/risk", P.CLIENTS_RISK, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post(
        "/clients/{client_id}/risk", P.CLIENTS_SET_RISK, P.CLIENTS_SEE_ALL, **IN_SIGHT, method="PUT",
        body={"level": "high", "reason": "Said so twice this week"},
    ),
)  # fmt: skip
