"""Legal holds: a record under one is not destroyed, whatever was planned or the retention rule says."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.records.errors import HeldAlready, NotHeld
from kinfold.domain.records.holds import held
from kinfold.domain.records.models import LegalHold
from kinfold.domain.team.granting import hold_team

says(
    client__hold_placed="put a client's record under a legal hold",
    client__hold_lifted="lifted a client's legal hold",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldRecord:
    """Whose record, and why."""

    client_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LiftHold:
    """Whose record, and why it need not be held any longer."""

    client_id: UUID
    reason: str


@command(Permission.CLIENTS_DELETE)
def hold_record(actor: Actor, data: HoldRecord) -> None:
    """Put a client's record under a legal hold, active or archived. Raises HeldAlready while there is one."""
    reason = _checked(actor, data.client_id, data.reason)
    if held([data.client_id]):
        raise HeldAlready
    LegalHold.objects.create(
        client_id=data.client_id, reason=reason, set_by_id=actor.member_id, since=clock.now()
    )
    trail.record(actor, "client.hold_placed", subject=("client", data.client_id))


@command(Permission.CLIENTS_DELETE)
def lift_hold(actor: Actor, data: LiftHold) -> None:
    """End the legal hold on a record. What was planned for it goes on. Raises NotHeld when there is none."""
    reason = _checked(actor, data.client_id, data.reason)
    ended = LegalHold.objects.filter(client_id=data.client_id, until__isnull=True).update(
        until=clock.now(), lifted_by_id=actor.member_id, lifted_reason=reason
    )
    if not ended:
        raise NotHeld
    trail.record(actor, "client.hold_lifted", subject=("client", data.client_id))


def _checked(actor: Actor, client_id: UUID, typed: str) -> str:
    reason = checked_reason(typed)
    if not reason:
        raise InvalidInput.one("reason", "Say why.")
    hold_team()
    if not visible_to(actor).filter(pk=client_id).exists():
        raise NotFound
    return reason
