"""The API of clients' registration: codes, registering, who acts for a client, and what they want corrected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime

from kinfold.domain.clients.commands.first_passwords import FirstSignIn, sign_in_first
from kinfold.domain.clients.commands.guardians import (
    AddGuardian,
    EndActing,
    SendGuardianCode,
    ViewGuardianCode,
    add_guardian,
    end_acting,
    send_guardian_code,
    view_guardian_code,
)
from kinfold.domain.clients.commands.registering import (
    RegisterClient,
    ViewClientCodes,
    register_client,
    view_client_codes,
)
from kinfold.domain.clients.queries.logins import GetClientLogins, get_client_logins
from kinfold.domain.clients.registration import ClientProof, guest_with_client_code
from kinfold.domain.own.commands.answering import (
    AcceptCorrection,
    DeclineCorrection,
    accept_correction,
    decline_correction,
)
from kinfold.domain.own.queries.wishes import ListCorrections, list_corrections

from .core import ApiRequest, confirmed, idempotency_key
from .team_schemas import Body, Made

router = Router(tags=["registration of clients"])

Guardian = Literal["parent", "guardian", "caregiver", "other"]


class ClientCodeOut(Schema):
    """A client's registration code. It is shown once: asking again makes another, and this one ends."""

    client_id: UUID
    first_name: str
    last_name: str
    address: list[str]
    code: str
    expires_at: datetime


class ClientCodesOut(Schema):
    """Registration codes, in name order."""

    items: list[ClientCodeOut]


class FirstSignInIn(Body):
    """An address and the first password that the practice gave its owner."""

    email: str
    password: str


class RegisterClientIn(Body):
    """What shows that a client's record is theirs, and the password of the new login.

    `email` is the login's address where the practice has none for them.
    """

    code: str
    birth_date: str
    password: str
    email: str = ""


class ClientRegisteredOut(Schema):
    """Whether they can sign in at once. Otherwise a link was mailed to the address, to be followed first."""

    may_sign_in: bool


class ActingOut(Schema):
    """Somebody who acts, acted or is to act for a client."""

    id: UUID
    name: str
    email: str
    relationship: Literal["self", "parent", "guardian", "caregiver", "other"]
    since: datetime
    until: datetime | None
    state: Literal["active", "planned", "waiting", "ended"]
    registered: bool
    code_until: datetime | None


class ClientLoginsOut(Schema):
    """How far a client has come with registering, and who acts for them, the newest first."""

    registration: Literal["none", "sent", "expired", "registered"]
    code_until: datetime | None
    acting: list[ActingOut]


class GuardianIn(Body):
    """Who acts for the client, as what, and from when until when; from now on and without an end unless said."""

    full_name: str
    email: str
    relationship: Guardian
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class GuardianCodeOut(Schema):
    """A guardian's registration code. It is shown once: asking again makes another, and this one ends."""

    acting_id: UUID
    full_name: str
    code: str
    expires_at: datetime


class CorrectionOut(Schema):
    """What a client wants corrected: how the record is, and how it should be. Blank and null stay as they are.

    `edited_since`: somebody changed it after they asked. `version` is the record's now. While the client is `archived`
    it cannot be answered.
    """

    id: UUID
    client_id: UUID
    version: int
    edited_since: bool
    archived: bool
    name: str
    first_name: str
    last_name: str
    birth_date: date | None
    new_first_name: str
    new_last_name: str
    new_birth_date: date | None
    why: str
    asked_by: str
    asked_at: datetime


class CorrectionsOut(Schema):
    """Requests that wait for an answer, the longest wait first."""

    items: list[CorrectionOut]


class CorrectionsAsked(Schema):
    """Of one client, or of all."""

    client_id: UUID | None = None


class AcceptCorrectionIn(Body):
    """The version of the record at which both were compared, where it was edited after the client asked."""

    version: int | None = None


class DeclineCorrectionIn(Body):
    """What the client is told."""

    answer: str = ""


@router.post(
    "/changes/{uuid:change_id}/codes", response=ClientCodesOut, summary="Show registration codes of clients"
)
def view_codes(request: ApiRequest, change_id: UUID) -> dict[str, Any]:
    """A fresh one for each client chosen for `send-codes`, to print. Codes from before end. The look is recorded."""
    confirmed(request)
    return {"items": view_client_codes(request.auth, ViewClientCodes(change_id=change_id))}


@router.post(
    "/client-registrations", auth=None, response={201: ClientRegisteredOut}, summary="Register as a client"
)
def register(request: HttpRequest, body: RegisterClientIn) -> Status[dict[str, Any]]:
    """For clients and guardians without a login. Whoever has one signs in on the pages to register."""
    proof = ClientProof(code=body.code, birth_date=body.birth_date)
    guest = guest_with_client_code(proof, whence=truncate_ip(get_adapter().get_client_ip(request)))
    done = register_client(guest, RegisterClient(proof=proof, password=body.password, email=body.email))
    return Status(201, {"may_sign_in": done.login_id is not None})


@router.post(
    "/client-registrations/first-password",
    auth=None,
    response={202: None},
    summary="Sign in for the first time",
)
def first_password(request: HttpRequest, body: FirstSignInIn) -> Status[None]:
    """For clients whom the practice gave a first password: where it fits, they are mailed a registration code.

    The answer is the same whether it does or not.
    """
    whence = truncate_ip(get_adapter().get_client_ip(request))
    sign_in_first(FirstSignIn(email=body.email, password=body.password), whence=whence)
    return Status(202, None)


@router.get("/clients/{uuid:client_id}/logins", response=ClientLoginsOut, summary="Who acts for a client")
def logins(request: ApiRequest, client_id: UUID) -> Any:
    """The client's own login and guardians, with history."""
    return get_client_logins(request.auth, GetClientLogins(client_id=client_id))


@router.post("/clients/{uuid:client_id}/guardians", response={201: Made}, summary="Add a guardian")
def guardian(request: ApiRequest, client_id: UUID, body: GuardianIn) -> Status[dict[str, Any]]:
    """They are mailed a registration code, and act for the client once they have used it."""
    confirmed(request)
    data = AddGuardian(client_id=client_id, **body.dict())
    return Status(201, {"id": add_guardian(request.auth, data, once=idempotency_key(request))})


@router.post("/clients/logins/{uuid:acting_id}/code", response={204: None}, summary="Mail a guardian a code")
def guardian_code(request: ApiRequest, acting_id: UUID) -> Status[None]:
    """A fresh one; the one before ends."""
    data = SendGuardianCode(acting_id=acting_id)
    send_guardian_code(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post(
    "/clients/logins/{uuid:acting_id}/letter", response=GuardianCodeOut, summary="Show a guardian's code"
)
def guardian_letter(request: ApiRequest, acting_id: UUID) -> Any:
    """A fresh one, to print; the one before ends. The look is recorded."""
    confirmed(request)
    return view_guardian_code(request.auth, ViewGuardianCode(acting_id=acting_id))


@router.post("/clients/logins/{uuid:acting_id}/end", response={204: None}, summary="End that somebody acts")
def end(request: ApiRequest, acting_id: UUID) -> Status[None]:
    """From their next request on. A client whose own login is ended can register anew."""
    confirmed(request)
    end_acting(request.auth, EndActing(acting_id=acting_id), once=idempotency_key(request))
    return Status(204, None)


@router.get("/corrections", response=CorrectionsOut, summary="What clients want corrected")
def corrections(request: ApiRequest, asked: Query[CorrectionsAsked]) -> dict[str, Any]:
    """Of clients whom the caller sees; at most 100."""
    return {"items": list_corrections(request.auth, ListCorrections(client_id=asked.client_id))}


@router.post("/corrections/{uuid:wish_id}/accept", response={204: None}, summary="Accept a correction")
def accept(request: ApiRequest, wish_id: UUID, body: AcceptCorrectionIn | None = None) -> Status[None]:
    """The record is changed as the client asked. `edited-since` when that would undo a later edit, unless confirmed."""
    data = AcceptCorrection(wish_id=wish_id, version=body.version if body else None)
    accept_correction(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/corrections/{uuid:wish_id}/decline", response={204: None}, summary="Decline a correction")
def decline(request: ApiRequest, wish_id: UUID, body: DeclineCorrectionIn) -> Status[None]:
    """The record stays as it is, and the client reads why."""
    data = DeclineCorrection(wish_id=wish_id, answer=body.answer)
    decline_correction(request.auth, data, once=idempotency_key(request))
    return Status(204, None)
