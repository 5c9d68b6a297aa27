"""The API of adding and inviting several people to the team, their registration codes, and registering."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status

from kinfold.domain.team.commands.adding import CreateMembers, NewMember, create_members
from kinfold.domain.team.commands.administrators import (
    DecideAdministrator,
    RequestAdministrator,
    decide_administrator,
    request_administrator,
)
from kinfold.domain.team.commands.inviting import Invitee, InvitePeople, invite_people
from kinfold.domain.team.commands.registering import (
    RegisterMember,
    SendRegistrationCodes,
    ViewRegistrationCodes,
    register_member,
    send_registration_codes,
    view_registration_codes,
)
from kinfold.domain.team.errors import PeopleRefused
from kinfold.domain.team.queries.administrators import ListAdminRequests, list_admin_requests
from kinfold.domain.team.queries.invitations import PreviewInvitation, preview_invitation
from kinfold.domain.team.registration import Proof, guest_with_code

from . import team
from .core import ApiRequest, ProblemDetails, confirmed, idempotency_key, problem
from .team_schemas import Body, Ids, Made

# One address lists members and adds them, and an address belongs to one router.
router = team.router


class NewMemberIn(Body):
    """One person to add."""

    first_name: str
    last_name: str
    email: str
    role_ids: Ids


class NewMembersIn(Body):
    """People to add; with `send_codes` each is mailed a registration code."""

    people: list[NewMemberIn]
    send_codes: bool = False


class ArchivedOut(Schema):
    """A row that names an archived member, who can be brought back instead."""

    row: int
    member_id: UUID


class PeopleRefusedOut(ProblemDetails):
    """What is wrong with each row (they count from 0), and whom of them the team has under Archived."""

    archived: list[ArchivedOut] = []


class InviteeIn(Body):
    """Somebody to invite; the name may be left out."""

    email: str
    full_name: str = ""


class OfferIn(Body):
    """What everybody invited in one act will be, and a message that stands in the mail as plain text."""

    role_ids: Ids
    message: str = ""


class InviteesIn(OfferIn):
    """Whom to invite, at most 50 at a time."""

    people: list[InviteeIn]


class PreviewIn(OfferIn):
    """An invitation before it is sent."""

    full_name: str = ""


class MadeSeveral(Schema):
    """The ids of what was made, in the order given."""

    ids: list[UUID]


class LetterOut(Schema):
    """A mail as it will look, in plain text."""

    subject: str
    text: str


class MemberIds(Body):
    """Several members, all or none."""

    member_ids: Ids


class CodeOut(Schema):
    """A member's registration code. It is shown once: asking again makes another, and this one ends."""

    member_id: UUID
    name: str
    email: str
    code: str
    expires_at: datetime


class CodesOut(Schema):
    """Registration codes, in name order."""

    items: list[CodeOut]


class AdminIn(Body):
    """Whom to add as administrator, by the confirmed address of their login."""

    first_name: str
    last_name: str
    email: str
    role_ids: Ids


class AdminRequestOut(Schema):
    """Somebody who waits for an owner's approval."""

    id: UUID
    name: str
    email: str
    roles: list[str]
    requested_by: str
    requested_at: datetime


class AdminRequestsOut(Schema):
    """Everybody who waits, the longest wait first."""

    items: list[AdminRequestOut]


class RegisterIn(Body):
    """What shows that a record is theirs, and the password of the new login."""

    code: str
    last_name: str
    email: str
    password: str


class RegisteredOut(Schema):
    """Whether they can sign in at once. Otherwise a link was mailed to the address, to be followed first."""

    may_sign_in: bool


@router.post("/members", response={201: MadeSeveral, 422: PeopleRefusedOut}, summary="Add members")
def create(request: ApiRequest, body: NewMembersIn) -> Status[dict[str, Any]] | HttpResponse:
    """One or many, all of them or none. They are active at once, and have no login until they register."""
    people = tuple(
        NewMember(**{**person.dict(), "role_ids": tuple(person.role_ids)}) for person in body.people
    )
    try:
        ids = create_members(
            request.auth,
            CreateMembers(people=people, send_codes=body.send_codes),
            once=idempotency_key(request),
        )
    except PeopleRefused as refused:
        return people_refused(refused)
    return Status(201, {"ids": ids})


@router.post(
    "/invitations/several",
    response={201: MadeSeveral, 422: PeopleRefusedOut},
    summary="Invite several people",
)
def invite_several(request: ApiRequest, body: InviteesIn) -> Status[dict[str, Any]] | HttpResponse:
    """All or none. Each gets an email with a link for seven days, and becomes a member when they accept."""
    people = tuple(Invitee(**person.dict()) for person in body.people)
    data = InvitePeople(people=people, role_ids=tuple(body.role_ids), message=body.message)
    try:
        ids = invite_people(request.auth, data, once=idempotency_key(request))
    except PeopleRefused as refused:
        return people_refused(refused)
    return Status(201, {"ids": ids})


@router.post("/invitations/preview", response=LetterOut, summary="Preview an invitation")
def preview(request: ApiRequest, body: PreviewIn) -> Any:
    """The mail that somebody would get, without a link that works. Nothing is sent."""
    data = PreviewInvitation(full_name=body.full_name, role_ids=tuple(body.role_ids), message=body.message)
    return preview_invitation(request.auth, data)


@router.post("/registration-codes/send", response={204: None}, summary="Mail registration codes")
def send_codes(request: ApiRequest, body: MemberIds) -> Status[None]:
    """A fresh one for each of these members, who have no login yet. Codes from before end."""
    data = SendRegistrationCodes(member_ids=tuple(body.member_ids))
    send_registration_codes(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/registration-codes/view", response=CodesOut, summary="Show registration codes")
def view_codes(request: ApiRequest, body: MemberIds) -> dict[str, Any]:
    """A fresh one for each of these members, to hand over. Codes from before end. The look is recorded."""
    confirmed(request)
    data = ViewRegistrationCodes(member_ids=tuple(body.member_ids))
    return {"items": view_registration_codes(request.auth, data)}


@router.get("/admin-requests", response=AdminRequestsOut, summary="Who waits to become an administrator")
def admin_requests(request: ApiRequest) -> dict[str, Any]:
    """Needs `members:read`."""
    return {"items": list_admin_requests(request.auth, ListAdminRequests())}


@router.post("/admin-requests", response={201: Made}, summary="Add an administrator")
def add_admin(request: ApiRequest, body: AdminIn) -> Status[dict[str, Any]]:
    """An owner has to approve; when an owner asks, it is approved at once. The id is the request's."""
    data = RequestAdministrator(**{**body.dict(), "role_ids": tuple(body.role_ids)})
    return Status(201, {"id": request_administrator(request.auth, data, once=idempotency_key(request))})


@router.post(
    "/admin-requests/{uuid:request_id}/approve", response={204: None}, summary="Approve an administrator"
)
def approve_admin(request: ApiRequest, request_id: UUID) -> Status[None]:
    """They are on the team at once, and are mailed a registration code for their login."""
    return _decide(request, DecideAdministrator(request_id=request_id, approve=True))


@router.post(
    "/admin-requests/{uuid:request_id}/decline", response={204: None}, summary="Decline an administrator"
)
def decline_admin(request: ApiRequest, request_id: UUID) -> Status[None]:
    """Nothing changes but the request."""
    return _decide(request, DecideAdministrator(request_id=request_id, approve=False))


def _decide(request: ApiRequest, data: DecideAdministrator) -> Status[None]:
    confirmed(request)
    decide_administrator(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/registrations", auth=None, response={201: RegisteredOut}, summary="Register with a code")
def register(request: HttpRequest, body: RegisterIn) -> Status[dict[str, Any]]:
    """For a member without a login. Whoever has one signs in on the pages to register."""
    proof = Proof(code=body.code, last_name=body.last_name, email=body.email)
    guest = guest_with_code(proof, whence=truncate_ip(get_adapter().get_client_ip(request)))
    done = register_member(guest, RegisterMember(proof=proof, password=body.password))
    return Status(201, {"may_sign_in": done})


def people_refused(refused: PeopleRefused) -> HttpResponse:
    """What is wrong with whom, and who could be brought back instead."""
    archived = [{"row": found.row, "member_id": found.member_id} for found in refused.archived]
    return problem(refused, archived=archived)
