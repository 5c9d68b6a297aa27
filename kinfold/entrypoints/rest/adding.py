"""The API of adding people to the team, their registration codes, and registering."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status

from kinfold.domain.team.commands.adding import CreateMembers, NewMember, create_members
from kinfold.domain.team.commands.registering import (
    RegisterMember,
    SendRegistrationCodes,
    ViewRegistrationCodes,
    register_member,
    send_registration_codes,
    view_registration_codes,
)
from kinfold.domain.team.errors import PeopleRefused
from kinfold.domain.team.registration import Proof, guest_with_code

from . import team
from .core import ApiRequest, ProblemDetails, confirmed, idempotency_key, problem
from .team_schemas import Body, Ids

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


class CreatedMembersOut(Schema):
    """The ids of the new members, in the order given."""

    ids: list[UUID]


class ArchivedOut(Schema):
    """A row that names an archived member, who can be brought back instead."""

    row: int
    member_id: UUID


class PeopleRefusedOut(ProblemDetails):
    """What is wrong with each row (they count from 0), and whom of them the team has under Archived."""

    archived: list[ArchivedOut] = []


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


class RegisterIn(Body):
    """What shows that a record is theirs, and the password of the new login."""

    code: str
    last_name: str
    email: str
    password: str


class RegisteredOut(Schema):
    """Whether they can sign in at once. Otherwise a link was mailed to the address, to be followed first."""

    may_sign_in: bool


@router.post("/members", response={201: CreatedMembersOut, 422: PeopleRefusedOut}, summary="Add members")
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
