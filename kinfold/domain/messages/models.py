"""Mail as rows. They belong to no practice's tables, and hold ids only: no address, no name, no text."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class MailState(models.TextChoices):
    """What is known about one mail."""

    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    UNSURE = "unsure", "Not known whether it arrived"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    DROPPED = "dropped", "No longer needed"


# Given up: nothing more is tried, and somebody should know.
STOPPED = Q(state__in=(MailState.FAILED, MailState.UNSURE), next_try_at__isnull=True)


class OutgoingMail(models.Model):
    """One mail. `kind` says who renders it, `subject_id` what it is about.

    `unsure` stands from the moment the text is handed to the mail server until it answers. A row that is found so
    afterwards is tried again with the same Message-ID and the same link, and `in_doubt` says that an attempt whose end
    nobody knows may have arrived: the mail may come twice. Without `next_try_at` nothing more is tried.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    for_practice = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    in_doubt = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)  # its kind and number, never its text

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("queued", "sending", "unsure")) | Q(next_try_at__isnull=True),
                name="outgoing_mail_final_is_final",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("next_try_at", "id"), condition=Q(next_try_at__isnull=False), name="outgoing_mail_due"
            ),
            models.Index(fields=("for_practice", "state", "created_at"), name="outgoing_mail_practice"),
            models.Index(fields=("kind", "subject_id"), name="outgoing_mail_subject"),
        ]
