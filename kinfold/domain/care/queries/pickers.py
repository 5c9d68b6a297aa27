"""What can be chosen when a session is booked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.clinicians import taking_sessions
from kinfold.domain.clients.models import AssignmentKind, Client, ClientStatus
from kinfold.domain.clients.visibility import further_ties
from kinfold.domain.kernel import clock

# A caseload; whoever has more finds the client in their list and books from there.
MOST_OWN = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class ListClinicians:
    """With whom the actor can book."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOwnClients:
    """The actor's own active clients."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Something to choose from a list."""

    id: UUID
    name: str


@query(Permission.SESSIONS_BOOK)
def list_clinicians(actor: Actor, data: ListClinicians) -> tuple[Choice, ...]:
    """By name: everybody who takes new sessions, or only oneself without the right to book for everybody."""
    able = taking_sessions(clock.now())
    if not actor.may(Permission.SESSIONS_MANAGE):
        able = able.filter(pk__in=[actor.member_id])
    rows = able.order_by("sort_key", "id").values_list("id", "first_name", "last_name")
    return tuple(Choice(id=member_id, name=f"{first} {last}".strip()) for member_id, first, last in rows)


@query(Permission.SESSIONS_BOOK)
def list_own_clients(actor: Actor, data: ListOwnClients) -> tuple[Choice, ...]:
    """By name: whose therapist the actor is, or for whom they stand in."""
    if actor.member_id is None or not actor.may(Permission.CLIENTS_SEE_OWN):
        return ()
    stood_in_for = further_ties([actor.member_id], clock.now()).exclude(kind=AssignmentKind.WALK_IN)
    theirs = Client.objects.filter(
        Q(primary_id=actor.member_id) | Q(pk__in=stood_in_for.values("client_id")), status=ClientStatus.ACTIVE
    )
    rows = theirs.order_by("sort_key", "id").values_list("id", "first_name", "last_name")[:MOST_OWN]
    return tuple(Choice(id=client_id, name=f"{first} {last}".strip()) for client_id, first, last in rows)
