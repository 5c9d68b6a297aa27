"""What is tidied up by the clock: files that have expired, and exports that nobody works on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from kinfold.domain.exports import files
from kinfold.domain.exports.models import Export, ExportState
from kinfold.domain.exports.work import GIVEN_UP, give_up
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.tasks import every
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice

_STUCK: Final = timedelta(minutes=30)


@every(timedelta(minutes=15))
def tidy_exports() -> None:
    """Remove the files of exports that have expired, and end those whose task was given up."""
    queued = {
        str(argument)
        for given in QueuedTask.objects.filter(failed_at__isnull=True).values_list("arguments", flat=True)
        for argument in given
    }
    for practice_id in list(Practice.objects.values_list("id", flat=True)):
        for export_id in _tidied(practice_id):
            if str(export_id) not in queued:
                give_up(practice_id, export_id, GIVEN_UP)


def _tidied(practice_id: UUID) -> list[UUID]:
    """The exports that have been at work for long; everything else is tidied here."""
    now = clock.now()
    with entered(practice_id, writing=True):
        Export.objects.filter(state=ExportState.READY, expires_at__lt=now).update(state=ExportState.EXPIRED)
        running = Export.objects.filter(state=ExportState.RUNNING)
        ready = Export.objects.filter(state=ExportState.READY)
        needed = set(running.values_list("id", flat=True)) | set(ready.values_list("id", flat=True))
        stuck = list(running.filter(made_at__lt=now - _STUCK).values_list("id", flat=True))
    for export_id in files.kept(practice_id, before=now - _STUCK) - needed:
        files.forget(practice_id, export_id)
    return stuck
