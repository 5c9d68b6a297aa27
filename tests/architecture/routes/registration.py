"""Clients' registration: codes, guardians, corrections, and the client's own page."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table
from tests.architecture.routes.clients import SEES
from tests.architecture.routes.row import LINK, OWN, PUBLIC, get, post

CODES: dict[str, Any] = {"at": {"change_id": "codes_change"}, "also": (P.CLIENTS_SEE_ALL,)}
ACTING: dict[str, Any] = {"at": {"acting_id": "guardian_acting"}, "hides": (P.CLIENTS_SEE_ALL,)}
WISH: dict[str, Any] = {"at": {"wish_id": "wish"}, "hides": (P.CLIENTS_SEE_ALL,)}
MINE: dict[str, Any] = {"at": {"client_id": "own_client"}}
MY_WISH: dict[str, Any] = {"at": {"client_id": "own_client", "wish_id": "own_wish"}}
GUARDIAN = {"full_name": "Mara Okafor", "email": "mara@mail.example", "relationship": "parent"}
BORN = {"birth_month": "11", "birth_day": "3", "birth_year": "1984"}
IN_SIGHT: dict[str, Any] = {"hides": (P.CLIENTS_SEE_ALL,)}

REGISTRATION = (
    post("change-codes", SEES, P.CLIENTS_REGISTER, **CODES),
    get("client-guardian", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post("client-guardian", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=303, body=GUARDIAN),
    post("client-acting-code", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **ACTING, status=303),
    post("client-acting-letter", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **ACTING),
    post("client-acting-end", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **ACTING, status=303),
    post("client-correction", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **WISH, status=303, body={"do": "accept"}),
    post("/changes/{change_id}/codes", SEES, P.CLIENTS_REGISTER, **CODES),
    post(
        "/client-registrations", PUBLIC, status=201,
        body={"code": "{client_code}", "birth_date": "1984-11-03", "password": "{new_password}"},
    ),
    get("first-password", PUBLIC),
    post("first-password", PUBLIC, body={"email": "nobody@mail.example", "password": "a first password"}),
    post(
        "/client-registrations/first-password", PUBLIC, status=202,
        body={"email": "nobody@mail.example", "password": "a first password"},
    ),
    get("/clients/{client_id}/logins", P.CLIENTS_PROFILE, P.CLIENTS_SEE_ALL, **IN_SIGHT),
    post(
        "/clients/{client_id}/guardians", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **IN_SIGHT, status=201,
        body=GUARDIAN,
    ),
    post("/clients/logins/{acting_id}/code", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **ACTING, status=204),
    post("/clients/logins/{acting_id}/letter", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **ACTING),
    post("/clients/logins/{acting_id}/end", P.CLIENTS_REGISTER, P.CLIENTS_SEE_ALL, **ACTING, status=204),
    get("/corrections", P.CLIENTS_CHANGE, also=(P.CLIENTS_SEE_ALL,)),
    post("/corrections/{wish_id}/accept", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **WISH, status=204),
    post(
        "/corrections/{wish_id}/decline", P.CLIENTS_CHANGE, P.CLIENTS_SEE_ALL, **WISH, status=204,
        body={"answer": "The passport says so."},
    ),
)  # fmt: skip

INVITED = {
    "first_name": "Ivo", "last_name": "Marek", "birth_date": "1990-02-28", "sex_at_birth": "male",
    "password": "{new_password}",
}  # fmt: skip

CLIENT_INVITATIONS = (
    get("clients-invite", P.CLIENTS_CREATE),
    post(
        "clients-invite", P.CLIENTS_CREATE, status=303, body={"email": "ivana@mail.example", "full_name": "Ivana Falk"}
    ),
    post("client-invitations", P.CLIENTS_CREATE, status=303, body={"resend": "{client_invitation}"}),
    get("invited-link", LINK, at={"token": "client_link"}, status=303),
    get("invited", PUBLIC, status=303),
    post("invited", PUBLIC, status=303),
    get("/client-invitations", P.CLIENTS_CREATE),
    post(
        "/client-invitations", P.CLIENTS_CREATE, status=201,
        body={"people": [{"email": "ivana@mail.example", "full_name": "Ivana Falk"}]},
    ),
    post("/client-invitations/preview", P.CLIENTS_CREATE, writes=False, body={"message": "Hello"}),
    post(
        "/client-invitations/resend", P.CLIENTS_CREATE, status=204,
        body={"invitation_ids": ["{client_invitation}"]},
    ),
    post(
        "/client-invitations/delete", P.CLIENTS_CREATE, status=204,
        body={"invitation_ids": ["{client_invitation}"]},
    ),
    post("/client-links/open", PUBLIC, body={"token": "{client_link}"}),
    post("/client-links/complete", PUBLIC, status=201, body={"token": "{client_link}", **INVITED}),
)  # fmt: skip

OWN_PAGES = (
    get("my", OWN, status=303),
    get("my-record", OWN, **MINE),
    get("my-sessions", OWN, **MINE),
    post("my-contact", OWN, **MINE, status=303, body={"version": "{own_version}", "email": "own@mail.example"}),
    post(
        "my-corrections", OWN, **MINE, status=409,
        body={"first_name": "Uma", "last_name": "Petrov", **BORN},
    ),
    post("my-correction-withdraw", OWN, **MY_WISH, status=303),
    get("/own-records", OWN),
    get("/own-records/{client_id}", OWN, **MINE, absent=401),
    get("/own-records/{client_id}/sessions", OWN, **MINE, absent=401),
    post(
        "/own-records/{client_id}/contact", OWN, **MINE, absent=401, method="PUT", status=204,
        body={"email": "own@mail.example", "phone": ""}, headers={"If-Match": '"{own_version}"'},
    ),
    post(
        "/own-records/{client_id}/corrections", OWN, **MINE, absent=401, status=409,
        body={"first_name": "Uma", "last_name": "Petrov", "birth_date": "1969-01-22"},
    ),
    post("/own-records/{client_id}/corrections/{wish_id}/withdraw", OWN, **MY_WISH, absent=401, status=204),
)  # fmt: skip
