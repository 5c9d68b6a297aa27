"""What everybody gets at every address: one row for each route and method, written by hand, never read from the app.

A row says who gets in. `needs` are the permissions of which each one is necessary (of several in brackets any one will
do); `also` are those that somebody with
only `needs` must have besides (one of several would do, or a part of the sample asks for it). `status` is the answer to
somebody who may, with the sample body. Somebody who may not gets 403, and 404 where the object itself is out of sight:
`hides` names the permissions without which it is. A body's "{word}" stands for an id that the stage made, and so do
the parts of an address, of the same name unless `at` says another. `absent` is the answer to who asks for nothing.
What no API token may do, whatever its scopes, is not `by_token`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table


class Open(Enum):
    """Who gets in where no permission decides."""

    PUBLIC = "anybody"
    LINK = "whoever holds the link in the address"
    SIGNED_IN = "anybody with a login"
    MEMBER = "anybody on a team"


PUBLIC, LINK, SIGNED_IN, MEMBER = Open.PUBLIC, Open.LINK, Open.SIGNED_IN, Open.MEMBER


Need = P | tuple[P, ...]
Needs = tuple[Need, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What one route and method asks for and answers."""

    route: str
    method: str
    needs: Needs | Open
    status: int = 200
    body: dict[str, Any] | None = None
    also: tuple[P, ...] = ()
    hides: tuple[Need, ...] = ()
    at: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    writes: bool = False
    absent: int = 404
    by_token: bool = True
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def get(route: str, *needs: Need | Open, **more: Any) -> Row:
    """A row for looking."""
    return Row(route=route, method="GET", needs=_needs(needs), **more)


def post(route: str, *needs: Need | Open, body: dict[str, Any] | None = None, **more: Any) -> Row:
    """A row for acting. Unless `writes` says otherwise, the sample changes something of the practice."""
    more.setdefault("writes", not isinstance(needs[0], Open))
    return Row(route=route, method=more.pop("method", "POST"), needs=_needs(needs), body=body or {}, **more)


def _needs(given: tuple[Need | Open, ...]) -> Needs | Open:
    first = given[0]
    return first if isinstance(first, Open) else tuple(need for need in given if not isinstance(need, Open))


def people() -> SimpleUploadedFile:
    """A file of one client."""
    return SimpleUploadedFile("people.csv", PEOPLE.encode(), "text/csv")


PERSON = {
    "first_name": "Ida",
    "last_name": "Falk",
    "email": "ida@mail.example",
    "birth_date": "1980-01-31",
    "sex_at_birth": "female",
    "tags": "Sleep",
}
PEOPLE = "First name,Last name,Email,Birth date,Sex at birth\nIda,Falk,ida@mail.example,1980-01-31,female\n"
COLUMNS = {
    f"column-{i}": field
    for i, field in enumerate(("first_name", "last_name", "email", "birth_date", "sex_at_birth"))
}
# Imports are one's own unless one sees all clients, and these are Olu's.
ALL_IMPORTS: dict[str, Any] = {"also": (P.CLIENTS_SEE_ALL,)}

FRONT = (
    get("home", MEMBER, status=303),
    post("theme", PUBLIC, status=303, body={"theme": "dark"}),
    get("openapi", PUBLIC),
    get("api-docs", PUBLIC),
    get("help", PUBLIC),
    get("help-area", PUBLIC, at={"area": "help_area"}, absent=200),
)

ACCOUNT = (
    get("account_login", PUBLIC),
    post("account_login", PUBLIC, status=302, body={"login": "nora@example.org", "password": "{password}"}),
    get("account_logout", SIGNED_IN),
    post("account_logout", SIGNED_IN, status=302),
    get("account_inactive", PUBLIC),
    get("account_reauthenticate", SIGNED_IN),
    post("account_reauthenticate", SIGNED_IN, status=302, body={"password": "{password}"}),
    get("account_email", SIGNED_IN),
    post("account_email", SIGNED_IN, status=302, body={"email": "nora.weiss@example.org"}),
    get("account_email_verification_sent", PUBLIC),
    get("account_confirm_email", LINK, at={"key": "verify_key"}),
    post("account_confirm_email", LINK, status=303, at={"key": "verify_key"}),
    get("account_change_password", SIGNED_IN),
    post(
        "account_change_password",
        SIGNED_IN,
        status=302,
        body={"oldpassword": "{password}", "password1": "{new_password}", "password2": "{new_password}"},
    ),
    get("account_set_password", SIGNED_IN, status=302),
    post("account_set_password", SIGNED_IN, status=302),
    get("account_reset_password", PUBLIC),
    post("account_reset_password", PUBLIC, status=302, body={"email": "nora@example.org"}),
    get("account_reset_password_done", PUBLIC),
    get("account_reset_password_from_key_done", PUBLIC),
    get("account_reset_password_from_key", LINK, status=303, at={"key": "reset_key"}),
    post("account_reset_password_from_key", LINK, status=303, at={"key": "reset_key"}),
    get("sessions", SIGNED_IN),
    post("sessions-end-others", SIGNED_IN, status=303),
    post("session-end", SIGNED_IN, status=303, at={"session_id": "session"}),
)

SECURITY = (
    get("mfa_index", SIGNED_IN),
    get("mfa_authenticate", PUBLIC, status=302),
    post("mfa_authenticate", PUBLIC, status=302),
    get("mfa_reauthenticate", SIGNED_IN, status=302),
    post("mfa_reauthenticate", SIGNED_IN, status=302),
    get("mfa_activate_totp", SIGNED_IN),
    post("mfa_activate_totp", SIGNED_IN, status=422, body={"code": "000000"}),
    get("mfa_deactivate_totp", SIGNED_IN, status=404),
    post("mfa_deactivate_totp", SIGNED_IN, status=404),
    get("mfa_view_recovery_codes", SIGNED_IN, status=404),
    get("mfa_generate_recovery_codes", SIGNED_IN),
    post("mfa_generate_recovery_codes", SIGNED_IN, status=302),
    get("mfa_list_webauthn", SIGNED_IN),
    get("mfa_add_webauthn", SIGNED_IN),
    post("mfa_add_webauthn", SIGNED_IN, status=422, body={"name": "Key", "credential": "{{}}"}),
    get("mfa_login_webauthn", PUBLIC, status=302),
    post("mfa_login_webauthn", PUBLIC, status=302),
    get("mfa_reauthenticate_webauthn", SIGNED_IN),
    post("mfa_reauthenticate_webauthn", SIGNED_IN, status=302),
    get("mfa_edit_webauthn", SIGNED_IN, at={"pk": "passkey"}),
    post("mfa_edit_webauthn", SIGNED_IN, status=302, at={"pk": "passkey"}, body={"name": "Blue key"}),
    get("mfa_remove_webauthn", SIGNED_IN, at={"pk": "passkey"}),
    post("mfa_remove_webauthn", SIGNED_IN, status=302, at={"pk": "passkey"}),
)

ACTIVITY = (
    get("activity", P.AUDIT_OWN),
    get("activity-of", P.AUDIT_OWN, at={"subject_id": "client_id"}, absent=200),
    get("/activity", P.AUDIT_OWN),
)

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
    get("member-name", P.MEMBERS_CHANGE),
    post(
        "member-name", P.MEMBERS_CHANGE, status=303,
        body={"version": "1", "first_name": "Linn", "last_name": "Zhao"},
    ),
    post(
        "member-roles", P.ROLES_ASSIGN, status=303, at={"member_id": "harmless_member"},
        body={"version": "1", "roles": ["{harmless_role}", "{other_harmless_role}"]},
    ),
    get("supervision", (P.SUPERVISION_MANAGE, P.CLIENTS_SEE_SUPERVISED), also=(P.MEMBERS_NAMES,)),
    post(
        "supervision-search", (P.SUPERVISION_MANAGE, P.CLIENTS_SEE_SUPERVISED), also=(P.MEMBERS_NAMES,),
        body={"q": "lin"}, writes=False,
    ),
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
            "supervision": False, "direct_charts": False,
        },
    ),
)  # fmt: skip

HARMLESS: dict[str, Any] = {"at": {"role_id": "harmless_role", "member_id": "harmless_member"}}
SAID = {"name": "Night shift", "starting_point": "nothing"}
AS_READ = {"If-Match": '"1"'}

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

SEES = (P.CLIENTS_SEE_ALL, P.CLIENTS_SEE_OWN, P.CLIENTS_SEE_SUPERVISED)
MANAGES = (
    P.MEMBERS_INVITE,
    P.MEMBERS_CHANGE,
    P.MEMBERS_STATUS,
    P.MEMBERS_REMOVE,
    P.ROLES_ASSIGN,
    P.CLIENTS_CREATE,
    P.CLIENTS_CHANGE,
    P.CLIENTS_ARCHIVE,
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
    post("clients-columns", SEES, status=303, body={"order": ["name", "email", "tags"], "shown": ["email"]}),
    get("clients-add", P.CLIENTS_CREATE),
    post("clients-add", P.CLIENTS_CREATE, status=303, body={**PERSON, "confirm_duplicates": "yes"}),
    get("client", P.CLIENTS_SEE_ALL, **IN_SIGHT),
    get("client-row", P.CLIENTS_SEE_ALL, **IN_SIGHT, headers={"HX-Request": "true"}),
    get("client-edit", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post("client-edit", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303, body={**PERSON, "version": "1"}),
    post(
        "client-assign", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303,
        body={"therapist": "{supervisor}", "kind": "primary", "reason": "Back from leave"},
    ),
    post(
        "client-end-assignment", P.CLIENTS_ASSIGN, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303, also=(P.CLIENTS_PROFILE,)
    ),
)  # fmt: skip

# Bulk changes are of kinds that one may do, and one's own unless one sees all clients. These are Olu's.
TAGGED: dict[str, Any] = {
    "at": {"change_id": "done_change"}, "also": (P.CLIENTS_SEE_ALL,), "hides": (P.CLIENTS_CHANGE,)
}  # fmt: skip
WAITING: dict[str, Any] = {
    "at": {"change_id": "prepared_change"}, "also": (P.CLIENTS_SEE_ALL,), "hides": (P.CLIENTS_ARCHIVE,)
}  # fmt: skip
ACTS = (P.CLIENTS_ARCHIVE, P.CLIENTS_CHANGE, P.CLIENTS_ASSIGN)

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
    get("/clients/layout", SEES),
    post("/clients/layout", SEES, method="PUT", body={"order": ["name", "email"], "shown": ["email"]}),
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
)  # fmt: skip

# Whoever asks holds no session of this client's: they see it because the whole record is open to them.
CHART_IN_SIGHT: dict[str, Any] = {"hides": (P.CLIENTS_SEE_ALL, P.CLIENTS_CHART)}
OWN_SESSION: dict[str, Any] = {"at": {"session_id": "own_session"}}

CARE = (
    get("care", P.SESSIONS_SEE),
    get("care-new", P.SESSIONS_BOOK),
    post(
        "care-new", P.SESSIONS_BOOK, P.SESSIONS_MANAGE, also=(P.CLIENTS_SEE_ALL,), status=303,
        body={
            "client": "{client_id}", "member": "{member_id}", "starts_at": "{soon}", "minutes": "50",
            "status": "scheduled",
        },
    ),
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
)  # fmt: skip

IMPORTS = (
    get("imports", P.CLIENTS_IMPORT),
    get("import-new", P.CLIENTS_IMPORT),
    post("import-new", P.CLIENTS_IMPORT, status=303, body={"file": people}),
    get("import-check", P.CLIENTS_IMPORT, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    post("import-check", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS, body=COLUMNS),
    post("import-apply", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    get("import-progress", P.CLIENTS_IMPORT, at={"import_id": "reading_import"}, **ALL_IMPORTS),
    get("import-result", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
    get("import-problems", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
    post("import-cancel", P.CLIENTS_IMPORT, status=303, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    post("import-undo", P.CLIENTS_IMPORT, status=303, at={"import_id": "done_import"}, **ALL_IMPORTS),
    get("/imports", P.CLIENTS_IMPORT),
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
    get("/imports/{import_id}/rows", P.CLIENTS_IMPORT, at={"import_id": "checked_import"}, **ALL_IMPORTS),
    get("/imports/{import_id}/left-out", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
    post(
        "/imports/{import_id}/start", P.CLIENTS_IMPORT, status=202, at={"import_id": "checked_import"}, **ALL_IMPORTS,
        body={"leave_out_bad": True},
    ),
    post("/imports/{import_id}/undo", P.CLIENTS_IMPORT, at={"import_id": "done_import"}, **ALL_IMPORTS),
)  # fmt: skip

FIRST_DAYS = (
    get("setup", PUBLIC, status=410),
    post("setup", PUBLIC, status=410),
    get("demo-mail", MEMBER, status=404),
)

ROWS: tuple[Row, ...] = (
    *FRONT,
    *ACCOUNT,
    *SECURITY,
    *ACTIVITY,
    *TEAM,
    *TEAM_API,
    *CREDENTIALS,
    *INTAKE,
    *SEVERAL,
    *ROLES,
    *ROLES_API,
    *INVITATIONS,
    *SETTINGS,
    *IMPORTS,
    *CLIENTS,
    *CHANGES,
    *CLIENTS_API,
    *CARE,
    *CARE_API,
    *FIRST_DAYS,
)
