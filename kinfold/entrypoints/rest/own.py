"""The API of the client's own record, for those who act for a client. API tokens are members' and open none of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from kinfold.domain.access.actors import Actor
from kinfold.domain.own.commands.changing import (
    AskForCorrection,
    ChangeOwnContact,
    WithdrawCorrection,
    ask_for_correction,
    change_own_contact,
    withdraw_correction,
)
from kinfold.domain.own.doorway import actor_for_client, own_pages
from kinfold.domain.own.queries.record import (
    ListOwnSessions,
    OpenOwnRecord,
    list_own_sessions,
    open_own_record,
)

from .core import Session, idempotency_key, if_match
from .team_schemas import Body, Made


class OwnSession(Session):
    """The session of somebody who is signed in and acts for a client; changes carry the CSRF token."""

    openapi_name = "own session"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The login, when it acts for anybody now. For whom is asked at each record."""
        if not request.user.is_authenticated:
            return None
        self.check_token(request)
        return request.user.pk if own_pages(request.user.pk) else None


router = Router(tags=["own record"], auth=OwnSession())


class OwnPageOut(Schema):
    """A client for whom the caller acts."""

    client_id: UUID
    name: str
    practice_name: str
    own: bool


class OwnPagesOut(Schema):
    """Everybody for whom the caller acts, their own records first."""

    items: list[OwnPageOut]


class OwnTherapistOut(Schema):
    """Somebody who cares for the client now, or covers until a day."""

    name: str
    since: datetime
    covers_until: datetime | None


class OwnActingOut(Schema):
    """Somebody who acts, acted or is to act for the client."""

    name: str
    relationship: str
    since: datetime
    until: datetime | None
    state: Literal["active", "planned", "ended"]
    registered: bool
    you: bool


class OwnWishOut(Schema):
    """A request to have the record corrected, and what became of it."""

    id: UUID
    state: Literal["pending", "accepted", "declined"]
    first_name: str
    last_name: str
    birth_date: date | None
    asked_at: datetime
    answered_at: datetime | None
    answer: str


class OwnRecordOut(Schema):
    """A client's record as they see it. `version` goes into If-Match for changes."""

    client_id: UUID
    practice_name: str
    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: date | None
    sex_at_birth: str
    archived: bool
    may_change: bool
    version: int
    therapists: list[OwnTherapistOut]
    acting: list[OwnActingOut]
    wishes: list[OwnWishOut]


class OwnSessionOut(Schema):
    """A session: when, with whom, and what became of it."""

    id: UUID
    starts_at: datetime
    minutes: int
    clinician: str
    status: str


class OwnSessionsOut(Schema):
    """Some sessions, the newest first; `next` is the `after` of those that follow."""

    items: list[OwnSessionOut]
    next: UUID | None


class OwnSessionsAsked(Schema):
    """Those to come, or those that are over; after one of them."""

    past: bool = False
    after: UUID | None = None
    limit: int = Field(50, ge=1, le=50)


class OwnContactIn(Body):
    """The contact details as they should be."""

    email: str
    phone: str


class OwnCorrectionIn(Body):
    """Names and birth date as they should be, and why."""

    first_name: str
    last_name: str
    birth_date: str
    why: str = ""


@router.get("/own-records", response=OwnPagesOut, summary="For whom the caller acts")
def records(request: HttpRequest) -> dict[str, Any]:
    """Clients in all practices, the caller's own records first."""
    return {"items": own_pages(_login(request))}


@router.get("/own-records/{uuid:client_id}", response=OwnRecordOut, summary="A client's own record")
def record(request: HttpRequest, client_id: UUID) -> Any:
    """What the practice keeps about the client, without notes. The look is recorded."""
    return open_own_record(_actor(request, client_id), OpenOwnRecord())


@router.get(
    "/own-records/{uuid:client_id}/sessions", response=OwnSessionsOut, summary="A client's own sessions"
)
def sessions(request: HttpRequest, client_id: UUID, asked: Query[OwnSessionsAsked]) -> Any:
    """Those to come unless `past`."""
    data = ListOwnSessions(past=asked.past, after=asked.after, limit=asked.limit)
    return list_own_sessions(_actor(request, client_id), data)


@router.put("/own-records/{uuid:client_id}/contact", response={204: None}, summary="Correct contact details")
def contact(request: HttpRequest, client_id: UUID, body: OwnContactIn) -> Status[None]:
    """They hold at once."""
    data = ChangeOwnContact(version=if_match(request), email=body.email, phone=body.phone)
    change_own_contact(_actor(request, client_id), data)
    return Status(204, None)


@router.post(
    "/own-records/{uuid:client_id}/corrections", response={201: Made}, summary="Ask for a correction"
)
def correction(request: HttpRequest, client_id: UUID, body: OwnCorrectionIn) -> Status[dict[str, Any]]:
    """Of a name or the birth date. Nothing changes before the practice accepts."""
    data = AskForCorrection(**body.dict())
    made = ask_for_correction(_actor(request, client_id), data, once=idempotency_key(request))
    return Status(201, {"id": made})


@router.post(
    "/own-records/{uuid:client_id}/corrections/{uuid:wish_id}/withdraw",
    response={204: None},
    summary="Withdraw a correction",
)
def withdraw(request: HttpRequest, client_id: UUID, wish_id: UUID) -> Status[None]:
    """While the practice has not answered."""
    withdraw_correction(_actor(request, client_id), WithdrawCorrection(wish_id=wish_id))
    return Status(204, None)


def _login(request: HttpRequest) -> UUID:
    login_id: UUID = request.auth  # type: ignore[attr-defined]
    return login_id


def _actor(request: HttpRequest, client_id: UUID) -> Actor:
    return actor_for_client(_login(request), client_id)
