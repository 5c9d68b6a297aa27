"""Clients who may be there twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints

from .people import Client


class DuplicateNotice(TenantModel):
    """A new client who looks like one whom their creator may not see: for those who see both (SPEC 8.4)."""

    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    other = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    shares = models.CharField(max_length=80)  # as `duplicates.SHARED` says it
    noticed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("duplicate_notice", "client", "other", "settled_by"),
            models.UniqueConstraint(fields=("practice", "client"), name="duplicate_notice_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "other"), name="duplicate_notice_by_other"),
            models.Index(
                fields=("practice", "noticed_at"),
                name="duplicate_notice_open",
                condition=Q(settled_at__isnull=True),
            ),
        ]
