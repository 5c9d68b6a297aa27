"""What can be asked about invitations to become a client, by the practice and by the invited person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.identity.queries import find_login, open_login
from kinfold.domain.intake.emails import ClientInvitationLetter
from kinfold.domain.intake.links import pending_by_secret, still_invite
from kinfold.domain.intake.models import ClientInvitation, InvitationState
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.inviting import LINK_LIFE, checked_message
from kinfold.domain.team.names import name_parts

ANSWERED_SHOWN = timedelta(days=30)
MOST_ANSWERED = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ListClientInvitations:
    """All that wait, and of those that were completed in the last 30 days at most 200; each the newest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientInvitationRow:
    """One invitation. `state` is pending, expired, outdated (whoever invited may not any more), accepted or sent_on."""

    id: UUID
    name: str
    email: str
    state: str
    invited_by: str
    therapist: str
    invited_at: datetime
    sent_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    client_id: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewClientInvitation:
    """The message as it stands on the form."""

    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientLetterPreview:
    """A mail as it will look. It is plain text, so markup shows as it was typed."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenClientLink:
    """The secret of a link."""

    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientOffer:
    """What an invited person sees. `has_login`: the address has a login; `signed_in`: the address that is signed in."""

    practice_name: str
    email: str
    first_name: str
    last_name: str
    expires_at: datetime
    has_login: bool
    signed_in: str


@query(Permission.CLIENTS_CREATE)
def list_client_invitations(actor: Actor, data: ListClientInvitations) -> tuple[ClientInvitationRow, ...]:
    """Who was invited, when, by whom and until when; and who completed it lately (SPEC U10)."""
    now = clock.now()
    answered = (InvitationState.ACCEPTED, InvitationState.SENT_ON)
    invitations = ClientInvitation.objects.select_related("invited_by", "therapist").order_by(
        "-created_at", "-id"
    )
    rows = [
        *invitations.filter(state=InvitationState.PENDING),
        *invitations.filter(state__in=answered, answered_at__gt=now - ANSWERED_SHOWN)[:MOST_ANSWERED],
    ]
    inviting = still_invite({row.invited_by_id for row in rows})
    return tuple(
        ClientInvitationRow(
            id=row.id,
            name=row.called,
            email=row.email,
            state=_state(row, now, row.invited_by_id in inviting),
            invited_by=row.invited_by.name,
            therapist=row.therapist.name if row.therapist else "",
            invited_at=row.created_at,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
            answered_at=row.answered_at,
            client_id=row.client_id,
        )
        for row in rows
    )


@query(Permission.CLIENTS_CREATE)
def preview_client_invitation(actor: Actor, data: PreviewClientInvitation) -> ClientLetterPreview:
    """The mail that an invitation would be, without a link that works (SPEC U53). Raises as inviting does."""
    message, problems = checked_message(data.message)
    if problems:
        raise InvalidInput(problems)
    letter = ClientInvitationLetter(
        practice=Practice.objects.get(pk=actor.practice_id),
        message=message,
        until=clock.now() + LINK_LIFE,
        link=settings.PUBLIC_URL + settings.CLIENT_INVITATION_PATH.format("…"),
    )
    return ClientLetterPreview(subject=letter.subject, text=letter.text)


@query(None)
def open_client_link(actor: Actor, data: OpenClientLink) -> ClientOffer:
    """What a link offers. Opening it changes nothing (SPEC 8.14). Raises one of the LinkRefused family."""
    invitation = pending_by_secret(data.secret)
    first, last = name_parts(invitation.full_name)
    login = open_login(actor.login_id) if actor.login_id else None
    return ClientOffer(
        practice_name=actor.practice_name,
        email=invitation.email,
        first_name=first,
        last_name=last,
        expires_at=invitation.expires_at,
        has_login=find_login(invitation.email) is not None,
        signed_in=login.email if login and login.is_verified else "",
    )


def _state(row: ClientInvitation, now: datetime, still: bool) -> str:
    if row.state != InvitationState.PENDING:
        return row.state
    return "expired" if row.expires_at <= now else row.state if still else "outdated"
