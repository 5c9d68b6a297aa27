"""Roles as rows, and what was already done under an idempotency key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.tenants import TenantModel, tenant_constraints


class Role(TenantModel):
    """What a member may do. `key` is set for shipped roles and blank for the practice's own."""

    key = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    starting_point = models.CharField(max_length=30)
    overrides = models.JSONField(default=dict)
    clinical = models.BooleanField(default=False)
    requires_supervision = models.BooleanField(default=False)
    may_supervise = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("role"),
            models.UniqueConstraint(fields=("practice", "name_key"), name="role_name"),
        ]


class Replay(TenantModel):
    """A command that ran under an idempotency key: a retry gets the same answer and no second effect (R 1.11)."""

    actor_id = models.UUIDField()
    key_digest = models.CharField(max_length=64)
    command = models.CharField(max_length=80)
    data_digest = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("replay"),
            models.UniqueConstraint(fields=("practice", "actor_id", "key_digest"), name="replay_once"),
        ]
