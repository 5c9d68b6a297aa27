"""The links of invitations to become a client: what they carry, and who stands behind one.

Like the team's, a link carries its practice and a secret that is derived from the invitation and its nonce; the
database keeps the digest. Opening one changes nothing, since mail scanners open links too (SPEC 8.14).
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor, guest_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.actors import pack, permissions_now, read_token
from kinfold.domain.team.errors import (
    LinkExpired,
    LinkOutdated,
    LinkRefused,
    LinkRevoked,
    LinkUnknown,
    LinkUsed,
)

from .models import ClientInvitation, InvitationState

PURPOSE = "intake.invitation"

_ANSWERED: dict[str, type[LinkRefused]] = {
    InvitationState.ACCEPTED: LinkUsed,
    InvitationState.SENT_ON: LinkUsed,
    InvitationState.REVOKED: LinkRevoked,
}


def secret_of(invitation_id: UUID, nonce: str) -> str:
    """The secret of an invitation's current link."""
    return secrets.derive(PURPOSE, str(invitation_id), nonce)


def link_token(practice_id: UUID, invitation_id: UUID, nonce: str) -> str:
    """What stands in the link of the e-mail."""
    return pack(practice_id, secret_of(invitation_id, nonce))


def guest_with_client_link(token: str, login_id: UUID | None = None) -> tuple[Actor, str]:
    """Whoever holds a link, as a guest of its practice, and the link's secret. Raises LinkUnknown."""
    opened = read_token(token)
    practice = Practice.objects.filter(pk=opened[0]).first() if opened else None
    if opened is None or practice is None:
        raise LinkUnknown
    guest = guest_actor(
        practice.pk,
        practice.name,
        login_id=login_id,
        time_zone=practice.time_zone,
        support_email=practice.support_email,
    )
    return guest, opened[1]


def pending_by_secret(secret: str) -> ClientInvitation:
    """The invitation a link is for, when it waits for an answer. Raises one of the LinkRefused family."""
    invitation = ClientInvitation.objects.filter(token_digest=secrets.digest(secret)).first()
    if invitation is None:
        raise LinkUnknown
    if invitation.state in _ANSWERED:
        raise _ANSWERED[invitation.state]
    if invitation.expires_at <= clock.now():
        raise LinkExpired
    if not still_invite([invitation.invited_by_id]):
        raise LinkOutdated
    return invitation


def still_invite(member_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these members who may still add clients: an invitation is worth as much as the person behind it."""
    held = permissions_now(member_ids)
    return {member_id for member_id, allowed in held.items() if Permission.CLIENTS_CREATE in allowed}
