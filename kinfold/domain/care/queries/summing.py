"""What stands beside a client's name about their sessions: the last one, the next one, and notes that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.models import SessionStatus
from kinfold.domain.care.overdue import overdue_before
from kinfold.domain.care.queries.listing import to_finish
from kinfold.domain.care.sight import sessions_seen_by
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock


@dataclass(frozen=True, kw_only=True, slots=True)
class SumSessions:
    """Of which clients."""

    client_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ClientSessions:
    """A client's sessions, as far as the asker sees them. `sessions` counts what was held and what is booked."""

    sessions: int
    last: datetime | None
    next: datetime | None
    pending_notes: int
    overdue_notes: int


NONE_YET = ClientSessions(0, None, None, 0, 0)


def held() -> Q:
    """The sessions of which the latest is a client's last one."""
    return Q(status=SessionStatus.COMPLETED)


def to_come(now: datetime) -> Q:
    """The sessions of which the first is a client's next one."""
    return Q(status=SessionStatus.SCHEDULED, starts_at__gte=now)


@query(Permission.SESSIONS_SEE)
def sum_sessions(actor: Actor, data: SumSessions) -> Mapping[UUID, ClientSessions]:
    """The sessions of each of these clients whom the actor sees (SPEC O28, O29); without any, a client is left out."""
    now = clock.now()
    theirs = sessions_seen_by(actor).filter(
        client_id__in=visible_to(actor).filter(pk__in=data.client_ids).values("id")
    )
    rows = (
        theirs.exclude(status=SessionStatus.CANCELLED)
        .order_by()
        .values("client_id")
        .annotate(
            sessions=Count("id"),
            last=Max("starts_at", filter=held()),
            next=Min("starts_at", filter=to_come(now)),
            pending=Count("id", filter=to_finish()),
            overdue=Count("id", filter=to_finish() & Q(starts_at__lt=overdue_before(now))),
        )
        .values_list("client_id", "sessions", "last", "next", "pending", "overdue")
    )
    return {client_id: ClientSessions(*rest) for client_id, *rest in rows}
