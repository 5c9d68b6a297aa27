"""One meeting of a client and a clinician with the state of its note, and at what level of risk a client is.

Kinfold keeps who has written a note and who stands behind it, never what it says.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kinfold.domain.clients.models import RiskLevel
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantKey, TenantModel, tenant_constraints


class SessionStatus(models.TextChoices):
    """What became of a session."""

    SCHEDULED = "scheduled", "Scheduled"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "No-show"


class NoteState(models.TextChoices):
    """How far the note of a session is."""

    NONE = "none", "No note yet"
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"
    COSIGNED = "cosigned", "Co-signed"


# A note that its clinician has yet to finish.
UNFINISHED = (NoteState.NONE, NoteState.DRAFT)


class Session(TenantModel):
    """One meeting of a client and a clinician.

    With `walk_in` it was met by a clinician who is not the client's own, to whom an assignment of that kind shows them:
    the one for the same two people and the same time. `wants_cosignature` is decided when the note is signed: by
    whether the clinician has to be supervised then (SPEC O23). `cancelled_with` is the archiving of clients that
    cancelled it.
    """

    client = TenantForeignKey("clients.Client", related_name="+")
    member = TenantForeignKey("team.Member", related_name="+")
    walk_in = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=SessionStatus.choices)
    service_code = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=10, choices=NoteState.choices, default=NoteState.NONE)
    wants_cosignature = models.BooleanField(default=False)
    signed_by = TenantForeignKey("team.Member", null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    cosigned_by = TenantForeignKey("team.Member", null=True, related_name="+")
    cosigned_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    booked_by = TenantForeignKey("team.Member", null=True, related_name="+")
    cancelled_with = TenantForeignKey("changes.ChangeSet", null=True, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("session", "client", "member", "signed_by", "cosigned_by", "booked_by"),
            TenantKey(field="cancelled_with", name="session_cancelled_with_tenant"),
            models.UniqueConstraint(
                fields=("practice", "client", "member", "starts_at"),
                condition=~Q(status="cancelled"),
                name="session_once",
            ),
            models.CheckConstraint(
                condition=Q(note="none") | Q(status="completed"), name="session_note_of_a_held_one"
            ),
            models.CheckConstraint(
                condition=Q(note__in=("none", "draft"), signed_at__isnull=True)
                | Q(note__in=("signed", "cosigned"), signed_at__isnull=False),
                name="session_signed_at",
            ),
            models.CheckConstraint(
                condition=Q(note="cosigned") | Q(cosigned_at__isnull=True), name="session_cosigned_at"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "starts_at", "id"), name="session_by_time"),
            models.Index(fields=("practice", "member", "starts_at", "id"), name="session_by_member"),
            models.Index(fields=("practice", "client", "starts_at", "id"), name="session_by_client"),
            models.Index(fields=("practice", "status", "note", "starts_at", "id"), name="session_by_note"),
        ]


class Risk(TenantModel):
    """One period during which a client was at some level of risk. `Client.risk` is the level of the open one."""

    client = TenantForeignKey("clients.Client", related_name="+")
    level = models.CharField(max_length=10, choices=RiskLevel.choices)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    set_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("risk", "client", "set_by"),
            models.UniqueConstraint(
                fields=("practice", "client"), condition=Q(until__isnull=True), name="risk_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="risk_ends_after_start"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=("practice", "client", "since"), name="risk_by_client")]
