"""What an owner may do about a practice's outgoing mail."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.messages.outbox import try_again

says(mail__requeued="had a mail sent again")


@dataclass(frozen=True, kw_only=True, slots=True)
class RequeueMail:
    """Which mail to try again."""

    mail_id: UUID


@command(Permission.PRACTICE_CHANGE)
def requeue_mail(actor: Actor, data: RequeueMail) -> None:
    """Try a mail again that was given up. It keeps its Message-ID and its link, and is rechecked before it goes."""
    if not try_again(data.mail_id, practice_id=actor.practice_id):
        raise NotFound
    trail.record(actor, "mail.requeued", detail={"mail": str(data.mail_id)})
