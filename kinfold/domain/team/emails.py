"""What people receive by mail about the team: the invitation, and the answer to whoever invited.

Mail is made when it is sent: the link is derived again from the invitation, and what is no longer true is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from kinfold.domain.identity import registration_codes
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.practices.models import Practice

from .links import link_token
from .models import AdminRequest, AdminRequestState, Invitation, InvitationState, Member, MemberRole
from .statuses import WORKS
from .vouching import still_vouched


def send_invitation(practice_id: UUID, invitation_id: UUID) -> None:
    """Queue the e-mail with the link of an invitation."""
    enqueue("team.invitation", practice_id, invitation_id)


def send_registration_code(practice_id: UUID, code_id: UUID) -> None:
    """Queue the e-mail with a member's registration code."""
    enqueue("team.registration", practice_id, code_id)


def tell_requester(practice_id: UUID, request_id: UUID) -> None:
    """Queue the e-mail that tells who asked for an administrator what an owner decided."""
    enqueue("team.admin-request", practice_id, request_id)


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
    if invitation is None or practice_id is None or not still_vouched([invitation_id]):
        return None
    offered = invitation.offered_roles.order_by("role__position", "role__name_key")
    link = settings.PUBLIC_URL + settings.INVITATION_PATH.format(
        link_token(practice_id, invitation_id, invitation.nonce)
    )
    letter = InvitationLetter(
        practice=Practice.objects.get(pk=practice_id),
        invited_by=invitation.invited_by.name,
        full_name=invitation.full_name,
        roles=tuple(offered.values_list("role__name", flat=True)),
        message=invitation.message,
        until=invitation.expires_at,
        link=link,
    )
    return Mail(to=invitation.email, subject=letter.subject, text=letter.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationLetter:
    """What an invitation says: in the mail, and in the preview before it is sent."""

    practice: Practice
    invited_by: str
    full_name: str
    roles: tuple[str, ...]
    message: str
    until: datetime
    link: str

    @property
    def subject(self) -> str:
        """The subject, which shows on locked screens."""
        return f"Invitation to the team of {self.practice.name}"

    @property
    def text(self) -> str:
        """The text. The message stands between what is certain, so that it cannot pass for something else."""
        message = f"{self.message}\n\n" if self.message else ""
        return (
            f"Hello{f' {self.full_name}' if self.full_name else ''},\n\n"
            f"{self.invited_by} invites you to the team of {self.practice.name}.\n"
            f"Your role: {', '.join(self.roles)}\n\n"
            f"{message}"
            f"Accept or decline here by {_day(self.practice, self.until)}:\n{self.link}\n\n"
            "The link is for you alone. If you do not know of this, do nothing: "
            "nobody joins without accepting.\n"
            f"{_questions(self.practice)}"
        )


@mail_kind("team.registration", "Registration code")
def registration_mail(practice_id: UUID | None, code_id: UUID) -> Mail | None:
    """To a member who was added without a login, while the code works and they may sign in (SPEC U64)."""
    found = registration_codes.issued(code_id)
    if found is None or practice_id is None:
        return None
    issued, member_id, address = found
    member = Member.objects.filter(
        pk=member_id, login__isnull=True, status__in=WORKS, ended_at__isnull=True, email=address
    ).first()
    if member is None:
        return None
    practice = Practice.objects.get(pk=practice_id)
    held = MemberRole.objects.filter(holds(clock.now()), member=member)
    roles = held.order_by("role__position", "role__name_key").values_list("role__name", flat=True)
    page = settings.PUBLIC_URL + settings.REGISTER_PATH
    until = _day(practice, issued.expires_at)
    return Mail(
        to=address,
        subject="Your registration code",
        text=(
            f"Hello {member.name},\n\n"
            f"you were added to the team of {practice.name}.\n"
            f"Your role: {', '.join(roles)}\n\n"
            f"Register here by {until}, with a new login or the one you have:\n{page}{issued.code}/\n\n"
            f"Or open {page} and type this code:\n{issued.code}\n\n"
            "You will be asked for your last name and for the email address that this mail came to. "
            "The code is for you alone. If you do not know of this, do nothing.\n"
            f"{_questions(practice)}"
        ),
    )


@mail_kind("team.answer", "Answer to an invitation")
def answer_mail(practice_id: UUID | None, invitation_id: UUID) -> Mail | None:
    """To whoever invited, while they are on the team (SPEC O05)."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None or practice_id is None:
        return None
    address = _address_of(invitation.invited_by_id)
    texts = {
        InvitationState.ACCEPTED.value: f"{invitation.called} accepted your invitation and is on the team now.",
        InvitationState.DECLINED.value: f"{invitation.called} declined your invitation.",
    }
    if address is None or invitation.state not in texts:
        return None
    return Mail(
        to=address,
        subject=f"Your invitation was {invitation.state}",
        text=f"{texts[invitation.state]}\n\nYour team: {settings.PUBLIC_URL}{settings.TEAM_PATH}\n",
    )


def _day(practice: Practice, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(practice.time_zone)):%B %-d, %Y}"


@mail_kind("team.admin-request", "Decision about a new administrator")
def decision_mail(_practice_id: UUID | None, request_id: UUID) -> Mail | None:
    """To whoever asked, while they are on the team (SPEC H09)."""
    request = AdminRequest.objects.filter(pk=request_id).first()
    address = _address_of(request.requested_by_id) if request else None
    texts = {
        AdminRequestState.APPROVED.value: "was approved as administrator and gets an email with what to do next.",
        AdminRequestState.DECLINED.value: "was not approved as administrator.",
    }
    if request is None or address is None or request.state not in texts:
        return None
    return Mail(
        to=address,
        subject=f"Your request was {request.state}",
        text=f"{request.name} {texts[request.state]}\n\nYour team: {settings.PUBLIC_URL}{settings.TEAM_PATH}\n",
    )


def _address_of(member_id: UUID) -> str | None:
    """Where to write to somebody on the team; None when they left."""
    here = Member.objects.filter(pk=member_id, status__in=WORKS, login__is_active=True)
    return here.values_list("login__email", flat=True).first()


def _questions(practice: Practice) -> str:
    return f"\nQuestions? Write to {practice.support_email}\n" if practice.support_email else ""
