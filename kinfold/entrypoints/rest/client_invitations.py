"""The API of inviting clients by email, and of completing an invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema, Status

from kinfold.domain.intake.commands.completing import CompleteInvitation, complete_invitation
from kinfold.domain.intake.commands.inviting import (
    ClientInvitee,
    DeleteClientInvitations,
    InviteClients,
    ResendClientInvitations,
    delete_client_invitations,
    invite_clients,
    resend_client_invitations,
)
from kinfold.domain.intake.errors import KnownAddresses
from kinfold.domain.intake.links import guest_with_client_link
from kinfold.domain.intake.queries.invitations import (
    ListClientInvitations,
    OpenClientLink,
    PreviewClientInvitation,
    list_client_invitations,
    open_client_link,
    preview_client_invitation,
)

from .adding import LetterOut, MadeSeveral
from .core import ApiRequest, ProblemDetails, idempotency_key, problem
from .team_schemas import Body, Ids

router = Router(tags=["invitations of clients"])


class ClientInviteeIn(Body):
    """Somebody to invite; the name may be left out, and tells people apart who share an address."""

    email: str
    full_name: str = ""


class InviteClientsIn(Body):
    """Whom to invite, at most 100 at a time; a plain-text message; and what all of them will have.

    `accept_known` says that those whose address a client has are other people.
    """

    people: list[ClientInviteeIn]
    message: str = ""
    therapist_id: UUID | None = None
    tags: list[str] = []
    accept_known: bool = False


class KnownAddressOut(Schema):
    """A row whose address a client has, whom the caller may see."""

    row: int
    client_id: UUID
    name: str


class KnownAddressesOut(ProblemDetails):
    """Which rows name addresses of clients; rows count from 0."""

    known: list[KnownAddressOut] = []


class ClientMessageIn(Body):
    """The message of an invitation before it is sent."""

    message: str = ""


class ClientInvitationOut(Schema):
    """One invitation."""

    id: UUID
    name: str
    email: str
    state: Literal["pending", "expired", "outdated", "accepted", "sent_on"]
    invited_by: str
    therapist: str
    invited_at: datetime
    sent_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    client_id: UUID | None


class ClientInvitationsOut(Schema):
    """Those that wait, and those completed in the last 30 days; the newest first."""

    items: list[ClientInvitationOut]


class ClientInvitationIds(Body):
    """Several invitations, all or none."""

    invitation_ids: Ids


class ClientTokenIn(Body):
    """What stands in the link of the mail."""

    token: str


class ClientOfferOut(Schema):
    """What an invited person sees."""

    practice_name: str
    email: str
    first_name: str
    last_name: str
    expires_at: datetime
    has_login: bool


class CompleteIn(ClientTokenIn):
    """What the invited person says of themselves, and the password of their new login."""

    first_name: str
    last_name: str
    birth_date: str
    sex_at_birth: str
    password: str
    phone: str = ""


class CompletedOut(Schema):
    """Whether they are a client now. Otherwise the practice looks at it first, and answers by mail."""

    is_client: bool


@router.get("/client-invitations", response=ClientInvitationsOut, summary="Invited clients")
def invitations(request: ApiRequest) -> dict[str, Any]:
    """Who was invited, when, by whom and until when."""
    return {"items": list_client_invitations(request.auth, ListClientInvitations())}


@router.post(
    "/client-invitations", response={201: MadeSeveral, 409: KnownAddressesOut}, summary="Invite clients"
)
def invite(request: ApiRequest, body: InviteClientsIn) -> Status[dict[str, Any]] | HttpResponse:
    """All or none. Each gets an email with a link for seven days, and is a client once they have completed it."""
    data = InviteClients(
        people=tuple(ClientInvitee(**person.dict()) for person in body.people),
        message=body.message,
        therapist_id=body.therapist_id,
        tags=tuple(body.tags),
        accept_known=body.accept_known,
    )
    try:
        ids = invite_clients(request.auth, data, once=idempotency_key(request))
    except KnownAddresses as refused:
        known = [{"row": row, "client_id": client_id, "name": name} for row, client_id, name in refused.known]
        return problem(refused, known=known)
    return Status(201, {"ids": ids})


@router.post("/client-invitations/preview", response=LetterOut, summary="Preview an invitation of clients")
def preview(request: ApiRequest, body: ClientMessageIn) -> Any:
    """The mail that somebody would get, without a link that works. Nothing is sent."""
    return preview_client_invitation(request.auth, PreviewClientInvitation(message=body.message))


@router.post("/client-invitations/resend", response={204: None}, summary="Send invitations again")
def resend(request: ApiRequest, body: ClientInvitationIds) -> Status[None]:
    """With new links; the old ones end."""
    data = ResendClientInvitations(invitation_ids=tuple(body.invitation_ids))
    resend_client_invitations(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/client-invitations/delete", response={204: None}, summary="Delete invitations")
def delete(request: ApiRequest, body: ClientInvitationIds) -> Status[None]:
    """Their links end; the rows stay as history."""
    data = DeleteClientInvitations(invitation_ids=tuple(body.invitation_ids))
    delete_client_invitations(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/client-links/open", auth=None, response=ClientOfferOut, summary="What a link offers")
def open_link(request: ApiRequest, body: ClientTokenIn) -> Any:
    """Asking changes nothing."""
    guest, secret = guest_with_client_link(body.token)
    return open_client_link(guest, OpenClientLink(secret=secret))


@router.post(
    "/client-links/complete", auth=None, response={201: CompletedOut}, summary="Complete an invitation"
)
def complete(request: ApiRequest, body: CompleteIn) -> Status[dict[str, Any]]:
    """With a new login. Whoever has one signs in on the pages to complete it."""
    guest, secret = guest_with_client_link(body.token)
    said = body.dict()
    said.pop("token")
    done = complete_invitation(guest, CompleteInvitation(secret=secret, **said))
    return Status(201, {"is_client": done.client_id is not None})
