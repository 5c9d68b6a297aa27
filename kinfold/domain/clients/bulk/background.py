"""Bulk acts on many clients, carried out and undone in the background: all of it in one transaction, once.

A worker may die anywhere and another begins again: until that transaction commits nothing is written, and afterwards
the act is in another state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import OperationalError

from kinfold.domain.access.actors import Actor, system_actor
from kinfold.domain.access.doors import command
from kinfold.domain.audit import trail
from kinfold.domain.changes.models import ChangeSet, ChangeState
from kinfold.domain.clients.bulk.acts import PERMISSIONS, Act, Choice
from kinfold.domain.clients.bulk.carrying import carry_out, take_back
from kinfold.domain.kernel.errors import DomainError, NotAllowed
from kinfold.domain.kernel.many import expect_many_rows
from kinfold.domain.kernel.tasks import report, task
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.actors import actor_for_member

GIVEN_UP: Final = "This could not be finished. Nothing was changed. Try again, or ask for help."
_NO_RIGHT: Final = "Whoever started this may not do it any more. Nothing was changed."
AT_WORK: Final = (ChangeState.RUNNING, ChangeState.UNDOING)


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishChange:
    """Which act that is at work."""

    change_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class FailChange:
    """Which act, and why it cannot go on, in a sentence."""

    change_id: UUID
    act: Act
    problem: str


@task()
def carry_out_change(practice_id: UUID, change_id: UUID) -> None:
    """Do or undo an act with the rights that whoever started it has now. A busy database is tried again."""
    with entered(practice_id):
        change = ChangeSet.objects.filter(pk=change_id, state__in=AT_WORK).first()
    if change is None:
        return
    act = Act(change.kind)
    undoing = change.state == ChangeState.UNDOING
    member_id = change.undone_by_id if undoing else change.made_by_id
    actor = actor_for_member(practice_id, member_id) if member_id else None
    if actor is None:
        give_up(practice_id, change_id, act, _NO_RIGHT)
        return
    try:
        finish_change(actor, FinishChange(change_id=change_id))
    except OperationalError:
        raise
    except NotAllowed:
        give_up(practice_id, change_id, act, _NO_RIGHT)
    except DomainError as error:
        give_up(practice_id, change_id, act, error.message)
    except Exception as error:  # noqa: BLE001 - the person must learn of it, and no retry would help
        report(f"bulk act {change_id}", error)
        give_up(practice_id, change_id, act, GIVEN_UP)


@command(None)
def finish_change(actor: Actor, data: FinishChange) -> None:
    """Carry out or undo an act that was started, unless another worker did so already."""
    # Locked, so that of two workers one waits, and then finds it in another state.
    change = (
        ChangeSet.objects.select_for_update(no_key=True).filter(pk=data.change_id, state__in=AT_WORK).first()
    )
    if change is None:
        trail.nothing_changed()
        return
    if not actor.may(PERMISSIONS[Act(change.kind)]):
        raise NotAllowed
    expect_many_rows()
    if change.state == ChangeState.UNDOING:
        take_back(actor, change)
    else:
        carry_out(actor, change, Choice.read(change.choice))


@command(None)
def fail_change(actor: Actor, data: FailChange) -> None:
    """Note that an act could not be done, or not be undone; then it stays done."""
    if not actor.may(PERMISSIONS[data.act]):
        raise NotAllowed
    running = ChangeSet.objects.filter(pk=data.change_id, kind=data.act, state=ChangeState.RUNNING)
    undoing = ChangeSet.objects.filter(pk=data.change_id, kind=data.act, state=ChangeState.UNDOING)
    if not (
        running.update(state=ChangeState.FAILED, problem=data.problem)
        or undoing.update(state=ChangeState.DONE, problem=data.problem, undone_by_id=None)
    ):
        trail.nothing_changed()
        return
    trail.record(actor, "change.failed", subject=("change", data.change_id), outcome="failed")


def give_up(practice_id: UUID, change_id: UUID, act: Act, problem: str) -> None:
    """End an act that cannot go on, in Kinfold's own name."""
    kinfold = system_actor(practice_id, "Bulk act", PERMISSIONS[act])
    fail_change(kinfold, FailChange(change_id=change_id, act=act, problem=problem))
