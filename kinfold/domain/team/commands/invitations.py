"""Inviting people to the team, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.identity.commands import create_login
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.team import emails
from kinfold.domain.team.addresses import refuse_taken
from kinfold.domain.team.commands.inviting import LINK_LIFE, Invitee, send_invitations
from kinfold.domain.team.errors import (
    InvitationNotPending,
    LinkUsed,
)
from kinfold.domain.team.granting import acting_member, chosen_roles, hold_team, refuse_above
from kinfold.domain.team.links import pending_by_secret, pending_for_login, secret_of
from kinfold.domain.team.models import Invitation, InvitationRole, InvitationState
from kinfold.domain.team.names import checked_names
from kinfold.domain.team.newcomers import Newcomer, seat, take_in
from kinfold.domain.team.vouching import still_vouched

says(
    invitation__resent="sent an invitation again",
    invitation__deleted="deleted an invitation",
    invitation__accepted="accepted an invitation",
    invitation__declined="declined an invitation",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class InviteMember:
    """Whom to invite, and what they will be."""

    full_name: str
    email: str
    role_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ResendInvitations:
    """Which invitations to send again."""

    invitation_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteInvitations:
    """Which invitations to take back."""

    invitation_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptInvitation:
    """A link's secret, with the name and password of the new login."""

    secret: str
    first_name: str
    last_name: str
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptWithLogin:
    """An invitation to the signed-in person's own address, with the name the team will see."""

    invitation_id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclineInvitation:
    """A link's secret; for a signed-in person the invitation's id instead."""

    secret: str = ""
    invitation_id: UUID | None = None


@command(Permission.MEMBERS_INVITE)
def invite_member(actor: Actor, data: InviteMember) -> UUID:
    """Ask someone to join the team by e-mail. They become a member when they accept (SPEC O01–O07)."""
    name, email, roles = _checked(data)
    refuse_above(actor, roles)
    refuse_taken(email)
    return send_invitations(actor, [Invitee(full_name=name, email=email)], roles)[0]


@command(Permission.MEMBERS_INVITE)
def resend_invitations(actor: Actor, data: ResendInvitations) -> None:
    """Send invitations again, all or none, with new links; the old ones end, and the seven days begin anew (U12).

    Where whoever invited may not do so any more, the sender is the inviter from now on.
    """
    now = clock.now()
    pending = _pending(data.invitation_ids)
    offered = Role.objects.filter(pk__in=InvitationRole.objects.filter(invitation__in=pending).values("role"))
    refuse_above(actor, offered)
    vouched = still_vouched(invitation.id for invitation in pending)
    for invitation in pending:
        nonce = secrets.new_nonce()
        _change_pending(
            invitation.id,
            nonce=nonce,
            token_digest=secrets.digest(secret_of(invitation.id, nonce)),
            sent_at=now,
            expires_at=now + LINK_LIFE,
            invited_by_id=invitation.invited_by_id if invitation.id in vouched else acting_member(actor),
        )
        emails.send_invitation(actor.practice_id, invitation.id)
    _record_each(actor, "invitation.resent", pending)


@command(Permission.MEMBERS_INVITE)
def delete_invitations(actor: Actor, data: DeleteInvitations) -> None:
    """Take invitations back, all or none. Their links end; the rows stay as history (U13)."""
    now = clock.now()
    pending = _pending(data.invitation_ids)
    for invitation in pending:
        _change_pending(invitation.id, state=InvitationState.REVOKED, answered_at=now)
    _record_each(actor, "invitation.deleted", pending)


@command(None)
def accept_invitation(actor: Actor, data: AcceptInvitation) -> UUID:
    """Join the team with a new login. The link came by mail, so it proves the address (O05, O06)."""
    invitation = pending_by_secret(data.secret)
    names = checked_names(first_name=data.first_name, last_name=data.last_name)
    hold_team()
    _answer(invitation, InvitationState.ACCEPTED)
    login_id = create_login(
        invitation.email,
        f"{names['first_name']} {names['last_name']}",
        data.password,
        verified=True,
        about=(actor.practice_name,),
    )
    return _join(actor, invitation, login_id, **names)


@command(None)
def accept_with_login(actor: Actor, data: AcceptWithLogin) -> UUID:
    """Join the team with the login one is signed in with, whose verified address was invited."""
    invitation, login_id = pending_for_login(actor, data.invitation_id)
    names = checked_names(first_name=data.first_name, last_name=data.last_name)
    hold_team()
    _answer(invitation, InvitationState.ACCEPTED)
    return _join(actor, invitation, login_id, **names)


@command(None)
def decline_invitation(actor: Actor, data: DeclineInvitation) -> None:
    """Say no. The inviter sees it, and the link ends (O05)."""
    if data.invitation_id is not None:
        invitation, _ = pending_for_login(actor, data.invitation_id)
    else:
        invitation = pending_by_secret(data.secret)
    _answer(invitation, InvitationState.DECLINED)
    emails.tell_inviter(actor.practice_id, invitation.id)
    trail.record(actor, "invitation.declined", subject=("invitation", invitation.id))


def _checked(data: InviteMember) -> tuple[str, str, list[Role]]:
    problems: list[Problem] = []
    name = email = ""
    roles: list[Role] = []
    try:
        name = checked_names(full_name=data.full_name)["full_name"]
    except InvalidInput as error:
        problems.extend(error.problems)
    try:
        email = canonical_email(data.email)
    except NotAnEmailAddress as error:
        problems.extend(error.problems)
    try:
        roles = chosen_roles(data.role_ids)
    except InvalidInput as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    return name, email, roles


def _pending(invitation_ids: Sequence[UUID]) -> list[Invitation]:
    wanted = set(invitation_ids)
    found = list(Invitation.objects.filter(pk__in=wanted).order_by("created_at", "id"))
    if not wanted:
        raise InvalidInput.one("invitation_ids", "Choose at least one invitation.")
    if len(found) != len(wanted):
        raise NotFound
    if any(invitation.state != InvitationState.PENDING for invitation in found):
        raise InvitationNotPending
    return found


def _change_pending(invitation_id: UUID, **values: str | datetime | UUID) -> None:
    """Change an invitation if nobody answered it in the meantime."""
    unanswered = Invitation.objects.filter(pk=invitation_id, state=InvitationState.PENDING)
    if not unanswered.update(**values):
        raise InvitationNotPending


def _answer(invitation: Invitation, answer: InvitationState) -> None:
    """Take the one answer an invitation has. Of several at once, exactly one gets through (RELIABILITY 1.8)."""
    now = clock.now()
    unanswered = Invitation.objects.filter(
        pk=invitation.pk,
        state=InvitationState.PENDING,
        token_digest=invitation.token_digest,
        expires_at__gt=now,
    )
    if not unanswered.update(state=answer, answered_at=now):
        raise LinkUsed


def _join(actor: Actor, invitation: Invitation, login_id: UUID, first_name: str, last_name: str) -> UUID:
    """Call `hold_team` before: what is offered is what the team's roles are by now."""
    role_ids = tuple(invitation.offered_roles.order_by("id").values_list("role_id", flat=True))
    newcomer = Newcomer(first_name=first_name, last_name=last_name, email=invitation.email, role_ids=role_ids)
    (member,) = take_in([newcomer], clock.now())
    seat(member, login_id)
    Invitation.objects.filter(pk=invitation.pk).update(member=member)
    emails.tell_inviter(actor.practice_id, invitation.id)
    trail.record_all(
        actor,
        [
            trail.Event("invitation.accepted", ("invitation", invitation.id)),
            trail.Event(
                "member.joined",
                ("member", member.id),
                detail={"roles": [str(role_id) for role_id in role_ids]},
            ),
        ],
    )
    return member.id


def _record_each(actor: Actor, action: str, invitations: Sequence[Invitation]) -> None:
    trail.record_all(actor, [trail.Event(action, ("invitation", found.id)) for found in invitations])
