"""New clients who look like others whom their creators may not see, for those who see both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import DuplicateNotice
from kinfold.domain.kernel.errors import NotAllowed

MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDuplicates:
    """All that wait."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicatePair:
    """A new client and the one they look like, by name, and what the two share."""

    id: UUID
    client_id: UUID
    client: str
    other_id: UUID
    other: str
    shares: str
    noticed_at: datetime


@query(Permission.CLIENTS_ACCEPT)
def list_duplicates(actor: Actor, data: ListDuplicates) -> tuple[DuplicatePair, ...]:
    """The pairs that nobody has looked into yet, newest first, at most 100. For those who see all clients."""
    if not actor.may(Permission.CLIENTS_SEE_ALL):
        raise NotAllowed
    waiting = DuplicateNotice.objects.filter(settled_at__isnull=True).order_by("-noticed_at", "-id")
    names = ("client__first_name", "client__last_name", "other__first_name", "other__last_name")
    rows = waiting.values_list("id", "client_id", "other_id", "shares", "noticed_at", *names)[:MOST]
    return tuple(
        DuplicatePair(
            id=row[0],
            client_id=row[1],
            client=f"{row[5]} {row[6]}",
            other_id=row[2],
            other=f"{row[7]} {row[8]}",
            shares=row[3],
            noticed_at=row[4],
        )
        for row in rows
    )
