"""The API of credentials: licences, malpractice cover, NPI and degree, and exceptions for expired licences."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status

from kinfold.domain.credentials.commands.exceptions import (
    AllowNewClients,
    EndException,
    allow_new_clients,
    end_exception,
)
from kinfold.domain.credentials.commands.keeping import (
    AddCredential,
    RecordDegree,
    RecordNpi,
    RemoveCredential,
    ReplaceCredential,
    add_credential,
    record_degree,
    record_npi,
    remove_credential,
    replace_credential,
)
from kinfold.domain.credentials.queries.records import (
    CredentialRecord,
    GetCredentials,
    GetOwnCredentials,
    get_credentials,
    get_own_credentials,
)
from kinfold.domain.credentials.queries.team import ListAttention, list_attention

from .core import ApiRequest, idempotency_key
from .team_schemas import Body, Made

router = Router(tags=["credentials"])


class CredentialOut(Schema):
    """One license or cover as it stood from `since` on; with `until` it is not on record any more."""

    id: UUID
    category: Literal["licence", "malpractice"]
    title: str
    region: str
    number: str
    issued_on: date | None
    expires_on: date | None
    state: Literal["holds", "soon", "expired"]
    since: datetime
    until: datetime | None


class NpiOut(Schema):
    """An NPI; its `id` goes into `seen` for the next change."""

    id: UUID
    npi: str
    since: datetime


class DegreeOut(Schema):
    """A degree and from which day somebody has had it; without a day, for as long as they have been here."""

    id: UUID
    degree: Literal["none", "bachelors", "masters", "doctoral"]
    held_from: date | None
    since: datetime


class ExceptionOut(Schema):
    """A time in which somebody with an expired license takes new clients."""

    id: UUID
    reason: str
    made_by: str
    since: datetime
    until: datetime
    last_day: date
    in_force: bool


class RecordOut(Schema):
    """Everything on record about a member. `why_not` says why no new clients can be given to them, "" if they can."""

    member_id: UUID
    titles: str
    licences: list[CredentialOut]
    covers: list[CredentialOut]
    npi: NpiOut | None
    degrees: list[DegreeOut]
    degree_seen: UUID | None
    exceptions: list[ExceptionOut]
    earlier: list[CredentialOut]
    expired_on: date | None
    why_not: str


class AttentionOut(Schema):
    """Something that expires within 90 days or has expired."""

    member_id: UUID
    name: str
    category: Literal["licence", "malpractice"]
    title: str
    expires_on: date
    expired: bool
    days_left: int


class AttentionsOut(Schema):
    """The most urgent first."""

    items: list[AttentionOut]


class CredentialIn(Body):
    """A license, or a cover without `region`; days as YYYY-MM-DD, "" for none."""

    title: str
    number: str
    region: str = ""
    issued_on: str = ""
    expires_on: str = ""


class NewCredentialIn(CredentialIn):
    """The same, and what it is."""

    category: Literal["licence", "malpractice"]


class NpiIn(Body):
    """An NPI, "" for none; `seen` is the id of the entry on record, null when there is none."""

    npi: str
    seen: UUID | None = None


class DegreeIn(Body):
    """A degree, from a day on or, without one, for all time here; `seen` is `degree_seen` of the record."""

    degree: Literal["none", "bachelors", "masters", "doctoral"]
    held_from: str = ""
    seen: UUID | None = None


class ExceptionIn(Body):
    """Why, and the last day on which it holds (YYYY-MM-DD)."""

    reason: str
    last_day: str


@router.get("/credentials/attention", response=AttentionsOut, summary="What needs attention")
def attention(request: ApiRequest) -> dict[str, Any]:
    """Licenses and covers of the team that expire within 90 days or have expired. Needs `members:read`."""
    return {"items": list_attention(request.auth, ListAttention())}


@router.get("/credentials/own", response=RecordOut, summary="Your own credentials")
def own(request: ApiRequest) -> CredentialRecord:
    """What is on record about the caller."""
    return get_own_credentials(request.auth, GetOwnCredentials())


@router.get("/members/{uuid:member_id}/credentials", response=RecordOut, summary="A member's credentials")
def credentials(request: ApiRequest, member_id: UUID) -> CredentialRecord:
    """What is on record, what was, and whether they may take new clients. Needs `members:read`."""
    return get_credentials(request.auth, GetCredentials(member_id=member_id))


@router.post("/members/{uuid:member_id}/credentials", response={201: Made}, summary="Add a license or cover")
def add(request: ApiRequest, member_id: UUID, body: NewCredentialIn) -> Status[dict[str, Any]]:
    """People are told 90, 60, 30 and 7 days before it expires."""
    data = AddCredential(member_id=member_id, **body.dict())
    return Status(201, {"id": add_credential(request.auth, data, once=idempotency_key(request))})


@router.post(
    "/credentials/{uuid:credential_id}/replace", response={201: Made}, summary="Renew or correct a credential"
)
def replace(request: ApiRequest, credential_id: UUID, body: CredentialIn) -> Status[dict[str, Any]]:
    """Takes the place of what stood there, which stays in the history. The id is that of the new entry."""
    data = ReplaceCredential(credential_id=credential_id, **body.dict())
    return Status(201, {"id": replace_credential(request.auth, data, once=idempotency_key(request))})


@router.delete("/credentials/{uuid:credential_id}", response={204: None}, summary="Remove a credential")
def remove(request: ApiRequest, credential_id: UUID) -> Status[None]:
    """It stays in the history."""
    remove_credential(request.auth, RemoveCredential(credential_id=credential_id))
    return Status(204, None)


@router.put("/members/{uuid:member_id}/npi", response=RecordOut, summary="Set an NPI")
def set_npi(request: ApiRequest, member_id: UUID, body: NpiIn) -> CredentialRecord:
    """The check digit must be right."""
    record_npi(request.auth, RecordNpi(member_id=member_id, **body.dict()))
    return get_credentials(request.auth, GetCredentials(member_id=member_id))


@router.put("/members/{uuid:member_id}/degree", response=RecordOut, summary="Set a degree")
def set_degree(request: ApiRequest, member_id: UUID, body: DegreeIn) -> CredentialRecord:
    """Billing modifiers go by the degree on the day of the session."""
    record_degree(request.auth, RecordDegree(member_id=member_id, **body.dict()))
    return get_credentials(request.auth, GetCredentials(member_id=member_id))


@router.post(
    "/members/{uuid:member_id}/licence-exceptions",
    response={201: Made},
    summary="Allow new clients in spite of an expired license",
)
def allow(request: ApiRequest, member_id: UUID, body: ExceptionIn) -> Status[dict[str, Any]]:
    """Owners only, with a reason and until a day."""
    data = AllowNewClients(member_id=member_id, **body.dict())
    return Status(201, {"id": allow_new_clients(request.auth, data, once=idempotency_key(request))})


@router.post("/licence-exceptions/{uuid:exception_id}/end", response={204: None}, summary="End an exception")
def end(request: ApiRequest, exception_id: UUID) -> Status[None]:
    """Before its day. Clients who were given meanwhile stay."""
    end_exception(request.auth, EndException(exception_id=exception_id), once=idempotency_key(request))
    return Status(204, None)
