"""Carrying out a bulk act, and taking it back: each in one transaction, over clients who are there and unchanged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Final
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit import trail
from kinfold.domain.changes.models import UNDO_TIME, ChangeSet, ChangeState
from kinfold.domain.clients.bulk import archiving, reassigning, registering, tagging
from kinfold.domain.clients.bulk.acts import Act, BulkAct, Choice, Chosen, Left, Work, archived_already, mark
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.errors import NothingFits
from kinfold.domain.clients.models import ChosenClient
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.one_of import OneOf
from kinfold.domain.team.granting import hold_team

# Deleting is added by `records`, which knows everything that hangs on a client.
ACTS: Final[dict[Act, BulkAct]] = {
    Act.ARCHIVE: BulkAct(archived_already, archiving.archive, archiving.undo_archiving),
    Act.UNARCHIVE: BulkAct(archiving.active_already, archiving.unarchive, archiving.archive),
    Act.ADD_TAGS: BulkAct(tagging.tagged_already, tagging.add_tags, tagging.undo_adding),
    Act.REMOVE_TAGS: BulkAct(tagging.not_tagged, tagging.remove_tags, tagging.undo_removing),
    Act.REASSIGN: BulkAct(
        reassigning.there_already,
        reassigning.reassign,
        reassigning.undo_reassigning,
        reassigning.without_earlier_therapist,
    ),
    Act.SEND_CODES: BulkAct(
        registering.not_reached, registering.send, registering.undo_sending, registering.replaced_since
    ),
}


def sorted_out(
    actor: Actor, change_id: UUID, act: Act, choice: Choice, *, locked: bool = False
) -> tuple[list[Chosen], Left]:
    """Those of the chosen to whom the act can be done now, and all others with the reason why not.

    `locked` lets nobody else change them until the transaction ends; SQLite has one writer at a time anyway.
    """
    rows, left = _there(actor, change_id, behind=0, locked=locked)
    left |= ACTS[act].left(Work(actor=actor, change_id=change_id, choice=choice, now=clock.now(), rows=rows))
    return [row for row in rows if row.client_id not in left], left


def carry_out(actor: Actor, change: ChangeSet, choice: Choice) -> None:
    """Do it to everyone to whom it can be done. Raises NothingFits, and nothing is done, when that is nobody."""
    hold_team()
    act, now = Act(change.kind), clock.now()
    fit, left = sorted_out(actor, change.id, act, choice, locked=True)
    if not fit:
        raise NothingFits
    work = Work(actor=actor, change_id=change.id, choice=choice, now=now, rows=fit)
    _mark(work, left)
    trail.record_all(actor, ACTS[act].do(work))
    change.state = ChangeState.DONE
    change.choice = choice.stored()
    change.applied_at = now
    # Who is gone for good cannot come back, and where that is everybody there is nothing to undo.
    some_left = act is not Act.DELETE or work.chosen.filter(outcome=Outcome.DONE).exists()
    change.undo_until = now + UNDO_TIME if some_left else None
    change.rows_done = len(fit)
    change.save()
    detail = {"act": act.value, "done": len(fit), "left": len(left)}
    trail.record(actor, "change.applied", subject=("change", change.id), detail=detail)


def take_back(actor: Actor, change: ChangeSet) -> None:
    """Undo it for everyone whom nobody touched since; all others stay as they are and are noted."""
    hold_team()
    act, now, choice = Act(change.kind), clock.now(), Choice.read(change.choice)
    rows, left = _there(actor, change.id, behind=1, locked=True)
    kept: Left = {
        client_id: Outcome.SINCE_GONE if outcome is Outcome.GONE else Outcome.SINCE_CHANGED
        for client_id, outcome in left.items()
    }
    work = Work(
        actor=actor, change_id=change.id, choice=choice, now=now, rows=rows, done_at=change.applied_at
    )
    if unable := ACTS[act].kept:
        kept |= unable(work)
    back = [row for row in rows if row.client_id not in kept]
    work = replace(work, rows=back)
    _mark(work, kept)
    events = ACTS[act].undo(work) if back else []
    work.chosen.filter(outcome=Outcome.DONE).update(outcome=Outcome.UNDONE)
    change.state = ChangeState.UNDONE
    change.undone_at = now
    change.rows_kept = len(kept)
    change.save()
    detail = {"act": act.value, "taken_back": len(back), "kept": len(kept)}
    trail.record_all(actor, [*events, trail.Event("change.undone", ("change", change.id), detail=detail)])


def _there(actor: Actor, change_id: UUID, *, behind: int, locked: bool) -> tuple[list[Chosen], Left]:
    """Those to whom it is done whom the actor sees and nobody changed since; `behind`: how many versions ago."""
    to_do = ChosenClient.objects.filter(change_set_id=change_id, outcome=Outcome.DONE)
    then = list(to_do.values_list(*_THEN))
    seen = visible_to(actor).filter(OneOf("id", (row[0] for row in then)))
    if locked:  # in one order, so that two acts never wait for each other
        seen = seen.select_for_update(no_key=True).order_by("id")
    now = {client_id: (version, status) for client_id, version, status in seen.values_list(*_NOW)}
    rows: list[Chosen] = []
    left: Left = {}
    for client_id, version, member_id, kind in then:
        if client_id not in now:
            left[client_id] = Outcome.GONE
        elif now[client_id][0] != version + behind:
            left[client_id] = Outcome.CHANGED
        else:
            rows.append(Chosen(client_id, member_id, kind, now[client_id][1]))
    return rows, left


_NOW = ("id", "version", "status")
_THEN = ("client_id", "version", "member_id", "kind")


def _mark(work: Work, outcomes: Left) -> None:
    by_outcome: defaultdict[Outcome, list[UUID]] = defaultdict(list)
    for client_id, outcome in outcomes.items():
        by_outcome[outcome].append(client_id)
    for outcome, client_ids in by_outcome.items():
        mark(work.chosen, outcome, client_ids)
