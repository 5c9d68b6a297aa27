"""Who cares for a client: ties that are opened and closed, never overwritten (SPEC O26, 8.3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.errors import AssignmentEnded, ClientArchived
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, AssignmentKind, ClientStatus
from kinfold.domain.clients.ties import tie, untie
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.credentials.gate import refuse_unless_takes_clients
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.team.granting import hold_team

says(client__unassigned="ended a client's assignment")


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignClient:
    """Whom a client is given to: as primary therapist ("primary"), or as the therapist's direct client ("direct")."""

    client_id: UUID
    member_id: UUID
    kind: str = AssignmentKind.PRIMARY.value
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndAssignment:
    """Which assignment ends."""

    assignment_id: UUID


@command(Permission.CLIENTS_ASSIGN)
def assign_client(actor: Actor, data: AssignClient) -> UUID:
    """Give a client to a therapist; whoever had them before keeps their place in the history. Returns the assignment.

    Raises InvalidInput unless the therapist may take new clients (`credentials.gate`). To assign again as it is changes
    nothing.
    """
    why = checked_reason(data.reason)
    if data.kind not in THERAPIST_KINDS:
        raise InvalidInput.one("kind", "Choose primary or direct.")
    hold_team()
    _hold(actor, data.client_id)
    now = clock.now()
    theirs = Assignment.objects.filter(
        client_id=data.client_id, member_id=data.member_id, kind__in=THERAPIST_KINDS, until__isnull=True
    ).values_list("id", "kind")
    if not theirs:  # whom they have already is no new client
        refuse_unless_takes_clients(data.member_id, now, "member_id")
    current = [tie_id for tie_id, kind in theirs if kind == data.kind]
    if current:
        trail.nothing_changed()
        return current[0]
    kind = AssignmentKind(data.kind)
    assignment_id, event = tie(actor, data.client_id, data.member_id, kind, now, why)
    trail.record_all(actor, [event])
    return assignment_id


@command(Permission.CLIENTS_ASSIGN)
def end_assignment(actor: Actor, data: EndAssignment) -> None:
    """End an assignment to a therapist. The client stays active and waits for another one (SPEC 8.3)."""
    client_id = (
        Assignment.objects.filter(
            pk=data.assignment_id, kind__in=THERAPIST_KINDS, client_id__in=visible_to(actor).values("id")
        )
        .values_list("client_id", flat=True)
        .first()
    )
    if client_id is None:
        raise NotFound
    _hold(actor, client_id)
    event = untie(actor, client_id, data.assignment_id, clock.now())
    if event is None:
        raise AssignmentEnded
    trail.record_all(actor, [event])


def _hold(actor: Actor, client_id: UUID) -> None:
    """Let one decision about a client finish before the next looks. SQLite has one writer at a time."""
    status = (
        visible_to(actor)
        .select_for_update(no_key=True)
        .filter(pk=client_id)
        .values_list("status", flat=True)
        .first()
    )
    if status is None:
        raise NotFound
    if status != ClientStatus.ACTIVE:
        raise ClientArchived
