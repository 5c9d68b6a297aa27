"""What clients want corrected that they do not correct themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.clients.models import Client
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class WishState(models.TextChoices):
    """Where a wish stands; all but pending are final and kept."""

    PENDING = "pending", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ProfileWish(TenantModel):
    """A wish to have a name or the date of birth corrected. What is blank stays as it is.

    `was_…` is what stood there when it was asked; blank where nothing was to change, or where that was not known.
    """

    client = TenantForeignKey("clients.Client", related_name="+")
    asked_by = TenantForeignKey("clients.ClientLogin", related_name="+")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(null=True)
    was_first_name = models.CharField(max_length=100, blank=True, default="")
    was_last_name = models.CharField(max_length=100, blank=True, default="")
    was_birth_date = models.DateField(null=True)
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


def edited_since(wish: ProfileWish, client: Client) -> bool:
    """Whether something that a wish would correct is not what it was when it was asked for."""
    return any(
        getattr(wish, field) and getattr(wish, f"was_{field}") != getattr(client, field)
        for field in ("first_name", "last_name", "birth_date")
    )
