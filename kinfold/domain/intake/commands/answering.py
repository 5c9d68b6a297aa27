"""Answering requests from the sign-up page: accepting makes clients, rejecting keeps the reason (U14, U15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.profile import Typed
from kinfold.domain.intake.emails import tell_asker
from kinfold.domain.intake.errors import RequestAnswered
from kinfold.domain.intake.models import RequestState, SignUpRequest
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.text import checked_reason

says(
    sign_up_request__accepted="accepted a request from the sign-up page",
    sign_up_request__rejected="rejected a request from the sign-up page",
)

MOST_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptRequests:
    """Which requests, with one primary therapist and the same tags for all of them.

    `accept_duplicates` says that those who look like clients are different people. `tell` mails them the answer.
    """

    request_ids: tuple[UUID, ...]
    therapist_id: UUID | None = None
    tags: tuple[str, ...] = ()
    accept_duplicates: bool = False
    tell: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectRequests:
    """Which requests, why (kept, never mailed), and whether they are mailed that the answer is no."""

    request_ids: tuple[UUID, ...]
    reason: str = ""
    tell: bool = False


@command(Permission.CLIENTS_ACCEPT)
def accept_requests(actor: Actor, data: AcceptRequests) -> tuple[UUID, ...]:
    """Make clients of those who asked, active at once; all of them or none. Returns the clients' ids in that order.

    Raises what creating clients raises (likely duplicates among it), RequestAnswered and NotFound.
    """
    waiting = _waiting(data.request_ids)
    people = tuple(
        Typed(
            first_name=asked.first_name,
            last_name=asked.last_name,
            email=asked.email,
            birth_date=asked.birth_date.isoformat(),
            sex_at_birth=asked.sex_at_birth,
            phone=asked.phone,
            tags=data.tags,
        )
        for asked in waiting
    )
    client_ids = create_clients(
        actor,
        CreateClients(
            people=people, therapist_id=data.therapist_id, accept_duplicates=data.accept_duplicates
        ),
    )
    for asked, client_id in zip(waiting, client_ids, strict=True):
        _answer(actor, asked, RequestState.ACCEPTED, client_id=client_id, tell=data.tell)
    _record(actor, "sign_up_request.accepted", waiting)
    return client_ids


@command(Permission.CLIENTS_ACCEPT)
def reject_requests(actor: Actor, data: RejectRequests) -> None:
    """Say no to those who asked; the requests and the reason are kept, and no client is made."""
    why = checked_reason(data.reason)
    waiting = _waiting(data.request_ids)
    for asked in waiting:
        _answer(actor, asked, RequestState.REJECTED, reason=why, tell=data.tell)
    _record(actor, "sign_up_request.rejected", waiting)


def _waiting(request_ids: Iterable[UUID]) -> list[SignUpRequest]:
    """The requests with these ids, oldest first, when all of them wait for an answer."""
    wanted = set(request_ids)
    if not wanted:
        raise InvalidInput.one("request_ids", "Choose at least one request.")
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput.one("request_ids", f"Choose at most {MOST_AT_ONCE} requests at a time.")
    found = list(SignUpRequest.objects.filter(pk__in=wanted).order_by("asked_at", "id"))
    if len(found) != len(wanted):
        raise NotFound
    if any(asked.state != RequestState.PENDING for asked in found):
        raise RequestAnswered
    return found


def _answer(actor: Actor, asked: SignUpRequest, state: RequestState, *, tell: bool, **values: object) -> None:
    """One conditional update decides who was first, when two answer at once."""
    pending = SignUpRequest.objects.filter(pk=asked.pk, state=RequestState.PENDING)
    if not pending.update(
        state=state, answered_at=clock.now(), answered_by=actor.member_id, tell=tell, **values
    ):
        raise RequestAnswered
    if tell:
        tell_asker(actor.practice_id, asked.id)


def _record(actor: Actor, action: str, answered: Iterable[SignUpRequest]) -> None:
    trail.record_all(actor, [trail.Event(action, ("sign_up_request", asked.id)) for asked in answered])
