"""At what level of risk a client is: said by somebody, with the reason, as periods (SPEC O30)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.care.models import Risk
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import Client, ClientStatus, RiskLevel
from kinfold.domain.clients.visibility import Level, level_for, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, Problem
from kinfold.domain.kernel.text import checked_reason

says(risk__changed="set a client's risk level")


@dataclass(frozen=True, kw_only=True, slots=True)
class SetRisk:
    """Which client is at which level, none, low, moderate or high, and why."""

    client_id: UUID
    level: str
    reason: str


@command(Permission.CLIENTS_SET_RISK)
def set_risk(actor: Actor, data: SetRisk) -> None:
    """Set a client's level of risk; what was said before stays in the history.

    Whoever sees the face sheet may say so, a walk-in's clinician too (SPEC 8.2). Raises InvalidInput naming what is
    missing, NotFound, NotAllowed for those who see names only, and ClientArchived.
    """
    why = _checked(data)
    # One decision about a client ends before the next begins. SQLite has one writer at a time.
    client = visible_to(actor).select_for_update(no_key=True).filter(pk=data.client_id).first()
    if client is None:
        raise NotFound
    if level_for(actor, client.id) < Level.FACE_SHEET:
        raise NotAllowed
    if client.status != ClientStatus.ACTIVE:
        raise ClientArchived
    now = clock.now()
    open_periods = Risk.objects.filter(client_id=client.id, until__isnull=True)
    if open_periods.filter(level=data.level, reason=why).exists():
        trail.nothing_changed()
        return
    open_periods.update(until=now)
    said = Risk.objects.create(
        client_id=client.id, level=data.level, reason=why, since=now, set_by_id=actor.member_id
    )
    Client.objects.filter(pk=client.id).update(risk=data.level)
    trail.record(actor, "risk.changed", subject=("client", client.id), detail={"risk": str(said.id)})


def _checked(data: SetRisk) -> str:
    """The reason as it will be stored. Raises InvalidInput naming what is missing or cannot be taken."""
    problems: list[Problem] = []
    if data.level not in RiskLevel.values:
        problems.append(Problem("level", "Choose none, low, moderate or high."))
    why = ""
    try:
        why = checked_reason(data.reason)
    except InvalidInput as refused:
        problems += refused.problems
    else:
        problems += [] if why else [Problem("reason", "Say in a few words why.")]
    if problems:
        raise InvalidInput(problems)
    return why
