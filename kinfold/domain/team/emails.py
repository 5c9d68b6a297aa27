"""What people receive by mail about the team: the invitation, and the answer to whoever invited.

Mail is made when it is sent: the link is derived again from the invitation, and what is no longer true is not sent.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from kinfold.domain.kernel import clock
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.practices.models import Practice

from .actors import SIGNS_IN
from .links import link_token
from .models import Invitation, InvitationState, Member


def send_invitation(practice_id: UUID, invitation_id: UUID) -> None:
    """Queue the e-mail with the link of an invitation."""
    enqueue("team.invitation", practice_id, invitation_id)


def tell_inviter(practice_id: UUID, invitation_id: UUID) -> None:
    """Queue the e-mail that tells the inviter the answer."""
    enqueue("team.answer", practice_id, invitation_id)


@mail_kind("team.invitation", "Invitation to the team")
def invitation_mail(practice_id: UUID | None, invitation_id: UUID) -> Mail | None:
    """To the invited person, while the invitation waits for an answer (SPEC O04)."""
    invitation = (
        Invitation.objects.filter(pk=invitation_id, state=InvitationState.PENDING, expires_at__gt=clock.now())
        .select_related("invited_by")
        .first()
    )
    if invitation is None or practice_id is None:
        return None
    practice = Practice.objects.get(pk=practice_id)
    offered = invitation.offered_roles.order_by("role__position").values_list("role__name", flat=True)
    link = settings.PUBLIC_URL + settings.INVITATION_PATH.format(
        link_token(practice_id, invitation_id, invitation.nonce)
    )
    questions = f"\nQuestions? Write to {practice.support_email}\n" if practice.support_email else ""
    return Mail(
        to=invitation.email,
        subject=f"Invitation to the team of {practice.name}",
        text=(
            f"Hello {invitation.full_name},\n\n"
            f"{invitation.invited_by.name} invites you to the team of {practice.name}.\n"
            f"Your role: {', '.join(offered)}\n\n"
            f"Accept or decline here by {invitation.expires_at:%B %-d, %Y}:\n{link}\n\n"
            "The link is for you alone. If you do not know of this, do nothing: "
            "nobody joins without accepting.\n"
            f"{questions}"
        ),
    )


@mail_kind("team.answer", "Answer to an invitation")
def answer_mail(practice_id: UUID | None, invitation_id: UUID) -> Mail | None:
    """To whoever invited, while they are on the team (SPEC O05)."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None or practice_id is None:
        return None
    address = (
        Member.objects.filter(pk=invitation.invited_by_id, status__in=SIGNS_IN, login__is_active=True)
        .values_list("login__email", flat=True)
        .first()
    )
    texts = {
        InvitationState.ACCEPTED.value: f"{invitation.full_name} accepted your invitation and is on the team now.",
        InvitationState.DECLINED.value: f"{invitation.full_name} declined your invitation.",
    }
    if address is None or invitation.state not in texts:
        return None
    return Mail(
        to=address,
        subject=f"Your invitation was {invitation.state}",
        text=f"{texts[invitation.state]}\n\nYour team: {settings.PUBLIC_URL}{settings.TEAM_PATH}\n",
    )
