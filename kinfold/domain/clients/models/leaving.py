"""Records that go, and what is left of those that went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints

from .people import Client


class ScheduledDeletion(TenantModel):
    """An archived client whose record is destroyed when the practice's retention rule allows it (SPEC 8.11).

    The row goes when that is done, or when somebody takes it back.
    """

    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField()
    reason = models.CharField(max_length=300)
    asked_by = TenantForeignKey("team.Member", related_name="+")
    asked_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("scheduled_deletion", "client", "asked_by"),
            models.UniqueConstraint(fields=("practice", "client"), name="scheduled_deletion_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "due_on", "id"), name="scheduled_deletion_by_day")
        ]


class FormerClient(TenantModel):
    """What is left of a client who was deleted or merged `into` another: when it went, who wanted it and why.

    The id is the client's own and is never given out again; that of a merged one leads on to the record that stayed.
    """

    into = TenantForeignKey(Client, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    by = TenantForeignKey("team.Member", null=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("former_client", "by", "into")]
        indexes: ClassVar = [
            models.Index(fields=("practice", "at", "id"), name="former_client_by_time"),
            models.Index(
                fields=("practice", "into"), name="former_client_by_record", condition=Q(into__isnull=False)
            ),
        ]
