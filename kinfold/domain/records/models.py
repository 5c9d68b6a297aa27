"""How long a practice keeps records, and what holds one of them back from destruction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class RetentionPeriod(TenantModel):
    """One period during which a retention rule held. Closed, never overwritten; before the first, the default holds."""

    adult_years = models.PositiveSmallIntegerField()
    minor_years = models.PositiveSmallIntegerField()
    majority = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    made_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("retention_period", "made_by"),
            models.UniqueConstraint(
                fields=("practice",), condition=Q(until__isnull=True), name="retention_period_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="retention_period_ends_after_start",
            ),
        ]


class LegalHold(TenantModel):
    """One period during which a client's record must not be destroyed, whatever the retention rule says."""

    client = TenantForeignKey("clients.Client", related_name="+")
    reason = models.CharField(max_length=300)
    set_by = TenantForeignKey("team.Member", null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_by = TenantForeignKey("team.Member", null=True, related_name="+")
    lifted_reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("legal_hold", "client", "set_by", "lifted_by"),
            models.UniqueConstraint(
                fields=("practice", "client"), condition=Q(until__isnull=True), name="legal_hold_one_open"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "client", "since"), name="legal_hold_by_client")
        ]


class Merge(TenantModel):
    """Two records that became one, with what is needed to take it back for 30 days; then this row goes.

    `removed` are the rows that went, the other record first; `moved` names each row that changed hands, with a digest
    of what it said; `closed` are the periods that ended; `before` holds what the record that stayed said, and what it
    said then. `left` are, after undoing, the things that somebody had changed meanwhile.
    """

    change_set = TenantForeignKey("changes.ChangeSet", related_name="+")
    kept = TenantForeignKey("clients.Client", related_name="+")
    kept_then_id = models.UUIDField()
    gone_id = models.UUIDField()
    merged_at = models.DateTimeField()
    removed = models.JSONField(default=list)
    moved = models.JSONField(default=list)
    closed = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    left = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("merge", "change_set", "kept")]
        indexes: ClassVar = [
            models.Index(fields=("practice", "merged_at", "id"), name="merge_list"),
            models.Index(fields=("practice", "kept"), name="merge_by_client"),
        ]
