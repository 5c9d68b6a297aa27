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
