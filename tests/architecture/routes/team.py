"""The team: members, invitations, licences, several at once."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.row import LINK, MEMBER, PUBLIC, SIGNED_IN, get, post

# Somebody without rights of their own, on whom everybody may act who may act at all.
ON_VERA: dict[str, Any] = {"at": {"member_id": "harmless_member"}}
ON_VERA_API: dict[str, Any] = {**ON_VERA, "headers": {"If-Match": '"1"'}}

TEAM = (
    get("team", P.MEMBERS_READ, also=(P.MEMBERS_INVITE,)),
    post("team-search", P.MEMBERS_READ, also=(P.MEMBERS_INVITE,), body={"q": "lin"}, writes=False),
    get("team-invite", P.MEMBERS_INVITE),
    post(
        "team-invite", P.MEMBERS_INVITE, status=303,
        body={"full_name": "Imani Brooks", "email": "imani@example.org", "roles": ["{harmless_role}"]},
    ),
    get("team-add", P.MEMBERS_INVITE),
    post(
        "team-add", P.MEMBERS_INVITE, status=303,
        body={
            "first_name": "Imani", "last_name": "Brooks", "email": "imani@example.org", "p1-roles": "{harmless_role}",
        },
    ),
    get("team-invite-email", P.MEMBERS_INVITE),
    post(
        "team-invite-email", P.MEMBERS_INVITE, status=303,
        body={"email": "imani@example.org", "full_name": "Imani Brooks", "roles": ["{harmless_role}"], "message": "Hi"},
    ),
    get("admin-add", P.MEMBERS_INVITE),
    post(
        "admin-add", P.MEMBERS_INVITE, status=303,
        body={
            "first_name": "Wim", "last_name": "Aalto", "email": "{confirmed_email}", "roles": ["{harmless_role}"],
        },
    ),
    post("admin-decide", P.PRACTICE_OWN, status=303, at={"request_id": "admin_request"}, body={"do": "approve"}),
    post("registration-codes", P.MEMBERS_INVITE, status=303, body={"do": "send", "member": ["{harmless_member}"]}),
    post("invitations", P.MEMBERS_INVITE, status=303, body={"do": "resend", "invitation": ["{invitation_id}"]}),
    get("member", P.MEMBERS_READ),
    get("member-acts", P.MEMBERS_READ),
    get("member-name", P.MEMBERS_CHANGE),
    post(
        "member-name", P.MEMBERS_CHANGE, status=303,
        body={"version": "1", "first_name": "Linn", "last_name": "Zhao"},
    ),
    get("member-edit", P.MEMBERS_CHANGE),
    post(
        "member-edit", P.MEMBERS_CHANGE, headers={"HX-Request": "true"},
        body={"version": "1", "first_name": "Linn", "last_name": "Zhao"},
    ),
    get("member-row", P.MEMBERS_READ, headers={"HX-Request": "true"}),
    post("team-columns", P.MEMBERS_READ, status=303, body={"order": ["name", "email"], "shown": ["email"]}),
    get("member-roles", P.ROLES_ASSIGN, headers={"HX-Request": "true"}),
    post(
        "member-roles", P.ROLES_ASSIGN, status=303, at={"member_id": "harmless_member"},
        body={"version": "1", "roles": ["{harmless_role}", "{other_harmless_role}"]},
    ),
    get("supervision", (P.SUPERVISION_MANAGE, P.CLIENTS_SEE_SUPERVISED), also=(P.MEMBERS_NAMES,)),
    post(
        "supervision-search", (P.SUPERVISION_MANAGE, P.CLIENTS_SEE_SUPERVISED), also=(P.MEMBERS_NAMES,),
        body={"q": "lin"}, writes=False,
    ),
    post("supervision-primary", P.SUPERVISION_MANAGE, status=303, writes=False),
    get("supervision-start", P.SUPERVISION_MANAGE),
    post(
        "supervision-start", P.SUPERVISION_MANAGE, status=303,
        body={"member": "{member_id}", "supervisor": "{supervisor}"},
    ),
    get("supervision-end", P.SUPERVISION_MANAGE),
    post("supervision-end", P.SUPERVISION_MANAGE, status=303),
    get("own-profile", MEMBER),
    get("member-cover", P.CLIENTS_ASSIGN, P.MEMBERS_READ),
    post(
        "member-cover", P.CLIENTS_ASSIGN, also=(P.CLIENTS_SEE_ALL, P.MEMBERS_READ), status=303,
        body={
            "covered_by": "{supervisor}", "until": "2030-01-31", "level": "chart", "which": "chosen",
            "client": ["{client_id}"], "reason": "Leave",
        },
    ),
    post(
        "covers-end", P.CLIENTS_ASSIGN, also=(P.CLIENTS_SEE_ALL,), status=303,
        body={"cover": ["{cover_id}"]},
    ),
    *(
        row
        for act, needed, body in (
            ("hold", P.MEMBERS_STATUS, {"until": "2030-01-31", "reason": "Leave"}),
            ("deactivate", P.MEMBERS_STATUS, {"reason": "Leave"}),
            ("archive", P.MEMBERS_STATUS, {"clients": "wait", "reason": "Moved away"}),
            ("remove-admin", P.MEMBERS_REMOVE, {}),
            ("remove", P.MEMBERS_REMOVE, {"reason": "Moved away"}),
        )
        for row in (
            get(f"member-{act}", needed, **ON_VERA),
            post(f"member-{act}", needed, status=303, **ON_VERA, body={"version": "1", **body}),
        )
    ),
    get("member-activate", P.MEMBERS_STATUS, at={"member_id": "paused_member"}),
    post("member-activate", P.MEMBERS_STATUS, status=303, at={"member_id": "paused_member"}, body={"version": "1"}),
)  # fmt: skip

TEAM_API = (
    get("/members", P.MEMBERS_READ),
    post(
        "/members", P.MEMBERS_INVITE, status=201,
        body={
            "people": [
                {
                    "first_name": "Imani", "last_name": "Brooks", "email": "imani@example.org",
                    "role_ids": ["{harmless_role}"],
                }
            ]
        },
    ),
    post(
        "/invitations/several", P.MEMBERS_INVITE, status=201,
        body={"people": [{"email": "imani@example.org"}], "role_ids": ["{harmless_role}"], "message": "Hi"},
    ),
    post(
        "/invitations/preview", P.MEMBERS_INVITE, writes=False,
        body={"full_name": "Imani Brooks", "role_ids": ["{harmless_role}"], "message": "Hi"},
    ),
    get("/admin-requests", P.MEMBERS_READ),
    post(
        "/admin-requests", P.MEMBERS_INVITE, status=201,
        body={
            "first_name": "Wim", "last_name": "Aalto", "email": "{confirmed_email}", "role_ids": ["{harmless_role}"],
        },
    ),
    post("/admin-requests/{request_id}/approve", P.PRACTICE_OWN, status=204, at={"request_id": "admin_request"}),
    post("/admin-requests/{request_id}/decline", P.PRACTICE_OWN, status=204, at={"request_id": "admin_request"}),
    post("/registration-codes/send", P.MEMBERS_INVITE, status=204, body={"member_ids": ["{harmless_member}"]}),
    # The code itself belongs to no practice's tables; only the entry says that somebody looked.
    post("/registration-codes/view", P.MEMBERS_INVITE, body={"member_ids": ["{harmless_member}"]}, writes=False),
    post(
        "/registrations", PUBLIC, status=201,
        body={
            "code": "{registration_code}", "last_name": "Stone", "email": "{harmless_email}",
            "password": "{new_password}",
        },
    ),
    post("/members/search", P.MEMBERS_READ, body={"search": "lin"}, writes=False),
    get("/member-names", P.MEMBERS_NAMES),
    get("/members/{member_id}", P.MEMBERS_READ),
    post(
        "/members/{member_id}", P.MEMBERS_CHANGE, method="PATCH", headers={"If-Match": '"1"'},
        body={"first_name": "Linn", "last_name": "Zhao"},
    ),
    post(
        "/members/{member_id}/roles", P.ROLES_ASSIGN, method="PUT", headers={"If-Match": '"1"'},
        at={"member_id": "harmless_member"}, body={"role_ids": ["{harmless_role}", "{other_harmless_role}"]},
    ),
    get("/me", MEMBER),
    post(
        "/members/{member_id}/status", P.MEMBERS_STATUS, method="PUT", **ON_VERA_API,
        body={"status": "on_hold", "reason": "Leave"},
    ),
    get("/cover-gaps", P.CLIENTS_ASSIGN),
    get("/members/{member_id}/covers", P.CLIENTS_ASSIGN),
    post(
        "/members/{member_id}/covers", P.CLIENTS_ASSIGN, also=(P.CLIENTS_SEE_ALL,), status=201,
        body={
            "covered_by": "{supervisor}", "until": "2030-01-31T00:00:00Z", "client_ids": ["{client_id}"],
        },
    ),
    post(
        "/covers/end", P.CLIENTS_ASSIGN, also=(P.CLIENTS_SEE_ALL,), status=204,
        body={"cover_ids": ["{cover_id}"]},
    ),
    get("/members/{member_id}/leaving", (P.MEMBERS_STATUS, P.MEMBERS_REMOVE)),
    post("/members/{member_id}/archive", P.MEMBERS_STATUS, status=204, **ON_VERA_API),
    post("/members/{member_id}/remove-admin-access", P.MEMBERS_REMOVE, status=204, **ON_VERA_API),
    post("/members/{member_id}/remove", P.MEMBERS_REMOVE, status=204, **ON_VERA_API),
    post("/members/{member_id}/supervision", P.SUPERVISION_MANAGE, status=201, body={"supervisor_id": "{supervisor}"}),
    get("/supervision", (P.SUPERVISION_MANAGE, P.CLIENTS_SEE_SUPERVISED), also=(P.MEMBERS_NAMES,)),
    # The sample is the primary one already, so nothing changes.
    post("/supervision/{supervision_id}/primary", P.SUPERVISION_MANAGE, status=204, writes=False),
    post("/supervision/{supervision_id}/end", P.SUPERVISION_MANAGE, status=204),
    get("/invitations", P.MEMBERS_READ),
    post(
        "/invitations", P.MEMBERS_INVITE, status=201,
        body={"full_name": "Imani Brooks", "email": "imani@example.org", "role_ids": ["{harmless_role}"]},
    ),
    post("/invitations/resend", P.MEMBERS_INVITE, status=204, body={"invitation_ids": ["{invitation_id}"]}),
    post("/invitations/delete", P.MEMBERS_INVITE, status=204, body={"invitation_ids": ["{invitation_id}"]}),
    post("/invitation-links/open", PUBLIC, body={"token": "{invitation_link}"}),
    post(
        "/invitation-links/accept", PUBLIC, status=201,
        body={
            "token": "{invitation_link}", "first_name": "Pia", "last_name": "Lund", "password": "{new_password}"
        },
    ),
    post("/invitation-links/decline", PUBLIC, status=204, body={"token": "{invitation_link}"}),
    get("/tokens", P.TOKENS_OWN),
    post(
        "/tokens", P.TOKENS_OWN, status=201, by_token=False,
        body={"name": "Report", "scopes": ["tokens:own"], "days": 90},
    ),
    post("/tokens/{token_id}", P.TOKENS_OWN, method="DELETE", status=204),
    get("/practice", P.PRACTICE_CHANGE),
    post(
        "/practice", P.PRACTICE_CHANGE, method="PUT", headers={"If-Match": '"1"'},
        body={
            "name": "Alder Brook", "time_zone": "America/New_York", "country": "US", "clients_need_email": True,
            "supervision": False, "direct_charts": False, "initial_passwords": False,
        },
    ),
)  # fmt: skip

INVITATIONS = (
    get("invitation", LINK, at={"token": "invitation_link"}),
    post("invitation", LINK, at={"token": "invitation_link"}, body={"do": "decline"}),
    get("register", PUBLIC),
    post(
        "register", PUBLIC, status=303,
        body={"code": "{registration_code}", "last_name": "Stone", "email": "{harmless_email}"},
    ),
    get("register-link", LINK, status=303, at={"code": "registration_code"}),
    get("register-finish", PUBLIC, status=303),
    post("register-finish", PUBLIC, status=303),
    get("own-invitation", SIGNED_IN, at={"invitation_id": "own_invitation_id"}),
    post("own-invitation", SIGNED_IN, status=303, at={"invitation_id": "own_invitation_id"},
         body={"do": "accept", "first_name": "Nora", "last_name": "Weiss"}),
)  # fmt: skip

LICENCE = {"title": "LMFT", "region": "OR", "number": "T-77", "issued_on": "2020-05-01", "expires_on": ""}
EXCEPTION = {"reason": "The renewal is with the board.", "last_day": "{tomorrow}"}

CREDENTIALS = (
    get("own-credentials", MEMBER),
    get("member-credentials", P.MEMBERS_READ),
    get("credential-add", P.LICENCES_MANAGE),
    post("credential-add", P.LICENCES_MANAGE, status=303, body=LICENCE),
    get("credential-replace", P.LICENCES_MANAGE),
    post("credential-replace", P.LICENCES_MANAGE, status=303, body=LICENCE),
    post("credential-remove", P.LICENCES_MANAGE, status=303),
    post("member-npi", P.LICENCES_MANAGE, status=303, body={"npi": "1234567893"}),
    post("member-degree", P.LICENCES_MANAGE, status=303, body={"degree": "masters"}),
    post("licence-exception", P.LICENCES_OVERRIDE, status=303, body=EXCEPTION),
    post("licence-exception-end", P.LICENCES_OVERRIDE, status=303),
    get("/credentials/own", MEMBER),
    get("/credentials/attention", P.MEMBERS_READ),
    get("/members/{member_id}/credentials", P.MEMBERS_READ),
    post(
        "/members/{member_id}/credentials", P.LICENCES_MANAGE, status=201, body={**LICENCE, "category": "licence"}
    ),
    post("/credentials/{credential_id}/replace", P.LICENCES_MANAGE, status=201, body=LICENCE),
    post("/credentials/{credential_id}", P.LICENCES_MANAGE, method="DELETE", status=204),
    post("/members/{member_id}/npi", P.LICENCES_MANAGE, method="PUT", body={"npi": "1234567893"}),
    post("/members/{member_id}/degree", P.LICENCES_MANAGE, method="PUT", body={"degree": "masters"}),
    post("/members/{member_id}/licence-exceptions", P.LICENCES_OVERRIDE, status=201, body=EXCEPTION),
    post("/licence-exceptions/{exception_id}/end", P.LICENCES_OVERRIDE, status=204),
)  # fmt: skip

GIVEN = {"act": "give_role", "role": "{other_harmless_role}", "member": "{harmless_member}"}

SEVERAL = (
    get("member-access", P.MEMBERS_READ, P.ACCESS_EXPLAIN),
    get("member-history", P.MEMBERS_READ),
    get("/members/{member_id}/history", P.MEMBERS_READ),
    post("members-several", P.MEMBERS_READ, P.ROLES_ASSIGN, body=GIVEN, writes=False),
    post(
        "/members/several", P.MEMBERS_READ, P.ROLES_ASSIGN, status=204,
        body={"act": "give_role", "role_id": "{other_harmless_role}", "member_ids": ["{harmless_member}"]},
    ),
    post(
        "/members/several/preview", P.MEMBERS_READ, writes=False,
        body={"act": "give_role", "role_id": "{other_harmless_role}", "member_ids": ["{harmless_member}"]},
    ),
)  # fmt: skip
