"""What a practice keeps about the entitlement of its people to practise.

Everything here is a record of what was known from `since` until `until`. A renewal or a correction closes the row and
writes another; nothing is overwritten, so that what was known on a past day can be told.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class Category(models.TextChoices):
    """What kind of credential runs out."""

    LICENCE = "licence", "License"
    MALPRACTICE = "malpractice", "Malpractice coverage"


class Degree(models.TextChoices):
    """The degree that billing modifiers go by (SPEC 8.6). `NONE` is known to be none; nothing on record is unknown."""

    NONE = "none", "None of these"
    BACHELORS = "bachelors", "Bachelor's"
    MASTERS = "masters", "Master's"
    DOCTORAL = "doctoral", "Doctoral"


class Credential(TenantModel):
    """A licence, or a malpractice cover, as it stood. `origin` is the same through renewals and corrections.

    `title` is the type of a licence ("LCSW") or the insurer of a cover. Without `expires_on` it never expires.
    """

    origin = models.UUIDField()
    member = TenantForeignKey("team.Member", related_name="+")
    category = models.CharField(max_length=12, choices=Category.choices)
    title = models.CharField(max_length=60)
    region = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=40)
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    made_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("credential", "member", "made_by"),
            models.UniqueConstraint(
                fields=("practice", "origin"), condition=Q(until__isnull=True), name="credential_one_open"
            ),
            models.UniqueConstraint(
                fields=("practice", "member", "category", "title", "region", "number"),
                condition=Q(until__isnull=True),
                name="credential_once",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(expires_on__gt=F("issued_on")),
                name="credential_issued_before_it_expires",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "member", "until"), name="credential_member"),
            models.Index(fields=("practice", "until", "expires_on"), name="credential_expiry"),
        ]


class NpiPeriod(TenantModel):
    """The National Provider Identifier of a member, as it was on record."""

    member = TenantForeignKey("team.Member", related_name="+")
    npi = models.CharField(max_length=10)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("npi_period", "member"),
            models.UniqueConstraint(
                fields=("practice", "member"), condition=Q(until__isnull=True), name="npi_period_one_open"
            ),
            models.UniqueConstraint(
                fields=("practice", "npi"), condition=Q(until__isnull=True), name="npi_period_of_one_member"
            ),
        ]


class DegreePeriod(TenantModel):
    """From which day a member has had a degree; without `held_from`, as long as they have been here.

    Several are on record at once where somebody got a higher one: the latest that had begun counts for a day.
    """

    member = TenantForeignKey("team.Member", related_name="+")
    degree = models.CharField(max_length=10, choices=Degree.choices)
    held_from = models.DateField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("degree_period", "member"),
            models.UniqueConstraint(
                fields=("practice", "member", "held_from"),
                condition=Q(until__isnull=True),
                name="degree_period_one_a_day",
            ),
            models.UniqueConstraint(
                fields=("practice", "member"),
                condition=Q(until__isnull=True, held_from__isnull=True),
                name="degree_period_one_from_the_start",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "member", "until"), name="degree_period_member")
        ]


class LicenceException(TenantModel):
    """A time during which somebody takes new clients although their licence has expired (SPEC N8)."""

    member = TenantForeignKey("team.Member", related_name="+")
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_by = TenantForeignKey("team.Member", related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("licence_exception", "member", "made_by"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="licence_exception_ends_later"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "member", "until"), name="licence_exception_member")
        ]


class ExpiryReminder(TenantModel):
    """One mail that told somebody so many days ahead that a credential expires. It is sent once (SPEC 4)."""

    credential = TenantForeignKey(Credential, related_name="+")
    origin = models.UUIDField()
    expires_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    recipient = TenantForeignKey("team.Member", related_name="+")
    sent_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("expiry_reminder", "credential", "recipient"),
            # By origin and day: a correction is another row and no reason to send everything again.
            models.UniqueConstraint(
                fields=("practice", "origin", "expires_on", "days", "recipient"), name="expiry_reminder_once"
            ),
        ]
