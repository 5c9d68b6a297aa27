"""A person in a practice's care, and what is kept of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.kernel.fields import KeyField
from kinfold.domain.kernel.tenants import (
    TenantForeignKey,
    TenantKey,
    TenantModel,
    TenantPart,
    tenant_constraints,
)


class ClientStatus(models.TextChoices):
    """SPEC section 2. People who were invited are not clients yet."""

    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


class ClientKind(models.TextChoices):
    """A practice client belongs to the practice; a direct client to one therapist."""

    PRACTICE = "practice", "Practice client"
    DIRECT = "direct", "Direct client"


class SexAtBirth(models.TextChoices):
    """SPEC 8.9."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    UNKNOWN = "unknown", "Unknown"
    UNDISCLOSED = "undisclosed", "Prefer not to say"


class Registration(models.TextChoices):
    """How far a client has come with a login of their own (SPEC section 2). An archived client keeps theirs."""

    NONE = "none", "Not registered"
    SENT = "sent", "Code sent"
    EXPIRED = "expired", "Code expired"
    REGISTERED = "registered", "Registered"


class RiskLevel(models.TextChoices):
    """How much risk a client is at (SPEC O30). Nothing at all is said about most."""

    NONE = "none", "None"
    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"


class Client(TenantModel):
    """A client. The e-mail is not unique: families share one.

    `sort_key` and the words come from name, e-mail and external ID, `kind` and `primary` from the open tie to a
    therapist, `risk` from the open period of `care.models.Risk`. `clients.index`, `clients.ties` and `care` write them
    with what they come from, and tests hold them equal.
    `registration` comes from the newest code and from the client's own login; `clients.registration` writes it.
    """

    kind = models.CharField(max_length=10, choices=ClientKind.choices, default=ClientKind.PRACTICE)
    status = models.CharField(max_length=10, choices=ClientStatus.choices, default=ClientStatus.ACTIVE)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    sort_key = KeyField(max_length=220)
    email = KeyField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField(null=True)  # a file may not say it (decision 0008)
    sex_at_birth = models.CharField(max_length=12, choices=SexAtBirth.choices)
    external_id = KeyField(max_length=100, blank=True)
    primary = TenantForeignKey("team.Member", null=True, related_name="+")
    registration = models.CharField(max_length=10, choices=Registration.choices, default=Registration.NONE)
    risk = models.CharField(max_length=10, choices=RiskLevel.choices, blank=True)
    made_in = TenantForeignKey("changes.ChangeSet", null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        # `primary` follows the tie, whose own link is held; an import writes its act in the same transaction.
        constraints: ClassVar = [*tenant_constraints("client")]
        indexes: ClassVar = [
            models.Index(fields=("practice", "status", "sort_key", "id"), name="client_by_name"),
            models.Index(fields=("practice", "status", "updated_at", "id"), name="client_by_update"),
            models.Index(
                fields=("practice", "status", "registration", "sort_key", "id"), name="client_by_registration"
            ),
            # By creation, and what rarer orders are sorted from without reading the clients: each in an index of its
            # own was a fifth of writing them.
            models.Index(
                fields=("practice", "status", "created_at", "id", "birth_date", "external_id", "phone"),
                name="client_by_creation_wide",
            ),
            models.Index(fields=("practice", "status", "email", "id"), name="client_by_email_order"),
            models.Index(
                fields=("practice", "status", "primary", "sort_key", "id"), name="client_by_primary"
            ),
            # Of few bytes, for counting a therapist's clients: the one above would be read for twice as long.
            models.Index(fields=("practice", "status", "primary"), name="client_counted"),
            models.Index(
                fields=("practice", "status", "risk", "sort_key", "id"),
                name="client_by_risk",
                condition=~Q(risk=""),
            ),
            models.Index(
                fields=("practice", "made_in"), name="client_by_change", condition=Q(made_in__isnull=False)
            ),
        ]


class ClientProfile(TenantPart):
    """What is kept of a client besides what lists read: `profile.FURTHER_FIELDS`. Who has none of it has no row."""

    pk = models.CompositePrimaryKey("practice", "client")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="profiles")
    preferred_name = models.CharField(max_length=100, blank=True)
    pronouns = models.CharField(max_length=60, blank=True)
    gender_identity = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=60, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2, blank=True)
    emergency_name = models.CharField(max_length=100, blank=True)
    emergency_relationship = models.CharField(max_length=60, blank=True)
    emergency_phone = models.CharField(max_length=40, blank=True)
    guardian_name = models.CharField(max_length=100, blank=True)
    guardian_relationship = models.CharField(max_length=60, blank=True)
    guardian_phone = models.CharField(max_length=40, blank=True)
    guardian_email = models.CharField(max_length=254, blank=True)

    class Meta(TenantPart.Meta):
        constraints: ClassVar = [TenantKey(field="client", name="client_profile_client_tenant")]


class ClientIdentifier(TenantPart):
    """A client's number in one of the other systems that know them. `Client.external_id` is the practice's own."""

    pk = models.CompositePrimaryKey("practice", "client", "system_key")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=50)
    system_key = KeyField(max_length=100)
    value = models.CharField(max_length=100)

    class Meta(TenantPart.Meta):
        constraints: ClassVar = [TenantKey(field="client", name="client_identifier_client_tenant")]
