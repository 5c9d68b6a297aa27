"""Who signs in for a client: they themselves, or a guardian."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints

from .people import Client


class Relationship(models.TextChoices):
    """As what somebody acts for a client: the client themselves, or a guardian of one kind or another."""

    SELF = "self", "The client"
    PARENT = "parent", "Parent"
    GUARDIAN = "guardian", "Legal guardian"
    CAREGIVER = "caregiver", "Caregiver"
    OTHER = "other", "Somebody they trust"


class ClientLogin(TenantModel):
    """One period during which a login acts for a client: the client's own, or a guardian's (SPEC 8.5).

    Closed, never overwritten. A guardian's row is there before they have registered, and has no login until then. The
    client's own row is made when they register; its name and address are the client's, so both are empty here.
    """

    client = TenantForeignKey(Client, related_name="logins")
    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    relationship = models.CharField(max_length=10, choices=Relationship.choices)
    full_name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    made_by = TenantForeignKey("team.Member", null=True, related_name="+")
    ended_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("client_login", "client", "made_by", "ended_by"),
            models.UniqueConstraint(
                fields=("practice", "client"),
                condition=Q(relationship="self", until__isnull=True),
                name="client_login_one_own",
            ),
            models.UniqueConstraint(
                fields=("practice", "login"),
                condition=Q(relationship="self", until__isnull=True),
                name="client_login_own_once",
            ),
            models.UniqueConstraint(
                fields=("practice", "client", "login"),
                condition=Q(until__isnull=True),
                name="client_login_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="client_login_ends_later"
            ),
            models.CheckConstraint(
                condition=~Q(relationship="self") | Q(login__isnull=False),
                name="client_login_own_is_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "login", "until"), name="client_login_by_login"),
            models.Index(fields=("practice", "client", "since"), name="client_login_by_client"),
        ]


class ClientPlace(models.Model):
    """In which practices a login acts or acted for clients: the only way from a login to those practices.

    It says nothing of rights: whether a login acts for anybody now is asked in the practice, of `ClientLogin`.
    """

    login = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    for_practice = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("login", "for_practice"), name="client_place_once")
        ]
