"""A practice's public sign-up page, and what people sent by it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kinfold.domain.clients.models import SexAtBirth
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class SignUpPage(TenantModel):
    """How a practice's sign-up page looks and what it asks. A practice without this row has never opened one."""

    is_open = models.BooleanField(default=False)
    welcome = models.CharField(max_length=1000, blank=True)
    consent = models.CharField(max_length=500)
    asks_phone = models.BooleanField(default=True)
    asks_about = models.BooleanField(default=True)
    asks_therapist = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("sign_up_page"),
            models.UniqueConstraint(fields=("practice",), name="sign_up_page_one"),
        ]


class RequestState(models.TextChoices):
    """Where a request stands; accepted and rejected are final and kept."""

    PENDING = "pending", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class SignUpRequest(TenantModel):
    """What somebody sent by the sign-up page. They are no client until a request is accepted (SPEC 8.7)."""

    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.PENDING)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField()
    sex_at_birth = models.CharField(max_length=12, choices=SexAtBirth.choices)
    about = models.CharField(max_length=1000, blank=True)
    therapist = TenantForeignKey("team.Member", null=True, related_name="+")
    consent = models.CharField(max_length=500)  # the words that were agreed to
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = TenantForeignKey("team.Member", null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    tell = models.BooleanField(default=False)  # whether the answer is mailed
    client = TenantForeignKey("clients.Client", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("sign_up_request", "therapist", "answered_by", "client"),
            models.UniqueConstraint(
                # Sending the same form again while one waits is the same request.
                fields=("practice", "email", "birth_date", "last_name", "first_name"),
                condition=Q(state="pending"),
                name="sign_up_request_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "state", "asked_at", "id"), name="sign_up_request_list"),
        ]


class InvitationState(models.TextChoices):
    """Each final and kept, except pending. Expired is pending past its date; sent on waits as a request."""

    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    SENT_ON = "sent_on", "Sent to the practice"
    REVOKED = "revoked", "Deleted"


class ClientInvitation(TenantModel):
    """An e-mailed offer to become a client. The record exists only once the invited person has completed it."""

    email = models.CharField(max_length=254)
    full_name = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True, default="")
    therapist = TenantForeignKey("team.Member", null=True, related_name="+")
    tags = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=InvitationState.choices, default=InvitationState.PENDING)
    nonce = models.CharField(max_length=32)
    token_digest = models.CharField(max_length=64)
    invited_by = TenantForeignKey("team.Member", related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    client = TenantForeignKey("clients.Client", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("client_invitation", "therapist", "invited_by", "client"),
            models.UniqueConstraint(fields=("practice", "token_digest"), name="client_invitation_token"),
            models.UniqueConstraint(
                # Families share an address, so the name tells several invited people apart.
                fields=("practice", "email", "full_name"),
                condition=Q(state="pending"),
                name="client_invitation_one_pending",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "state", "created_at", "id"), name="client_invitation_list"),
        ]

    @property
    def called(self) -> str:
        """The invited person's name, or their address while nobody has said one."""
        return self.full_name or self.email
