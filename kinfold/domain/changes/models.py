"""One bulk act or import."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.tenants import TenantModel, tenant_constraints


class ChangeSet(TenantModel):
    """What was changed in one act, and until when it can be undone. Rows name the set that made them."""

    kind = models.CharField(max_length=30)
    made_by_id = models.UUIDField()
    applied_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.UUIDField(null=True)
    rows = models.PositiveIntegerField(default=0)
    rows_kept = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("change_set")]
