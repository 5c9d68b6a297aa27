"""Bulk acts: clients are chosen, looked at in a preview, and changed in one transaction that can be undone for 30 days.

    change_id = select_clients(actor, SelectClients(act=Act.REASSIGN, matching=ListClients(therapist_id=…)))
    reassign_clients(actor, ReassignClients(change_id=change_id, member_id=…, at_once=True))

Who is chosen is kept with the version they had then, so nobody is changed whom somebody else changed meanwhile. An act
on many is carried out in the background, unless `at_once` makes it part of the running transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.changes.models import ChangeSet, ChangeState
from kinfold.domain.clients.bulk.acts import PERMISSIONS, Act, Choice
from kinfold.domain.clients.bulk.carrying import carry_out, take_back
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.errors import CannotUndo, ChangeMovedOn, NobodyChosen
from kinfold.domain.clients.models import ChosenClient, Tag
from kinfold.domain.clients.profile import Refused, tag_list
from kinfold.domain.clients.queries.listing import ListClients, matching
from kinfold.domain.clients.visibility import refuse_unless_sees_clients, visible_to
from kinfold.domain.credentials.gate import refuse_unless_takes_clients
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, Problem
from kinfold.domain.kernel.many import expect_many_rows, insert
from kinfold.domain.kernel.one_of import OneOf
from kinfold.domain.kernel.tasks import later
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.team.granting import hold_team

says(
    change__prepared="chose clients for a bulk change",
    change__started="started a bulk change",
    change__applied="carried out a bulk change",
    change__failed="could not finish a bulk change",
    change__undo_started="began to undo a bulk change",
    change__undone="undid a bulk change",
    client__archived="archived a client",
    client__unarchived="brought a client back from Archived",
    client_code__sent="sent a client a registration code",
    client_code__ended="ended a client's registration code",
)

MOST_NAMED: Final = 1_000
MOST_CHOSEN: Final = 100_000
# A code is hashed and mailed one by one, while nobody else can write to a small practice's database.
MOST_CODES: Final = 1_000
# Up to so many are changed while the person waits.
WAITED_FOR: Final = 2_000
CODES_WAITED_FOR: Final = 50
CARRY_OUT: Final = "kinfold.domain.clients.bulk.background.carry_out_change"


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectClients:
    """For which act, and whom: clients by id, or all of a list as it is narrowed down."""

    act: Act
    client_ids: tuple[UUID, ...] = ()
    matching: ListClients | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveClients:
    """Those who were chosen. `at_once`: within this transaction, however many they are."""

    change_id: UUID
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UnarchiveClients:
    """Those who were chosen."""

    change_id: UUID
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AddTags:
    """Those who were chosen, and the names of the tags; new ones are made."""

    change_id: UUID
    tags: tuple[str, ...]
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveTags:
    """Those who were chosen, and the tags."""

    change_id: UUID
    tag_ids: tuple[UUID, ...]
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReassignClients:
    """Those who were chosen, and their next therapist; None leaves them waiting for one."""

    change_id: UUID
    member_id: UUID | None
    reason: str = ""
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SendClientCodes:
    """Those who were chosen."""

    change_id: UUID
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoChange:
    """Which act."""

    change_id: UUID


@command(None)
def select_clients(actor: Actor, data: SelectClients) -> UUID:
    """Keep whom an act shall be done to, as they are now. Returns the act, which waits to be carried out.

    Raises NotAllowed without the act's permission, NobodyChosen, and NotFound when one of the ids is nobody whom the
    actor sees.
    """
    refuse_unless_sees_clients(actor)
    if actor.member_id is None:
        raise NotAllowed("A bulk act is done by a member of the team.")
    if not actor.may(PERMISSIONS[data.act]):
        raise NotAllowed
    hold_team()  # whoever deletes some of them is waited for: the new rows name them (clients/holding.py)
    wanted = _wanted(actor, data)
    if not wanted:
        raise NobodyChosen([Problem("client_ids", NobodyChosen.message)])
    most = MOST_CODES if data.act is Act.SEND_CODES else MOST_CHOSEN
    if len(wanted) > most:
        raise InvalidInput.one("client_ids", f"Choose at most {most:,} clients at a time.")
    named = visible_to(actor).filter(OneOf("id", wanted))
    rows: list[tuple[Any, ...]] = list(named.values_list("id", "version", "primary_id", "kind"))
    if len(rows) < len(wanted):
        raise NotFound
    change_id = uuid4()
    ChangeSet.objects.create(
        id=change_id,
        kind=data.act,
        state=ChangeState.PREPARED,
        made_by_id=actor.member_id,
        made_at=clock.now(),
        rows=len(rows),
    )
    insert(
        ChosenClient,
        {"practice_id": actor.practice_id, "change_set_id": change_id, "outcome": Outcome.DONE.value},
        {
            "client_id": [row[0].hex for row in rows],
            "version": [row[1] for row in rows],
            "member_id": [row[2].hex if row[2] else None for row in rows],
            "kind": [row[3] for row in rows],
        },
    )
    detail = {"act": data.act.value, "clients": len(rows)}
    trail.record(actor, "change.prepared", subject=("change", change_id), detail=detail)
    return change_id


@command(Permission.CLIENTS_ARCHIVE)
def archive_clients(actor: Actor, data: ArchiveClients) -> UUID:
    """Archive the chosen clients: their assignments end, and nobody changes their records any more (SPEC 8.3)."""
    return decide(actor, data.change_id, Act.ARCHIVE, Choice(), at_once=data.at_once)


@command(Permission.CLIENTS_ARCHIVE)
def unarchive_clients(actor: Actor, data: UnarchiveClients) -> UUID:
    """Bring the chosen clients back. They wait for a therapist then (SPEC U17)."""
    return decide(actor, data.change_id, Act.UNARCHIVE, Choice(), at_once=data.at_once)


@command(Permission.CLIENTS_CHANGE)
def add_tags(actor: Actor, data: AddTags) -> UUID:
    """Tag the chosen clients (SPEC U21). Raises InvalidInput for no tag, and for one that cannot be."""
    return decide(actor, data.change_id, Act.ADD_TAGS, Choice(tags=_tags(data.tags)), at_once=data.at_once)


@command(Permission.CLIENTS_CHANGE)
def remove_tags(actor: Actor, data: RemoveTags) -> UUID:
    """Take tags off the chosen clients. Raises InvalidInput unless each is a tag of the practice."""
    found = set(Tag.objects.filter(pk__in=data.tag_ids).values_list("id", flat=True))
    if not found or found != set(data.tag_ids):
        raise InvalidInput.one("tag_ids", "Choose at least one tag of the practice.")
    choice = Choice(tag_ids=tuple(sorted(found)))
    return decide(actor, data.change_id, Act.REMOVE_TAGS, choice, at_once=data.at_once)


@command(Permission.CLIENTS_ASSIGN)
def reassign_clients(actor: Actor, data: ReassignClients) -> UUID:
    """Give the chosen clients to another therapist, or to nobody for now (SPEC O25).

    Each stays what they are, a practice client or a direct client. Raises InvalidInput unless the therapist may take
    new clients (`credentials.gate`).
    """
    why = checked_reason(data.reason)
    if data.member_id is not None:
        refuse_unless_takes_clients(data.member_id, clock.now(), "member_id")
    choice = Choice(member_id=data.member_id, unassign=data.member_id is None, reason=why)
    return decide(actor, data.change_id, Act.REASSIGN, choice, at_once=data.at_once)


@command(Permission.CLIENTS_REGISTER)
def send_client_codes(actor: Actor, data: SendClientCodes) -> UUID:
    """Mail the chosen clients a fresh registration code each; codes from before end (SPEC U23, U41, U43).

    Who has registered, has no address or no known date of birth is left alone.
    """
    return decide(actor, data.change_id, Act.SEND_CODES, Choice(), at_once=data.at_once)


@command(None)
def undo_change(actor: Actor, data: UndoChange) -> UUID:
    """Take a bulk act back within 30 days, for everyone whom nobody touched since (SPEC N3).

    Needs the permission that the act itself needs. Raises CannotUndo unless it was done, and not too long ago.
    """
    change = change_of(actor, data.change_id)
    now = clock.now()
    begun = ChangeSet.objects.filter(pk=change.id, state=ChangeState.DONE, undo_until__gt=now).update(
        state=ChangeState.UNDOING, undone_by_id=actor.member_id, problem=""
    )
    if not begun:
        raise CannotUndo
    if change.rows_done > WAITED_FOR:
        later(CARRY_OUT, actor.practice_id, change.id)
        trail.record(actor, "change.undo_started", subject=("change", change.id))
    else:
        expect_many_rows()
        take_back(actor, ChangeSet.objects.get(pk=change.id))
    return change.id


def changes_of(actor: Actor) -> QuerySet[ChangeSet]:
    """The bulk acts that an actor may see: of the kinds they may do, their own, or all where they see all clients."""
    kinds = [act.value for act, permission in PERMISSIONS.items() if actor.may(permission)]
    changes = ChangeSet.objects.filter(kind__in=kinds)
    if actor.may(Permission.CLIENTS_SEE_ALL):
        return changes
    return changes.filter(made_by_id=actor.member_id) if actor.member_id else changes.none()


def _wanted(actor: Actor, data: SelectClients) -> list[UUID]:
    if data.matching is not None:
        return matching(actor, data.matching, MOST_CHOSEN + 1)
    if len(data.client_ids) > MOST_NAMED:
        raise InvalidInput.one("client_ids", f"Name at most {MOST_NAMED:,} clients at a time.")
    return list(dict.fromkeys(data.client_ids))


def _tags(typed: tuple[str, ...]) -> tuple[str, ...]:
    kept = tag_list(typed)
    if isinstance(kept, Refused):
        raise InvalidInput.one("tags", kept)
    if not kept:
        raise InvalidInput.one("tags", "Enter at least one tag.")
    return kept


def change_of(actor: Actor, change_id: UUID) -> ChangeSet:
    """One of these acts. Raises NotFound."""
    refuse_unless_sees_clients(actor)
    change = changes_of(actor).filter(pk=change_id).first()
    if change is None:
        raise NotFound
    return change


def decide(actor: Actor, change_id: UUID, act: Act, choice: Choice, *, at_once: bool) -> UUID:
    """Carry an act out, here or in the background; once."""
    change = change_of(actor, change_id)
    made_by_id = actor.member_id
    if change.kind != act or made_by_id is None:
        raise NotFound
    begun = ChangeSet.objects.filter(pk=change.id, state=ChangeState.PREPARED).update(
        state=ChangeState.RUNNING, choice=choice.stored(), made_by_id=made_by_id
    )
    if not begun:
        raise ChangeMovedOn
    waited_for = CODES_WAITED_FOR if act is Act.SEND_CODES else WAITED_FOR
    if change.rows > waited_for and not at_once:
        later(CARRY_OUT, actor.practice_id, change.id)
        trail.record(actor, "change.started", subject=("change", change.id))
    else:
        change.state, change.made_by_id = ChangeState.RUNNING, made_by_id
        expect_many_rows()
        carry_out(actor, change, choice)
    return change.id
