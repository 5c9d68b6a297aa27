"""What the worker does about records by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kinfold.domain.kernel.tasks import every, later_unless_queued
from kinfold.domain.practices.queries import practice_names

_TASK: Final = "kinfold.domain.records.work.destroy_what_is_due"


@every(timedelta(days=1))
def queue_what_is_due() -> None:
    """Have each practice's planned deletions carried out whose day has come."""
    for practice in practice_names():
        later_unless_queued(_TASK, practice.id)
