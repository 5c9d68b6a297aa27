"""Asking for a mail to be sent."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import later

from .kinds import kind_called
from .models import STOPPED, MailState, OutgoingMail


def enqueue(kind: str, practice_id: UUID | None, subject_id: UUID) -> UUID:
    """Queue a mail in the running transaction: it is sent if, and only if, that commits. Returns the mail's id.

    A mail of the same kind about the same subject that still waits is dropped: the new one says what holds now.
    """
    kind_called(kind)
    now = clock.now()
    OutgoingMail.objects.filter(kind=kind, subject_id=subject_id, state=MailState.QUEUED).update(
        state=MailState.DROPPED, next_try_at=None, error="replaced"
    )
    mail_id = uuid4()
    OutgoingMail.objects.create(
        id=mail_id,
        kind=kind,
        for_practice=practice_id,
        subject_id=subject_id,
        # The id of the row is not told: who gets the mail learns nothing about our data.
        message_id=f"<{uuid4().hex}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>",
        created_at=now,
        next_try_at=now,
    )
    later("kinfold.domain.messages.sending.deliver", mail_id)
    return mail_id


def try_again(mail_id: UUID, *, practice_id: UUID) -> bool:
    """Queue a practice's mail again that was given up; False when there is no such mail."""
    stopped = OutgoingMail.objects.filter(STOPPED, pk=mail_id, for_practice=practice_id)
    # What may have arrived still may have.
    stopped.filter(state=MailState.UNSURE).update(in_doubt=True)
    if not stopped.update(state=MailState.QUEUED, attempts=0, next_try_at=clock.now(), error=""):
        return False
    later("kinfold.domain.messages.sending.deliver", mail_id)
    return True
