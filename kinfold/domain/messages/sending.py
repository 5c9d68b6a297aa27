"""Sending what waits: one worker at a time for each mail, rendered now, and never a doubt hidden."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Q, Value, When

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import place_of, task
from kinfold.domain.kernel.tenancy import entered

from .kinds import Mail, NoSuchMail, kind_called
from .models import STOPPED, MailState, OutgoingMail
from .transport import Files, Letter, NoAnswer, Refused, Smtp, Transport, read_server

# Longer than all steps of one attempt may take together; a dead worker's mail is taken over after that.
CLAIM = timedelta(minutes=2)
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
ROUND = timedelta(minutes=5)  # then the worker looks at other work, and comes back
WAITING = (MailState.QUEUED, MailState.SENDING, MailState.UNSURE)


@task()
def deliver(mail_id: UUID) -> None:
    """Send one mail, if it is due and nobody else is at it."""
    claimed = _claim(Q(pk=mail_id))
    if claimed is not None:
        _send(claimed)


@task()
def send_waiting() -> None:
    """Send everything that is due: first attempts that were missed, later attempts, and what dead workers held."""
    until = clock.now() + ROUND
    while clock.now() < until and (claimed := _claim(Q())) is not None:
        _send(claimed)


def something_is_due() -> bool:
    """Whether any mail should be tried now."""
    return OutgoingMail.objects.filter(_due()).exists()


def count_troubles() -> int:
    """How many mails of this installation were given up, or may have arrived and may not."""
    return OutgoingMail.objects.filter(STOPPED).count()


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: UUID
    claim: str
    kind: str
    practice_id: UUID | None
    subject_id: UUID
    message_id: str
    attempts: int
    file_name: str

    def mark(self, **values: Any) -> bool:
        """Write down what happened, unless another worker took the mail over meanwhile."""
        return bool(OutgoingMail.objects.filter(pk=self.id, claim=self.claim).update(**values))

    def close(self, state: MailState, **values: Any) -> None:
        self.mark(state=state, claim="", claimed_until=None, next_try_at=None, **values)


def _due() -> Q:
    now = clock.now()
    return Q(next_try_at__lte=now, state__in=WAITING) & (Q(claimed_until=None) | Q(claimed_until__lt=now))


def _claim(which: Q) -> _Claimed | None:
    for pk, held_as in (
        OutgoingMail.objects.filter(which, _due())
        .order_by("next_try_at", "id")
        .values_list("id", "claim")[:20]
    ):
        mine = uuid4().hex
        with transaction.atomic():
            taken = OutgoingMail.objects.filter(_due(), pk=pk, claim=held_as).update(
                claim=mine,
                claimed_until=clock.now() + CLAIM,
                attempts=F("attempts") + 1,
                in_doubt=Case(When(state=MailState.UNSURE, then=Value(True)), default=F("in_doubt")),
                state=MailState.SENDING,
            )
        if taken:
            row = OutgoingMail.objects.get(pk=pk)
            return _Claimed(
                pk,
                mine,
                row.kind,
                row.for_practice,
                row.subject_id,
                row.message_id,
                row.attempts,
                f"{row.created_at:%Y%m%dT%H%M%S}-{pk}",
            )
    return None


def _send(claimed: _Claimed) -> None:
    if claimed.attempts > len(WAITS) + 1:  # the last attempts ended with their worker
        _give_up(claimed, "the worker died each time")
        return
    try:
        mail = _render(claimed)
        if mail is None:
            claimed.close(MailState.DROPPED, error="no longer wanted")
            return
        sender = settings.DEFAULT_FROM_EMAIL
        letter = Letter(
            message=_message(mail, sender, claimed.message_id),
            sender=parseaddr(sender)[1],
            to=mail.to,
            handing_over=_handing_over(claimed),
        )
        _transport(claimed).send(letter)
    except (Refused, NoSuchMail) as error:
        _give_up(claimed, _short(error))
    except (OperationalError, InterfaceError):
        raise  # the database is in trouble, so nothing can be written down; the claim runs out by itself
    except NoAnswer as error:
        _again(claimed, MailState.UNSURE, _short(error))
    except Exception as error:  # noqa: BLE001 - a renderer, the network, a mail server: all are tried again
        _again(claimed, MailState.QUEUED, _short(error))
    else:
        claimed.close(MailState.SENT, sent_at=clock.now(), error="")


def _render(claimed: _Claimed) -> Mail | None:
    kind = kind_called(claimed.kind)
    if claimed.practice_id is None:
        return kind.render(None, claimed.subject_id)
    with entered(claimed.practice_id):
        return kind.render(claimed.practice_id, claimed.subject_id)


class _TakenOver(Exception):
    """The claim ran out before the text was handed over, and another worker has the mail now."""


def _handing_over(claimed: _Claimed) -> Callable[[], None]:
    def mark() -> None:
        if not claimed.mark(state=MailState.UNSURE, claimed_until=clock.now() + CLAIM):
            raise _TakenOver

    return mark


def _again(claimed: _Claimed, state: MailState, error: str) -> None:
    """Plan the next attempt, or stop."""
    if claimed.attempts > len(WAITS):
        _give_up(claimed, error, in_doubt=state == MailState.UNSURE)
        return
    claimed.mark(
        state=state,
        claim="",
        claimed_until=None,
        next_try_at=clock.now() + WAITS[claimed.attempts - 1],
        error=error,
    )


def _give_up(claimed: _Claimed, error: str, *, in_doubt: bool = False) -> None:
    """Stop, and say what is known: certainly not sent, or perhaps."""
    if in_doubt or OutgoingMail.objects.filter(pk=claimed.id, in_doubt=True).exists():
        claimed.close(MailState.UNSURE, error=error)
    else:
        claimed.close(MailState.FAILED, error=error)


def _transport(claimed: _Claimed) -> Transport:
    server = read_server(settings.EMAIL_URL)
    if server is None:
        return Files(settings.MAIL_FOLDER, claimed.file_name)
    return Smtp(server, urlsplit(settings.PUBLIC_URL).hostname or "localhost")


def _message(mail: Mail, sender: str, message_id: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # nobody's absence note answers it
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    return message


def _short(error: Exception) -> str:
    """What went wrong, without a word that the mail server or a renderer said."""
    if isinstance(error, Refused | NoAnswer):
        return str(error)[:200]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} ({error.smtp_code})"
    if isinstance(error, OSError | smtplib.SMTPException):
        return type(error).__name__
    return place_of(error)
