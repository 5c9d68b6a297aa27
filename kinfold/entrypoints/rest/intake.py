"""The API of the sign-up page and its requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema, Status

from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.intake.commands.answering import (
    AcceptRequests,
    RejectRequests,
    accept_requests,
    reject_requests,
)
from kinfold.domain.intake.commands.page import ChangeSignUpPage, change_sign_up_page
from kinfold.domain.intake.queries.page import GetSignUpPage, get_sign_up_page
from kinfold.domain.intake.queries.requests import ListRequests, list_requests

from .client_schemas import CreatedOut, DuplicatesOut, likenesses
from .core import ApiRequest, etag, idempotency_key, if_match, problem

router = Router(tags=["sign-up"])


class PageOut(Schema):
    """How the public sign-up page is set."""

    is_open: bool
    welcome: str
    consent: str
    asks_phone: bool
    asks_about: bool
    asks_therapist: bool


class RequestOut(Schema):
    """One request from the sign-up page."""

    id: UUID
    state: Literal["pending", "accepted", "rejected"]
    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: date
    sex_at_birth: str
    about: str
    therapist_id: UUID | None
    consent: str
    asked_at: datetime
    answered_at: datetime | None
    reason: str
    client_id: UUID | None


class RequestList(Schema):
    """Some requests, the newest first; `next` is the `after` of the next page."""

    items: list[RequestOut]
    total: int
    next: UUID | None


class RequestFilter(Schema):
    """Those who wait, or those answered in the last 30 days."""

    answered: bool = False
    after: UUID | None = None
    limit: int = Field(50, ge=1, le=200)


class AcceptRequestsIn(Schema):
    """Which requests, and what they become."""

    request_ids: list[UUID] = Field(max_length=50)
    therapist_id: UUID | None = None
    tags: list[str] = []
    accept_duplicates: bool = False
    tell: bool = True


class RejectIn(Schema):
    """Which requests, and why."""

    request_ids: list[UUID] = Field(max_length=50)
    reason: str = ""
    tell: bool = False


@router.get("/sign-up-page", response=PageOut, summary="The sign-up page")
def page(request: ApiRequest, response: HttpResponse) -> dict[str, Any]:
    """How it is set. The ETag is for changes."""
    return _page(request, response)


@router.put("/sign-up-page", response=PageOut, summary="Change the sign-up page")
def change_page(request: ApiRequest, response: HttpResponse, body: PageOut) -> dict[str, Any]:
    """Opens or closes it too. Needs If-Match."""
    change_sign_up_page(request.auth, ChangeSignUpPage(version=if_match(request), **body.dict()))
    return _page(request, response)


@router.get("/sign-up-requests", response=RequestList, summary="Sign-up requests")
def requests(request: ApiRequest, asked: Query[RequestFilter]) -> dict[str, Any]:
    """What people sent by the sign-up page."""
    found = list_requests(
        request.auth, ListRequests(answered=asked.answered, after=asked.after, limit=asked.limit)
    )
    return {"items": found.rows, "total": found.total, "next": found.next}


@router.post(
    "/sign-up-requests/accept", response={200: CreatedOut, 409: DuplicatesOut}, summary="Accept requests"
)
def accept(request: ApiRequest, body: AcceptRequestsIn) -> dict[str, Any] | HttpResponse:
    """Makes clients of them, all or none; the ids are those of the clients, in the order in which they asked."""
    data = AcceptRequests(
        request_ids=tuple(body.request_ids),
        therapist_id=body.therapist_id,
        tags=tuple(body.tags),
        accept_duplicates=body.accept_duplicates,
        tell=body.tell,
    )
    try:
        return {"ids": accept_requests(request.auth, data, once=idempotency_key(request))}
    except LikelyDuplicates as refused:
        return problem(refused, duplicates=likenesses(refused))


@router.post("/sign-up-requests/reject", response={204: None}, summary="Reject requests")
def reject(request: ApiRequest, body: RejectIn) -> Status[None]:
    """They are kept, with the reason; no client is made."""
    data = RejectRequests(request_ids=tuple(body.request_ids), reason=body.reason, tell=body.tell)
    reject_requests(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


def _page(request: ApiRequest, response: HttpResponse) -> dict[str, Any]:
    found = get_sign_up_page(request.auth, GetSignUpPage())
    response.headers["ETag"] = etag(found.version)
    return {name: getattr(found, name) for name in PageOut.model_fields}
