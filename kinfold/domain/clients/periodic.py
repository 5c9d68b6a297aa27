"""What is tidied up by the clock: selections nobody used, what undoing needed, acts nobody works on, and headcounts."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from kinfold.domain.changes.models import UNDO_TIME, ChangeSet, ChangeState
from kinfold.domain.clients import headcounts
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.bulk.background import AT_WORK, GIVEN_UP, give_up
from kinfold.domain.clients.models import ChosenClient, MovedTag
from kinfold.domain.clients.registration import note_lapsed_codes
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.one_of import OneOf
from kinfold.domain.kernel.tasks import every
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice

log = logging.getLogger(__name__)

_UNUSED: Final = timedelta(days=1)
_STUCK: Final = timedelta(minutes=30)


@every(timedelta(hours=1))
def tidy_bulk_acts() -> None:
    """Let go of what bulk acts leave behind, and end those whose task was given up."""
    queued = {
        str(argument)
        for given in QueuedTask.objects.filter(failed_at__isnull=True).values_list("arguments", flat=True)
        for argument in given
    }
    for practice_id in list(Practice.objects.values_list("id", flat=True)):
        for change_id, act in _tidied(practice_id):
            if str(change_id) not in queued:
                give_up(practice_id, change_id, act, GIVEN_UP)


@every(timedelta(minutes=5))
def note_expired_codes() -> None:
    """Let it show in the lists whose registration code has expired."""
    for practice_id in list(Practice.objects.values_list("id", flat=True)):
        note_lapsed_codes(practice_id)


@every(timedelta(minutes=1))
def add_up_headcounts() -> None:
    """Let the numbers that have gathered of one clinician or tag be one number, so that few are read."""
    for practice_id in list(Practice.objects.values_list("id", flat=True)):
        with entered(practice_id):
            many = headcounts.gathered()
        for counted, status in many:
            with entered(practice_id, writing=True):
                headcounts.add_up(counted, status)


@every(timedelta(days=1))
def put_headcounts_right() -> None:
    """Count all clients once a day, so that no wrong number stays."""
    for practice_id in list(Practice.objects.values_list("id", flat=True)):
        with entered(practice_id, writing=True):
            wrong = headcounts.put_right()
        if wrong:
            log.error("%d headcounts of practice %s were wrong and have been put right.", wrong, practice_id)


def _tidied(practice_id: UUID) -> list[tuple[UUID, Act]]:
    """The acts that have been at work for long; everything else is tidied here."""
    now = clock.now()
    acts = ChangeSet.objects
    with entered(practice_id, writing=True):
        prepared = acts.filter(state=ChangeState.PREPARED, made_at__lt=now - _UNUSED)
        # Held: an act that somebody carries out just now is left alone, or is not there for them any more.
        unused = acts.filter(
            OneOf("id", prepared.select_for_update(no_key=True).values_list("id", flat=True))
        )
        past = acts.filter(Q(undo_until__lt=now) | Q(state__in=(ChangeState.UNDONE, ChangeState.FAILED)))
        for done_with in (unused, past.filter(made_at__lt=now - UNDO_TIME)):
            for kept in (ChosenClient, MovedTag):
                kept.objects.filter(change_set_id__in=done_with.values("id"))._raw_delete(DEFAULT_DB_ALIAS)
        unused._raw_delete(DEFAULT_DB_ALIAS)
        stuck = acts.filter(state__in=AT_WORK, made_at__lt=now - _STUCK)
        return [(change_id, Act(kind)) for change_id, kind in stuck.values_list("id", "kind")]
