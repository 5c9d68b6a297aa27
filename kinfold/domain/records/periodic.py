"""What the worker does about records by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import every, later_unless_queued
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.queries import practice_names

from .models import Merge

_TASK: Final = "kinfold.domain.records.work.destroy_what_is_due"


@every(timedelta(days=1))
def queue_what_is_due() -> None:
    """Have each practice's planned deletions carried out whose day has come."""
    for practice in practice_names():
        later_unless_queued(_TASK, practice.id)


@every(timedelta(days=1))
def forget_old_merges() -> None:
    """Let go of what undoing a merge needed, once its time is over: it holds what the other record said."""
    for practice in practice_names():
        with entered(practice.id, writing=True):
            Merge.objects.filter(change_set__undo_until__lt=clock.now()).delete()
