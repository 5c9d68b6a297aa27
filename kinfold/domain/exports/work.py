"""Large exports, made in the background. A worker may die anywhere and another begins again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import OperationalError

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.exports.commands import FailExport, WriteFile, fail_export, finish_export, write_file
from kinfold.domain.exports.models import Export, ExportState
from kinfold.domain.kernel.errors import DomainError, NotAllowed
from kinfold.domain.kernel.tasks import report, task
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.actors import actor_for_member

GIVEN_UP: Final = "This could not be finished. Try again, or ask for help."
_NO_RIGHT: Final = "Whoever started this may not export clients any more."


@task()
def make_export(practice_id: UUID, export_id: UUID) -> None:
    """Make a file with the rights that whoever asked for it has now. A busy database is tried again."""
    with entered(practice_id):
        export = Export.objects.filter(pk=export_id, state=ExportState.RUNNING).first()
    if export is None:
        return
    actor = actor_for_member(practice_id, export.made_by_id)
    if actor is None:
        give_up(practice_id, export_id, _NO_RIGHT)
        return
    try:
        finish_export(actor, write_file(actor, WriteFile(export_id=export_id)))
    except OperationalError:
        raise
    except NotAllowed:
        give_up(practice_id, export_id, _NO_RIGHT)
    except DomainError as error:
        give_up(practice_id, export_id, error.message)
    except Exception as error:  # noqa: BLE001 - the person must learn of it, and no retry would help
        report(f"export {export_id}", error)
        give_up(practice_id, export_id, GIVEN_UP)


def give_up(practice_id: UUID, export_id: UUID, problem: str) -> None:
    """End an export that cannot be made, in Kinfold's own name."""
    kinfold = system_actor(practice_id, "Export", Permission.CLIENTS_EXPORT)
    fail_export(kinfold, FailExport(export_id=export_id, problem=problem))
