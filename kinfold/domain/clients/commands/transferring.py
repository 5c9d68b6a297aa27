"""From one therapist's roster to another's: archived here, added there by e-mail (SPEC H25-H31, 8.3, 8.4).

It ends in the same rows as reassigning: the client's record stays, and so does the history of who cared for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients import profile
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.emails import tell_admins
from kinfold.domain.clients.errors import ClientArchived, OnAnotherRoster
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.ties import open_ties
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, TooManyTries
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.models import Member

says(roster__requested="asked the admins to add a client to a roster")

MOST_REQUESTS: Final = 10
WITHIN: Final = timedelta(hours=1)


class Outcome(StrEnum):
    """What came of adding a client by e-mail."""

    ADDED = "added"
    THERE = "there"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    SENT = "sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveFromRoster:
    """Whose roster, and which of their clients."""

    member_id: UUID
    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class AddToRoster:
    """Whose roster, and the client's e-mail address; `client_id` says which one where several share it."""

    member_id: UUID
    email: str
    client_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterAnswer:
    """What came of it, and the clients it is about: the one who is there now, or those of whom one is to be chosen."""

    outcome: Outcome
    client_ids: tuple[UUID, ...] = ()


@command(Permission.CLIENTS_ASSIGN)
def archive_from_roster(actor: Actor, data: ArchiveFromRoster) -> None:
    """Take a client off a therapist's roster. They stay active, and wait for the therapist who takes over (SPEC 8.3).

    Raises NotFound unless the actor sees the client and they are on that roster.
    """
    seen = visible_to(actor).filter(pk=data.client_id)
    held = open_ties(data.member_id).filter(client_id__in=seen.values("id"))
    assignment_id = held.values_list("id", flat=True).first()
    if assignment_id is None:
        raise NotFound
    end_assignment(actor, EndAssignment(assignment_id=assignment_id))


@command(Permission.CLIENTS_ASSIGN)
def add_to_roster(actor: Actor, data: AddToRoster) -> RosterAnswer:
    """Add the client who has an e-mail address to a therapist's roster, as the one they are: none is made anew.

    Several may share the address; then one of them is to be chosen. An address that belongs to nobody is answered as
    unknown to those who see all clients. Everybody else gets the same answer for it as for a client whom they do not
    see: it is sent to the practice's admins. Raises InvalidInput for the address or a therapist who takes no clients,
    NotFound, ClientArchived, OnAnotherRoster and TooManyTries.
    """
    email = _checked(data.email)
    hold_team()
    if not Member.objects.filter(pk=data.member_id).exists():
        raise NotFound
    theirs = (
        visible_to(actor)
        .select_for_update(no_key=True)
        .filter(email=email)
        .exclude(email="")
        .order_by("sort_key", "id")
    )
    known = list(theirs.values_list("id", "status", "primary_id"))
    if data.client_id:
        known = [row for row in known if row[0] == data.client_id]
    if not known:
        return _nobody_seen(actor, data.member_id)
    active = [
        (client_id, primary_id) for client_id, status, primary_id in known if status == ClientStatus.ACTIVE
    ]
    if not active:
        raise ClientArchived
    ids = tuple(client_id for client_id, _ in active)
    if len(active) > 1:
        trail.nothing_changed()
        return RosterAnswer(outcome=Outcome.SEVERAL, client_ids=ids)
    [(client_id, primary_id)] = active
    if primary_id == data.member_id:
        trail.nothing_changed()
        return RosterAnswer(outcome=Outcome.THERE, client_ids=ids)
    if primary_id is not None:
        raise OnAnotherRoster
    assign_client(actor, AssignClient(client_id=client_id, member_id=data.member_id))
    return RosterAnswer(outcome=Outcome.ADDED, client_ids=ids)


def _checked(typed: str) -> str:
    email = profile.email(typed)
    if isinstance(email, profile.Refused):
        raise InvalidInput.one("email", email)
    if not email:
        raise InvalidInput.one("email", "Enter the client's email address.")
    return email


def _nobody_seen(actor: Actor, member_id: UUID) -> RosterAnswer:
    if actor.may(Permission.CLIENTS_SEE_ALL):
        trail.nothing_changed()
        return RosterAnswer(outcome=Outcome.UNKNOWN)
    lately = AuditEntry.objects.filter(
        actor_id=actor.member_id, action="roster.requested", at__gt=clock.now() - WITHIN
    )
    if lately.count() >= MOST_REQUESTS:
        raise TooManyTries("Too many requests. Ask your practice admin, or try again in an hour.")
    trail.record(actor, "roster.requested", subject=("member", member_id))
    tell_admins(actor.practice_id)
    return RosterAnswer(outcome=Outcome.SENT)
