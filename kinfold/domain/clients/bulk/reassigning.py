"""Giving many clients to one therapist, or to nobody for now (SPEC O25, O36)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.bulk.acts import Chosen, Left, Work, archived_already
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.errors import TakesNoClients
from kinfold.domain.clients.models import ClientKind
from kinfold.domain.clients.ties import KIND_OF_TIE, Tie, begin_ties, end_ties
from kinfold.domain.credentials.gate import NOT_ACTIVE, why_no_new_clients


def there_already(work: Work) -> Left:
    """Archived clients, and those who are with that therapist already."""
    left = archived_already(work)
    choice = work.choice
    if choice.member_id or choice.unassign:
        there = Outcome.THEIRS if choice.member_id else Outcome.UNASSIGNED
        for row in work.rows:
            if row.member_id == choice.member_id:
                left.setdefault(row.client_id, there)
    return left


def reassign(work: Work) -> list[Event]:
    """End the ties there are, and begin the next ones.

    Each client stays what they are: a direct client becomes the next therapist's direct client. Raises
    TakesNoClients when the therapist does not any more: an act on many may wait for a while.
    """
    member_id = work.choice.member_id
    if member_id is not None:
        why_not = why_no_new_clients(work.now, (member_id,)).get(member_id, NOT_ACTIVE)
        if why_not:
            raise TakesNoClients(why_not)
    end_ties(work.actor, work.ids, work.now)
    if member_id is None:
        work.write(primary_id=None, kind=ClientKind.PRACTICE)
        return _unassigned(work, work.rows)
    work.write(primary_id=member_id)
    return _assigned(work, [(row, member_id, row.member_id) for row in work.rows], work.choice.reason)


def without_earlier_therapist(work: Work) -> Left:
    """Those whose earlier therapist takes no clients now, or is here no more."""
    able = taking_clients(work)
    return {
        row.client_id: Outcome.NO_THERAPIST
        for row in work.rows
        if row.member_id and row.member_id not in able
    }


def undo_reassigning(work: Work) -> list[Event]:
    """Back to whom each had, from now on: what was in between stays in the history."""
    end_ties(work.actor, work.ids, work.now)
    work.write(primary_id=work.as_chosen("member_id"), kind=work.as_chosen("kind"))
    alone = [row for row in work.rows if row.member_id is None]
    return [
        *give_back(work, work.rows, work.choice.member_id),
        *_unassigned(work, alone, work.choice.member_id),
    ]


def taking_clients(work: Work) -> frozenset[UUID]:
    """Which of the earlier therapists can be given clients now."""
    earlier = {row.member_id for row in work.rows if row.member_id}
    return frozenset(m for m, why in why_no_new_clients(work.now, earlier).items() if not why)


def give_back(work: Work, rows: Iterable[Chosen], since: UUID | None = None) -> list[Event]:
    """Begin ties to those whom clients had when they were chosen. `since`: whom they had in between."""
    return _assigned(work, [(row, row.member_id, since) for row in rows if row.member_id], "")


def _assigned(work: Work, given: Sequence[tuple[Chosen, UUID, UUID | None]], reason: str) -> list[Event]:
    """Begin ties: for each client, to whom, and instead of whom. Returns what to record."""
    ties = [Tie(row.client_id, member_id, KIND_OF_TIE[ClientKind(row.kind)]) for row, member_id, _ in given]
    events = []
    ids = begin_ties(work.actor, ties, work.now, reason)
    names = {member_id: str(member_id) for _, member_id, _ in given}
    part_of = work.detail()
    for tie, assignment_id, (_, _, before) in zip(ties, ids, given, strict=True):
        detail = {
            **part_of,
            "assignment": assignment_id,
            "member": names[tie.member_id],
            "kind": tie.kind.value,
        }
        if before:
            detail["instead_of"] = str(before)
        events.append(Event("client.assigned", ("client", tie.client_id), detail=detail))
    return events


def _unassigned(work: Work, rows: Sequence[Chosen], since: UUID | None = None) -> list[Event]:
    """`since`: whom they had in between, for those who go back to having nobody."""
    events = []
    for row in rows:
        detail = work.detail(member=str(since or row.member_id))
        events.append(Event("client.unassigned", ("client", row.client_id), detail=detail))
    return events
