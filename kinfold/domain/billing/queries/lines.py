"""What is billed of sessions: one line for each that was held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.modifiers import Proof, Resolver
from kinfold.domain.care.models import Session, SessionStatus
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.credentials.days import day_of
from kinfold.domain.credentials.numbers import npis_of
from kinfold.domain.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class GetBillingLines:
    """Of which session."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingLine:
    """One line of a bill, without the client. `npi` and `service_code` are "" where none is on record."""

    session_id: UUID
    day: date
    minutes: int
    service_code: str
    member_id: UUID
    clinician: str
    npi: str
    proof: Proof


@query(Permission.BILLING_OWN)
def get_billing_lines(actor: Actor, data: GetBillingLines) -> tuple[BillingLine, ...]:
    """The lines of one session; none while it was not held.

    Raises NotFound for a session that is not the actor's own, unless they see everybody's lines and the client.
    """
    session = _billed_for(actor).filter(pk=data.session_id)
    if not session.exists():
        raise NotFound
    return _lines(session.filter(status=SessionStatus.COMPLETED))


def _billed_for(actor: Actor) -> QuerySet[Session]:
    """The sessions whose lines an actor sees: their own, or those with every client whom they see (SPEC section 3)."""
    own = Q(member_id=actor.member_id)
    if not actor.may(Permission.BILLING_ALL):
        return Session.objects.filter(own)
    return Session.objects.filter(own | Q(client_id__in=visible_to(actor).values("id")))


def _lines(sessions: QuerySet[Session]) -> tuple[BillingLine, ...]:
    rows = list(
        sessions.values_list(
            "id", "starts_at", "minutes", "service_code", "member_id",
            "member__first_name", "member__last_name",
        )
    )  # fmt: skip
    members: Collection[UUID] = {row[4] for row in rows}
    resolver, npis = Resolver(members), npis_of(members)
    lines = []
    for session_id, starts_at, minutes, code, member_id, first, last in rows:
        day = day_of(starts_at)
        lines.append(
            BillingLine(
                session_id=session_id,
                day=day,
                minutes=minutes,
                service_code=code,
                member_id=member_id,
                clinician=f"{first} {last}".strip(),
                npi=npis.get(member_id, ""),
                proof=resolver.proof(member_id, starts_at, day),
            )
        )
    return tuple(lines)
