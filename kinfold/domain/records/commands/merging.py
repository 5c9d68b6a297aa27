"""Merging two records of one person, and taking that back (SPEC 8.5, N3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.changes.models import ChangeSet, ChangeState
from kinfold.domain.clients.fields import TEXT_FIELDS
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.records.errors import CannotUnmerge
from kinfold.domain.records.merging.merging import merge, pair_of, refuse_what_cannot_be_one
from kinfold.domain.records.merging.periods import Pair
from kinfold.domain.records.merging.undoing import take_apart
from kinfold.domain.records.models import Merge
from kinfold.domain.team.granting import hold_team

says(
    client__merged="merged a client's record into another",
    client__received="merged another record into a client's",
    client__unmerged="undid the merge of two clients' records",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeClients:
    """The record that stays and the one that goes, as they were read, and what of the other one goes on.

    `taken` names the fields that the other record decides. `their_therapist`: where both have a therapist, that of the
    other record goes on.
    """

    kept_id: UUID
    gone_id: UUID
    kept_version: int
    gone_version: int
    taken: tuple[str, ...] = ()
    their_therapist: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoMerge:
    """Which merge."""

    merge_id: UUID


@command(Permission.CLIENTS_MERGE)
def merge_clients(actor: Actor, data: MergeClients) -> UUID:
    """Make one record of two: everything that points at the one that goes moves to the one that stays.

    Exactly one therapist goes on; the other's time stays in the history. The old id leads to the record that stays.
    Raises InvalidInput for one and the same record, NotFound for whom the actor does not see, ClientArchived,
    MergedMeanwhile, StaleVersion when somebody changed one of them since, and SessionsOverlap or TooMuchTogether where
    something has to be decided first.
    """
    if actor.member_id is None:
        raise NotAllowed
    hold_team()
    # Whoever changes one of them right now is waited for. SQLite has one writer at a time.
    both = visible_to(actor).filter(pk__in=(data.kept_id, data.gone_id)).order_by("id")
    list(both.select_for_update(no_key=True).values_list("id"))
    kept, gone = pair_of(actor, data.kept_id, data.gone_id)
    if not set(data.taken) <= set(TEXT_FIELDS):
        raise InvalidInput.one("taken", "One of these fields is not known.")
    if (kept.version, gone.version) != (data.kept_version, data.gone_version):
        raise StaleVersion
    refuse_what_cannot_be_one(Pair(kept.id, gone.id))
    done = merge(actor.member_id, kept, gone, data.taken, data.their_therapist, clock.now())
    detail = {"change": str(done.change_set_id)}
    trail.record_all(
        actor,
        [
            trail.Event("client.merged", ("client", gone.id), detail={**detail, "into": str(kept.id)}),
            trail.Event(
                "client.received", ("client", kept.id), list(data.taken), {**detail, "from": str(gone.id)}
            ),
        ],
    )
    return done.id


@command(Permission.CLIENTS_MERGE)
def undo_merge(actor: Actor, data: UndoMerge) -> UUID:
    """Make two records again within 30 days. What was changed since stays with the one that stayed, and is listed.

    Raises CannotUnmerge when it was undone already, is too long ago, or the record was archived or merged since.
    """
    hold_team()
    now = clock.now()
    done = Merge.objects.filter(pk=data.merge_id).first()
    # Whoever changes them right now is waited for, as in merging.
    kept = visible_to(actor).select_for_update(no_key=True).filter(pk=done.kept_id).first() if done else None
    if done is None or kept is None:
        raise NotFound
    if done.kept_id != done.kept_then_id or kept.status != ClientStatus.ACTIVE:
        raise CannotUnmerge
    undone = ChangeSet.objects.filter(
        pk=done.change_set_id, state=ChangeState.DONE, undo_until__gt=now
    ).update(state=ChangeState.UNDONE, undone_at=now, undone_by_id=actor.member_id)
    if not undone:
        raise CannotUnmerge
    take_apart(done, kept, now)
    ChangeSet.objects.filter(pk=done.change_set_id).update(rows_kept=len(done.left))
    detail = {"change": str(done.change_set_id), "left": len(done.left)}
    trail.record_all(
        actor,
        [
            trail.Event("client.unmerged", ("client", client_id), detail=detail)
            for client_id in (done.gone_id, done.kept_id)
        ],
    )
    return done.gone_id
