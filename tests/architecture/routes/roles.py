"""Roles, exceptions for one person, and the settings of the practice."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.row import AS_READ, MEMBER, get, post

HARMLESS: dict[str, Any] = {"at": {"role_id": "harmless_role", "member_id": "harmless_member"}}
SAID = {"name": "Night shift", "starting_point": "nothing"}

ROLES_API = (
    get("/permissions", MEMBER),
    get("/roles", P.MEMBERS_NAMES),
    post("/roles", P.ROLES_DEFINE, status=201, body=SAID),
    get("/roles/{role_id}", P.ROLES_DEFINE, **HARMLESS),
    post("/roles/{role_id}", P.ROLES_DEFINE, **HARMLESS, method="PUT", headers=AS_READ, body=SAID),
    post("/roles/{role_id}/preview", P.ROLES_DEFINE, **HARMLESS, body=SAID, writes=False),
    post("/roles/{role_id}/copy", P.ROLES_DEFINE, **HARMLESS, status=201, body={"name": "Day shift"}),
    post(
        "/roles/{role_id}/delete", P.ROLES_DEFINE, **HARMLESS, status=204, headers=AS_READ,
        body={"replacement_id": "{other_harmless_role}"},
    ),
    post(
        "/roles/{role_id}/delete/preview", P.ROLES_DEFINE, **HARMLESS, writes=False,
        body={"replacement_id": "{other_harmless_role}"},
    ),
    get("/members/{member_id}/overrides", P.ROLES_ASSIGN, **HARMLESS),
    post(
        "/members/{member_id}/overrides", P.ROLES_ASSIGN, **HARMLESS, method="PUT", headers=AS_READ,
        body={"overrides": {"audit:own": False}},
    ),
    post(
        "/members/{member_id}/overrides/preview", P.ROLES_ASSIGN, **HARMLESS, writes=False,
        body={"overrides": {"audit:own": False}},
    ),
)  # fmt: skip

FORM = {**SAID, "version": "1", "modifier": "HO"}

ROLES = (
    get("roles", P.ROLES_DEFINE),
    get("role-new", P.ROLES_DEFINE),
    post("role-new", P.ROLES_DEFINE, status=303, body={**SAID, "do": "save"}),
    get("role", P.ROLES_DEFINE, **HARMLESS),
    post("role", P.ROLES_DEFINE, **HARMLESS, status=303, body={**FORM, "do": "confirm"}),
    get("role-copy", P.ROLES_DEFINE, **HARMLESS),
    post("role-copy", P.ROLES_DEFINE, **HARMLESS, status=303, body={"name": "Day shift"}),
    get("role-delete", P.ROLES_DEFINE, **HARMLESS),
    post(
        "role-delete", P.ROLES_DEFINE, **HARMLESS, status=303,
        body={"version": "1", "replacement": "{other_harmless_role}", "do": "confirm"},
    ),
    get("member-permissions", P.ROLES_ASSIGN, **HARMLESS),
    post(
        "member-permissions", P.ROLES_ASSIGN, **HARMLESS, status=303,
        body={"version": "1", "o-audit:own": "off", "do": "confirm"},
    ),
)  # fmt: skip

SETTINGS = (
    get("settings", P.PRACTICE_CHANGE),
    post(
        "settings", P.PRACTICE_CHANGE, status=303,
        body={
            "version": "1", "name": "Alder Brook", "support_email": "",
            "time_zone": "America/New_York", "country": "US", "switch": ["clients_need_email"],
        },
    ),
    post("mail-again", P.PRACTICE_CHANGE, status=303, at={"mail_id": "lost_mail"}),
    get("tokens", P.TOKENS_OWN),
    post("tokens", P.TOKENS_OWN, body={"name": "Report", "scopes": ["tokens:own"], "days": "90"}),
    post("token-revoke", P.TOKENS_OWN, status=303),
)  # fmt: skip
