"""What clients want corrected that they do not correct themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class WishState(models.TextChoices):
    """Where a wish stands; all but pending are final and kept."""

    PENDING = "pending", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ProfileWish(TenantModel):
    """A wish to have a name or the date of birth corrected. What is blank stays as it is."""

    client = TenantForeignKey("clients.Client", related_name="+")
    asked_by = TenantForeignKey("clients.ClientLogin", related_name="+")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(null=True)
    why = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=WishState.choices, default=WishState.PENDING)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = TenantForeignKey("team.Member", null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("profile_wish", "client", "asked_by", "answered_by"),
            models.UniqueConstraint(
                fields=("practice", "client"), condition=Q(state="pending"), name="profile_wish_one_pending"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "state", "asked_at", "id"), name="profile_wish_list"),
            models.Index(fields=("practice", "client", "asked_at"), name="profile_wish_by_client"),
        ]
