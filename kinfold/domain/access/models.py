"""Roles as rows, and what was already done under an idempotency key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class _Defined(TenantModel):
    """What a role says about those who hold it."""

    starting_point = models.CharField(max_length=30)
    overrides = models.JSONField(default=dict)
    clinical = models.BooleanField(default=False)
    requires_supervision = models.BooleanField(default=False)
    may_supervise = models.BooleanField(default=False)
    modifier = models.CharField(max_length=2, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True


class Role(_Defined):
    """What a member may do, as it is defined now. `key` is set for shipped roles and blank for the practice's own.

    Deleted roles stay, since somebody held them once.
    """

    key = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("role"),
            models.UniqueConstraint(
                fields=("practice", "name_key"), condition=Q(deleted_at__isnull=True), name="role_name"
            ),
        ]


class RoleDefinition(_Defined):
    """What a role said until it was changed: a period that begins where the one before it ended."""

    role = TenantForeignKey(Role, related_name="+")
    until = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("role_definition", "role")]
        indexes: ClassVar = [models.Index(fields=("practice", "until"), name="role_definition_until")]


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
            models.UniqueConstraint(fields=("practice", "actor_id", "key_digest"), name="replay_once"),
        ]
