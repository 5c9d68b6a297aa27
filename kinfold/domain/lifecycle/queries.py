"""What an owner may know about a practice's outgoing mail: what did not arrive, and in a demo what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.messages.kinds import label_of
from kinfold.domain.messages.models import STOPPED, MailState, OutgoingMail
from kinfold.domain.practices.queries import practice_names

MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ListMailTroubles:
    """All mail of the practice that needs somebody's attention."""


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """One mail that was given up. `unsure` when it may have arrived all the same."""

    id: UUID
    label: str
    subject_id: UUID
    queued_at: datetime
    attempts: int
    unsure: bool
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDemoMail:
    """The mail of a demo, newest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDemoMail:
    """Which mail to read."""

    mail_id: UUID


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A mail as it would have arrived."""

    id: UUID
    to: str
    subject: str
    at: datetime
    text: str


@query(Permission.PRACTICE_CHANGE)
def list_mail_troubles(actor: Actor, data: ListMailTroubles) -> tuple[MailTrouble, ...]:
    """The mail that was given up, newest first. Doubts are shown, not hidden (RELIABILITY section 3)."""
    rows = (
        OutgoingMail.objects.filter(STOPPED, for_practice=actor.practice_id)
        .order_by("-created_at", "id")
        .values_list("id", "kind", "subject_id", "created_at", "attempts", "state", "error")[:MOST_SHOWN]
    )
    return tuple(
        MailTrouble(pk, label_of(kind), subject_id, at, attempts, state == MailState.UNSURE, error)
        for pk, kind, subject_id, at, attempts, state, error in rows
    )


@query(Permission.PRACTICE_OWN)
def list_demo_mail(actor: Actor, data: ListDemoMail) -> tuple[DemoMail, ...]:
    """What a demo practice would have sent, newest first. Nothing in any other practice."""
    ids = _demo_mail(actor).order_by("-created_at", "id").values_list("id", flat=True)[:MOST_SHOWN]
    return tuple(mail for mail in map(_read, ids) if mail is not None)


@query(Permission.PRACTICE_OWN)
def open_demo_mail(actor: Actor, data: OpenDemoMail) -> DemoMail:
    """One mail of a demo practice."""
    mail = _read(data.mail_id) if _demo_mail(actor).filter(pk=data.mail_id).exists() else None
    if mail is None:
        raise NotFound
    return mail


def _demo_mail(actor: Actor) -> QuerySet[OutgoingMail]:
    """The practice's own mail. Mail of logins (resets) only where no practice is real: it could open real logins."""
    if not actor.demo:
        return OutgoingMail.objects.none()
    whose = Q(for_practice=actor.practice_id)
    if all(practice.demo for practice in practice_names()):
        whose |= Q(for_practice__isnull=True)
    return OutgoingMail.objects.filter(whose, state=MailState.SENT)


def _read(mail_id: UUID) -> DemoMail | None:
    path = next(Path(settings.MAIL_FOLDER).glob(f"*-{mail_id}.eml"), None)
    if path is None:
        return None
    message = message_from_bytes(path.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    return DemoMail(
        mail_id,
        str(message["To"]),
        str(message["Subject"]),
        message["Date"].datetime,
        body.get_content().replace("\r\n", "\n") if body is not None else "",
    )
