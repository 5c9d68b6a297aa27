"""What the worker does about mail by the clock."""

from __future__ import annotations

from datetime import timedelta

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import every, later_unless_queued

from .models import MailState, OutgoingMail
from .sending import something_is_due

KEPT = timedelta(days=90)


@every(timedelta(seconds=30))
def send_waiting_mail() -> None:
    """Try again what failed, and what a dead worker held."""
    if something_is_due():
        later_unless_queued("kinfold.domain.messages.sending.send_waiting")


@every(timedelta(hours=6))
def forget_old_mail() -> None:
    """Remove the rows of mail that is long done. What failed or is in doubt stays until somebody deals with it."""
    OutgoingMail.objects.filter(
        state__in=(MailState.SENT, MailState.DROPPED), created_at__lt=clock.now() - KEPT
    ).delete()
