"""The links of invitations: what they carry, and who stands behind one.

A link carries its practice and a secret derived from the invitation and its nonce, so that a mail sent again holds the
same link and a resent invitation ends the old one; the database keeps only the secret's digest. Opening a link
changes nothing, since mail scanners open links too (SPEC 8.14).
"""

from __future__ import annotations

from uuid import UUID

from kinfold.domain.access.actors import Actor, guest_actor
from kinfold.domain.identity.queries import open_login
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.practices.models import Practice

from .actors import pack, read_token
from .errors import LinkDeclined, LinkExpired, LinkOutdated, LinkRefused, LinkRevoked, LinkUnknown, LinkUsed
from .models import Invitation, InvitationState
from .vouching import still_vouched

PURPOSE = "team.invitation"

_ANSWERED: dict[str, type[LinkRefused]] = {
    InvitationState.ACCEPTED: LinkUsed,
    InvitationState.DECLINED: LinkDeclined,
    InvitationState.REVOKED: LinkRevoked,
}


def secret_of(invitation_id: UUID, nonce: str) -> str:
    """The secret of an invitation's current link."""
    return secrets.derive(PURPOSE, str(invitation_id), nonce)


def link_token(practice_id: UUID, invitation_id: UUID, nonce: str) -> str:
    """What stands in the link of the e-mail."""
    return pack(practice_id, secret_of(invitation_id, nonce))


def guest_with_link(token: str) -> tuple[Actor, str]:
    """Whoever holds a link, as a guest of its practice, and the link's secret. Raises LinkUnknown."""
    opened = read_token(token)
    if opened is None:
        raise LinkUnknown
    practice_id, secret = opened
    return _guest(practice_id, None), secret


def guest_with_login(practice_id: UUID, login_id: UUID) -> Actor:
    """A signed-in person who may be invited by a practice, as its guest. Raises LinkUnknown."""
    return _guest(practice_id, login_id)


def pending_by_secret(secret: str) -> Invitation:
    """The invitation a link is for, when it waits for an answer. Raises one of the LinkRefused family."""
    return _pending(Invitation.objects.filter(token_digest=secrets.digest(secret)).first())


def pending_for_login(actor: Actor, invitation_id: UUID) -> tuple[Invitation, UUID]:
    """An invitation to the verified address of a signed-in person, and their login.

    The address proves as much as the link, which came to it.
    """
    login = open_login(actor.login_id) if actor.login_id else None
    if login is None or not login.is_verified:
        raise LinkUnknown
    return _pending(Invitation.objects.filter(pk=invitation_id, email=login.email).first()), login.id


def _pending(invitation: Invitation | None) -> Invitation:
    if invitation is None:
        raise LinkUnknown
    if invitation.state in _ANSWERED:
        raise _ANSWERED[invitation.state]
    if invitation.expires_at <= clock.now():
        raise LinkExpired
    if not still_vouched([invitation.id]):
        raise LinkOutdated
    return invitation


def _guest(practice_id: UUID, login_id: UUID | None) -> Actor:
    practice = Practice.objects.filter(pk=practice_id).values_list("name", "time_zone").first()
    if practice is None:
        raise LinkUnknown
    name, time_zone = practice
    return guest_actor(practice_id, name, login_id=login_id, time_zone=time_zone)
