"""What was done and seen, in one chain for each practice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.tenants import TenantModel, TenantPart, tenant_constraints


class AuditHead(TenantModel):
    """Where a practice's chain ends. `seal` is keyed from outside the database, so a cut tail shows."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("audit_head"),
            models.UniqueConstraint(fields=("practice",), name="audit_head_one"),
        ]


class AuditEntry(TenantPart):
    """One act or one look, a part of the chain whose head names the practice.

    `hash` covers the row and the hash before it; numbers have no gaps.
    """

    APPEND_ONLY = True

    pk = models.CompositePrimaryKey("practice", "number")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10)  # done, refused
    actor_kind = models.CharField(max_length=10)  # member, system, guest, client
    actor_id = models.UUIDField(null=True)
    token_id = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField(null=True)
    detail_digest = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta(TenantPart.Meta):
        indexes: ClassVar = [
            models.Index(fields=("practice", "subject_id", "number"), name="audit_entry_subject"),
            models.Index(fields=("practice", "actor_id", "number"), name="audit_entry_actor"),
        ]


class AuditDetail(TenantPart):
    """The body of an entry: ids and field names. It stands apart, so that a purge by law leaves the chain whole."""

    pk = models.CompositePrimaryKey("practice", "number")
    number = models.PositiveBigIntegerField()
    salt = models.CharField(max_length=32)
    body = models.JSONField()
