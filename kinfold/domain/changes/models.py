"""One bulk act or import."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final

from django.db import models

from kinfold.domain.kernel.tenants import TenantModel, tenant_constraints

UNDO_TIME: Final = timedelta(days=30)  # SPEC N3


class ChangeState(models.TextChoices):
    """Where an act stands. It is carried out once and undone once; undone and failed are final."""

    PREPARED = "prepared", "Not done yet"
    RUNNING = "running", "At work"
    DONE = "done", "Done"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"
    FAILED = "failed", "Not done"


class ChangeSet(TenantModel):
    """What is changed in one act, and until when it can be undone. Rows name the set that made or chose them.

    `choice` is what was decided for all rows alike. `rows` were chosen, `rows_done` changed, `rows_kept` left alone by
    undoing it.
    """

    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=ChangeState.choices)
    choice = models.JSONField(default=dict)
    made_by_id = models.UUIDField()
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.UUIDField(null=True)
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_kept = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("change_set")]
        indexes: ClassVar = [models.Index(fields=("practice", "made_at", "id"), name="change_set_list")]
