"""Carrying out planned deletions in the background: a few at a time, each few in a transaction of their own.

A worker may die anywhere: what was committed is gone for good, and everything else waits as it was.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tasks import task
from kinfold.domain.records.commands.deleting import DestroyDue, destroy_due

# Destroyed in one transaction, so that a worker that dies has lost little work.
AT_A_TIME: Final = 200


@task()
def destroy_what_is_due(practice_id: UUID) -> None:
    """Destroy the records of one practice whose day has come."""
    kinfold = system_actor(practice_id, "Retention", Permission.CLIENTS_DELETE)
    while destroy_due(kinfold, DestroyDue(limit=AT_A_TIME)):
        pass
