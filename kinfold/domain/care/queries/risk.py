"""A client's level of risk: now for whoever sees the face sheet, with reasons and history in the record (SPEC 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.models import Risk
from kinfold.domain.clients.queries.opening import record_look
from kinfold.domain.clients.visibility import Level, level_for, visible_to
from kinfold.domain.kernel.errors import NotAllowed, NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRisk:
    """Of which client."""

    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskPeriod:
    """One level that was set, by whom, why, and from when until when."""

    level: str
    reason: str
    set_by: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRisk:
    """`level` is empty where none holds. `history` is None for those to whom the record is not open.

    It begins with what holds now: of two records that were merged that may have been said before what ended.
    """

    level: str
    since: datetime | None
    history: tuple[RiskPeriod, ...] | None


@query(Permission.CLIENTS_RISK, records=True)
def get_risk(actor: Actor, data: GetRisk) -> ClientRisk:
    """A client's level of risk. The look is recorded as one at the client.

    Raises NotFound unless the actor may see the client, and NotAllowed for those who see names only.
    """
    if not visible_to(actor).filter(pk=data.client_id).exists():
        raise NotFound
    shown = level_for(actor, data.client_id)
    if shown < Level.FACE_SHEET:
        raise NotAllowed
    rows = (
        Risk.objects.filter(client_id=data.client_id)
        .order_by(F("until").desc(nulls_first=True), "-since", "-id")
        .values_list("level", "reason", "set_by__first_name", "set_by__last_name", "since", "until")
    )
    periods = tuple(
        RiskPeriod(
            level=level,
            reason=reason,
            set_by=f"{first or ''} {last or ''}".strip(),
            since=since,
            until=until,
        )
        for level, reason, first, last, since, until in rows
    )
    record_look(actor, data.client_id, shown)
    now = periods[0] if periods and periods[0].until is None else None
    return ClientRisk(
        level=now.level if now else "",
        since=now.since if now else None,
        history=periods if shown is Level.CHART else None,
    )
