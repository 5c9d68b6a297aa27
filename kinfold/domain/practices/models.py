"""The practice, its switches over time, and the small row that is locked instead of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.kernel.tenants import TenantModel, tenant_constraints


class Practice(models.Model):
    """The organisation: the tenant. Rarely written; counters and locks live in `PracticeTally`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=40, unique=True)
    support_email = models.EmailField(max_length=254, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")  # a name of the tz database
    country = models.CharField(max_length=2, default="US")  # whose phone numbers are written without +
    clients_need_email = models.BooleanField(default=True)  # SPEC 8.13
    initial_passwords = models.BooleanField(default=False)  # whether files may bring them (SPEC 8.10)
    second_factor_from = models.DateTimeField()  # the end of the set-up week (RELIABILITY section 2)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.slug


class Switch(models.TextChoices):
    """Settings that decide who sees whom. They are kept as periods, so that the past can be asked about."""

    SUPERVISION = "supervision", "Supervisors see their supervisees' clients"
    DIRECT_CHARTS = "direct_charts", "Administrators may open direct clients' charts"


class SwitchPeriod(TenantModel):
    """One period during which a switch was on. Closed, never overwritten."""

    switch = models.CharField(max_length=20, choices=Switch.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("switch_period"),
            models.UniqueConstraint(
                fields=("practice", "switch"), condition=Q(until__isnull=True), name="switch_period_one_open"
            ),
        ]


class PracticeTally(TenantModel):
    """One small row of each practice: its client totals, and what is locked when two acts must not overlap."""

    active_clients = models.PositiveIntegerField(default=0)
    archived_clients = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("practice_tally"),
            models.UniqueConstraint(fields=("practice",), name="practice_tally_one"),
        ]
