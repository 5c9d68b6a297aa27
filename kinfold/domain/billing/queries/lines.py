"""What is billed of sessions: one line for each that was held (SPEC O20)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.modifiers import Proof, Resolver
from kinfold.domain.care.models import Session, SessionStatus
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.visibility import charts_open_to, opened_by_practice, visible_to
from kinfold.domain.credentials.days import day_of
from kinfold.domain.credentials.numbers import npis_of
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import in_utc

PAGE = 50
MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class GetBillingLines:
    """Of which session."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ListBillingLines:
    """Which lines: of one clinician, of sessions that began from a moment on and before another; and which part."""

    member_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingLine:
    """One line of a bill. `npi` and `service_code` are "" where none is on record.

    Without `client_id` the client is not visible to whoever asks, and has no name.
    """

    session_id: UUID
    client_id: UUID | None
    client: str
    day: date
    minutes: int
    service_code: str
    member_id: UUID
    clinician: str
    npi: str
    proof: Proof


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingPage:
    """Some lines, the newest first, and after which session the next page begins."""

    lines: tuple[BillingLine, ...]
    next: UUID | None


@query(Permission.BILLING_OWN)
def list_billing_lines(actor: Actor, data: ListBillingLines) -> BillingPage:
    """The lines of all sessions that were held: the actor's own, or everybody's with the clients whom they see.

    Raises PlaceGone for a place that is not in the list.
    """
    wanted = _billed_for(actor).filter(status=SessionStatus.COMPLETED)
    if data.member_id:
        wanted = wanted.filter(member_id=data.member_id)
    if data.since:
        wanted = wanted.filter(starts_at__gte=in_utc("since", data.since))
    if data.until:
        wanted = wanted.filter(starts_at__lt=in_utc("until", data.until))
    rest = wanted
    if data.after:
        at = wanted.filter(pk=data.after).values_list("starts_at", flat=True).first()
        if at is None:
            raise PlaceGone
        rest = wanted.filter(Q(starts_at__lt=at) | Q(starts_at=at, id__lt=data.after), starts_at__lte=at)
    size = max(1, min(data.limit, MOST))
    ids = list(rest.order_by("-starts_at", "-id").values_list("id", flat=True)[: size + 1])
    lines = _lines(actor, Session.objects.filter(pk__in=ids[:size]))
    return BillingPage(lines=lines, next=ids[size - 1] if len(ids) > size else None)


@query(Permission.BILLING_OWN)
def get_billing_lines(actor: Actor, data: GetBillingLines) -> tuple[BillingLine, ...]:
    """The lines of one session; none while it was not held.

    Raises NotFound for a session that is not the actor's own, unless they see everybody's lines and the client.
    """
    session = _billed_for(actor).filter(pk=data.session_id)
    if not session.exists():
        raise NotFound
    return _lines(actor, session.filter(status=SessionStatus.COMPLETED))


def _billed_for(actor: Actor) -> QuerySet[Session]:
    """The sessions whose lines an actor sees: their own, or those with every client whom they see (SPEC section 3).

    A service code says what was done, so a direct client's lines are for those alone to whom the record is open.
    """
    own = Q(member_id=actor.member_id)
    if not actor.may(Permission.BILLING_ALL):
        return Session.objects.filter(own)
    clients = visible_to(actor).filter(opened_by_practice() | charts_open_to(actor))
    return Session.objects.filter(own | Q(client_id__in=clients.values("id")))


def _lines(actor: Actor, sessions: QuerySet[Session]) -> tuple[BillingLine, ...]:
    rows = list(
        sessions.order_by("-starts_at", "-id").values_list(
            "id", "starts_at", "minutes", "service_code", "member_id",
            "member__first_name", "member__last_name", "client_id",
        )
    )  # fmt: skip
    members: Collection[UUID] = {row[4] for row in rows}
    resolver, npis = Resolver(members), npis_of(members)
    seen = visible_to(actor).filter(pk__in={row[7] for row in rows})
    clients = {
        client_id: f"{first} {last}".strip()
        for client_id, first, last in seen.values_list("id", "first_name", "last_name")
    }
    lines = []
    for session_id, starts_at, minutes, code, member_id, first, last, client_id in rows:
        day = day_of(starts_at)
        lines.append(
            BillingLine(
                session_id=session_id,
                client_id=client_id if client_id in clients else None,
                client=clients.get(client_id, ""),
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
