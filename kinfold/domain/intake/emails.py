"""What people receive by mail about becoming a client: an invitation, that requests wait, and the answer to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.emails import day_in, questions
from kinfold.domain.kernel import clock
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.holders import members_who_may
from kinfold.domain.team.models import Member

from .links import link_token, still_invite
from .models import ClientInvitation, InvitationState, RequestState, SignUpRequest


def send_client_invitation(practice_id: UUID, invitation_id: UUID) -> None:
    """Queue the e-mail with the link of an invitation."""
    enqueue("intake.invitation", practice_id, invitation_id)


def tell_team(practice_id: UUID) -> None:
    """Queue a mail to everybody who may answer requests. One that still waits to be sent is enough for each."""
    for member_id in sorted(members_who_may(Permission.CLIENTS_ACCEPT)):
        enqueue("intake.waiting", practice_id, member_id)


def tell_asker(practice_id: UUID, request_id: UUID) -> None:
    """Queue the answer to whoever asked."""
    enqueue("intake.answer", practice_id, request_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientInvitationLetter:
    """What an invitation says: in the mail, and in the preview before it is sent."""

    practice: Practice
    message: str
    until: datetime
    link: str

    @property
    def subject(self) -> str:
        """The subject, which shows on locked screens and so names no practice."""
        return "An invitation for you"

    @property
    def text(self) -> str:
        """The text. The message stands between what is certain, so that it cannot pass for something else."""
        message = f"{self.message}\n\n" if self.message else ""
        return (
            f"Hello,\n\n{self.practice.name} invites you.\n\n"
            f"{message}"
            f"Tell us who you are here by {day_in(self.practice, self.until)}:\n{self.link}\n\n"
            "The link is for you alone. If you do not know of this, do nothing: "
            "nothing is kept about you unless you finish.\n"
            f"{questions(self.practice)}"
        )


@mail_kind("intake.invitation", "Invitation of a client")
def invitation_mail(practice_id: UUID | None, invitation_id: UUID) -> Mail | None:
    """To the invited person, while the invitation waits and whoever invited still may (SPEC U54)."""
    invitation = ClientInvitation.objects.filter(
        pk=invitation_id, state=InvitationState.PENDING, expires_at__gt=clock.now()
    ).first()
    if invitation is None or practice_id is None or not still_invite([invitation.invited_by_id]):
        return None
    token = link_token(practice_id, invitation_id, invitation.nonce)
    letter = ClientInvitationLetter(
        practice=Practice.objects.get(pk=practice_id),
        message=invitation.message,
        until=invitation.expires_at,
        link=settings.PUBLIC_URL + settings.CLIENT_INVITATION_PATH.format(token),
    )
    return Mail(to=invitation.email, subject=letter.subject, text=letter.text)


@mail_kind("intake.waiting", "Requests from the sign-up page")
def waiting_mail(practice_id: UUID | None, member_id: UUID) -> Mail | None:
    """To those who may answer, while requests wait. It names nobody: who asks for care is health information."""
    waiting = SignUpRequest.objects.filter(state=RequestState.PENDING).count()
    if practice_id is None or not waiting or member_id not in members_who_may(Permission.CLIENTS_ACCEPT):
        return None
    address = Member.objects.values_list("login__email", flat=True).get(pk=member_id)
    what = "1 request waits" if waiting == 1 else f"{waiting} requests wait"
    return Mail(
        to=address,
        subject="A request waits for an answer",
        text=f"{what} for an answer.\n\nRead and answer here:\n{settings.PUBLIC_URL}{settings.REQUESTS_PATH}\n",
    )


@mail_kind("intake.answer", "Answer to a request")
def answer_mail(practice_id: UUID | None, request_id: UUID) -> Mail | None:
    """To whoever asked, once the practice has answered and wanted them to be told. The reason stays in the practice."""
    asked = SignUpRequest.objects.filter(pk=request_id, tell=True).exclude(state=RequestState.PENDING).first()
    if asked is None or practice_id is None:
        return None
    practice = Practice.objects.get(pk=practice_id)
    said = (
        f"{practice.name} has accepted your request. Somebody will contact you about what comes next."
        if asked.state == RequestState.ACCEPTED
        else f"{practice.name} has read your request and cannot take it on. We are sorry."
    )
    questions = f"\nQuestions? Write to {practice.support_email}\n" if practice.support_email else ""
    return Mail(
        to=asked.email,
        subject=f"Your request to {practice.name}",
        text=f"Hello {asked.first_name},\n\n{said}\n{questions}",
    )
