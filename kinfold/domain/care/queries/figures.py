"""The figures of a clinician: caseload, sessions, notes that wait, and clients at risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.models import Session, SessionStatus
from kinfold.domain.care.overdue import overdue_before
from kinfold.domain.care.queries.listing import to_finish
from kinfold.domain.care.sight import sessions_seen_by
from kinfold.domain.clients.models import ClientKind, ClientStatus, RiskLevel
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.team.models import Member

RECENT: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class GetMemberFigures:
    """Of which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseloadFigures:
    """How many active clients have this clinician as their therapist, and how many of them are direct clients.

    `high_risk` and `moderate_risk` are None for those who may not see risk.
    """

    active_clients: int
    direct_clients: int
    high_risk: int | None
    moderate_risk: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionFigures:
    """What this clinician held in the last 30 days and in the 30 before, and which of their notes wait."""

    sessions: int
    sessions_before: int
    pending_notes: int
    overdue_notes: int
    oldest_pending: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberFigures:
    """A part is None for those who see no clients, or no sessions."""

    caseload: CaseloadFigures | None
    sessions: SessionFigures | None


@query(Permission.MEMBERS_READ)
def get_member_figures(actor: Actor, data: GetMemberFigures) -> MemberFigures:
    """The figures of one member, of whom and what the actor may see (SPEC O27-O30, 8.1). Raises NotFound."""
    if not Member.objects.filter(pk=data.member_id).exists():
        raise NotFound
    return MemberFigures(
        caseload=_caseload(actor, data.member_id) if actor.sees_clients else None,
        sessions=_sessions(actor, data.member_id) if actor.may(Permission.SESSIONS_SEE) else None,
    )


def _caseload(actor: Actor, member_id: UUID) -> CaseloadFigures:
    theirs = visible_to(actor).filter(status=ClientStatus.ACTIVE, primary_id=member_id)
    found = theirs.aggregate(
        active=Count("id"),
        direct=Count("id", filter=Q(kind=ClientKind.DIRECT)),
        high=Count("id", filter=Q(risk=RiskLevel.HIGH)),
        moderate=Count("id", filter=Q(risk=RiskLevel.MODERATE)),
    )
    risks = actor.may(Permission.CLIENTS_RISK)
    return CaseloadFigures(
        active_clients=found["active"],
        direct_clients=found["direct"],
        high_risk=found["high"] if risks else None,
        moderate_risk=found["moderate"] if risks else None,
    )


def _sessions(actor: Actor, member_id: UUID) -> SessionFigures:
    now = clock.now()
    held = Q(status=SessionStatus.COMPLETED)
    found = (
        _counted_for(actor)
        .filter(member_id=member_id)
        .aggregate(
            recent=Count("id", filter=held & Q(starts_at__gte=now - RECENT)),
            before=Count("id", filter=held & Q(starts_at__gte=now - 2 * RECENT, starts_at__lt=now - RECENT)),
            pending=Count("id", filter=to_finish()),
            overdue=Count("id", filter=to_finish() & Q(starts_at__lt=overdue_before(now))),
            oldest=Min("starts_at", filter=to_finish()),
        )
    )
    return SessionFigures(
        sessions=found["recent"],
        sessions_before=found["before"],
        pending_notes=found["pending"],
        overdue_notes=found["overdue"],
        oldest_pending=found["oldest"],
    )


def _counted_for(actor: Actor) -> QuerySet[Session]:
    """Whoever sees all clients sees every figure, those of direct clients' sessions included (SPEC 8.1)."""
    if actor.may(Permission.CLIENTS_SEE_ALL):
        return Session.objects.all()
    return sessions_seen_by(actor)
