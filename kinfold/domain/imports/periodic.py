"""What is tidied up by the clock: files and rows that are not needed any more, and imports that nobody works on."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.changes.models import UNDO_TIME
from kinfold.domain.imports import files
from kinfold.domain.imports.models import Import, ImportState, StagedRows, UpdatedClient
from kinfold.domain.imports.work import GIVEN_UP, FailImport, fail_import
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.tasks import every
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice

_AT_WORK = (ImportState.READING, ImportState.RUNNING)


@every(timedelta(hours=1))
def tidy_imports() -> None:
    """Let go of what an import leaves behind once it can no longer be undone, and end those whose task was given up."""
    queued = {
        str(argument)
        for given in QueuedTask.objects.filter(failed_at__isnull=True).values_list("arguments", flat=True)
        for argument in given
    }
    for practice_id in list(Practice.objects.values_list("id", flat=True)):
        _tidy(practice_id, queued)


def _tidy(practice_id: UUID, queued: set[str]) -> None:
    now = clock.now()
    with entered(practice_id, writing=True):
        past = Import.objects.filter(made_at__lt=now - UNDO_TIME).exclude(state__in=_AT_WORK)
        StagedRows.objects.filter(import_job_id__in=past.values("id"))._raw_delete(DEFAULT_DB_ALIAS)
        sets = past.filter(change_set__isnull=False).values("change_set_id")
        UpdatedClient.objects.filter(change_set_id__in=sets)._raw_delete(DEFAULT_DB_ALIAS)
        past.exclude(samples=[]).update(samples=[])
        needed = set(Import.objects.exclude(pk__in=past.values("id")).values_list("id", flat=True))
        stuck = list(
            Import.objects.filter(state__in=_AT_WORK, made_at__lt=now - timedelta(minutes=15)).values_list(
                "id", "state"
            )
        )
    for import_id in files.kept(practice_id) - needed:
        files.forget(practice_id, import_id)
    kinfold = system_actor(practice_id, "Import", Permission.CLIENTS_IMPORT)
    for import_id, state in stuck:
        if str(import_id) not in queued:
            fail_import(kinfold, FailImport(import_id=import_id, state=ImportState(state), problem=GIVEN_UP))
