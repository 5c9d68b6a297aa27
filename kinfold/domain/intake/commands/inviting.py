"""Invite Client By Email: one person or many in one act, with a message of one's own (SPEC U51–U56)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.profile import Refused, tag_list
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.credentials.gate import refuse_unless_takes_clients
from kinfold.domain.intake.emails import send_client_invitation
from kinfold.domain.intake.errors import InvitationNotPending, InvitedAlready, KnownAddresses
from kinfold.domain.intake.links import secret_of
from kinfold.domain.intake.models import ClientInvitation, InvitationState
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, Problem
from kinfold.domain.kernel.text import clean_name
from kinfold.domain.team.commands.inviting import LINK_LIFE, checked_message
from kinfold.domain.team.granting import acting_member, hold_team

says(
    client_invitation__created="invited somebody to become a client",
    client_invitation__resent="sent an invitation to become a client again",
    client_invitation__deleted="deleted an invitation to become a client",
)

MOST_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientInvitee:
    """Somebody to invite; the name may be left out."""

    email: str
    full_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InviteClients:
    """Whom to invite, a message that stands in the mail, and what all of them will have: a therapist, and tags.

    `accept_known` says that those whose address a client has are other people.
    """

    people: tuple[ClientInvitee, ...]
    message: str = ""
    therapist_id: UUID | None = None
    tags: tuple[str, ...] = ()
    accept_known: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ResendClientInvitations:
    """Which invitations to send again."""

    invitation_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteClientInvitations:
    """Which invitations to take back."""

    invitation_ids: tuple[UUID, ...]


@command(Permission.CLIENTS_CREATE)
def invite_clients(actor: Actor, data: InviteClients) -> tuple[UUID, ...]:
    """Ask people by e-mail to become clients, all or none. Each is one once they have completed it (U55, U56).

    Returns the invitations' ids in the order given. Raises InvalidInput naming every wrong row (they count from 0) and
    field, and KnownAddresses for addresses of clients whom the actor may see, unless that was confirmed (SPEC 8.4).
    """
    if not data.people:
        raise InvalidInput.one("people", "Add at least one person.")
    if len(data.people) > MOST_AT_ONCE:
        raise InvalidInput.one("people", f"Invite at most {MOST_AT_ONCE} people at a time.")
    message, problems = checked_message(data.message)
    people = [_checked(person, row, problems) for row, person in enumerate(data.people)]
    problems += _twice(people)
    tags = tag_list(data.tags)
    if isinstance(tags, Refused):
        problems.append(Problem("tags", str(tags)))
        tags = ()
    if problems:
        raise InvalidInput(problems)
    _check_therapist(actor, data.therapist_id)
    if not data.accept_known:
        _refuse_known(actor, people)
    now, invited_by = clock.now(), acting_member(actor)
    invitations = [_new(actor, person, now, invited_by) for person in people]
    for invitation in invitations:
        invitation.message, invitation.therapist_id, invitation.tags = message, data.therapist_id, list(tags)
    try:
        with transaction.atomic():
            ClientInvitation.objects.bulk_create(invitations)
    except IntegrityError as error:
        raise InvitedAlready from error
    for invitation in invitations:
        send_client_invitation(actor.practice_id, invitation.id)
    _record_each(actor, "client_invitation.created", invitations)
    return tuple(invitation.id for invitation in invitations)


@command(Permission.CLIENTS_CREATE)
def resend_client_invitations(actor: Actor, data: ResendClientInvitations) -> None:
    """Send invitations again, all or none, with new links; the old ones end, and the seven days begin anew (U12).

    The sender is the inviter from now on.
    """
    now, invited_by = clock.now(), acting_member(actor)
    pending = _pending(data.invitation_ids)
    for invitation in pending:
        nonce = secrets.new_nonce()
        _change_pending(
            invitation.id,
            nonce=nonce,
            token_digest=secrets.digest(secret_of(invitation.id, nonce)),
            sent_at=now,
            expires_at=now + LINK_LIFE,
            invited_by_id=invited_by,
        )
        send_client_invitation(actor.practice_id, invitation.id)
    _record_each(actor, "client_invitation.resent", pending)


@command(Permission.CLIENTS_CREATE)
def delete_client_invitations(actor: Actor, data: DeleteClientInvitations) -> None:
    """Take invitations back, all or none. Their links end; the rows stay as history (U13)."""
    pending = _pending(data.invitation_ids)
    for invitation in pending:
        _change_pending(invitation.id, state=InvitationState.REVOKED, answered_at=clock.now())
    _record_each(actor, "client_invitation.deleted", pending)


def _checked(person: ClientInvitee, row: int, problems: list[Problem]) -> ClientInvitee:
    """One person as they will be stored; what is wrong goes to `problems`, and is blank in the answer."""
    name = email = ""
    try:
        name = clean_name(person.full_name)
    except ValueError as error:
        problems.append(Problem("full_name", str(error), row))
    try:
        email = canonical_email(person.email)
    except NotAnEmailAddress as error:
        problems.append(Problem("email", error.message, row))
    return ClientInvitee(full_name=name, email=email)


def _twice(people: Sequence[ClientInvitee]) -> list[Problem]:
    """Rows that are the same as an earlier one, or as an invitation that waits."""
    waiting = set(
        ClientInvitation.objects.filter(
            state=InvitationState.PENDING, email__in={person.email for person in people}
        ).values_list("email", "full_name")
    )
    found: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for row, person in enumerate(people):
        key = (person.email, person.full_name)
        if person.email and key in seen:
            sentence = "This stands above already. Write the names of several people who share an address."
            found.append(Problem("email", sentence, row))
        elif key in waiting:
            found.append(Problem("email", InvitedAlready.message, row))
        seen.add(key)
    return found


def _check_therapist(actor: Actor, member_id: UUID | None) -> None:
    """As when clients are created: giving clients to others is a right of its own."""
    if member_id is None:
        return
    hold_team()
    if member_id != actor.member_id and not actor.may(Permission.CLIENTS_ASSIGN):
        raise NotAllowed
    refuse_unless_takes_clients(member_id, clock.now(), "therapist_id")


def _refuse_known(actor: Actor, people: Sequence[ClientInvitee]) -> None:
    """Say whose address it is to those who may see that client; of all others nothing is said."""
    wanted = {person.email for person in people}
    rows = visible_to(actor).filter(pk__in=Client.objects.filter(email__in=wanted).values("id"))
    known: dict[str, tuple[UUID, str]] = {}
    for client_id, first, last, email in rows.order_by("created_at").values_list(
        "id", "first_name", "last_name", "email"
    ):
        known.setdefault(email, (client_id, f"{first} {last}".strip()))
    found = [(row, *known[person.email]) for row, person in enumerate(people) if person.email in known]
    if found:
        raise KnownAddresses(found)


def _new(actor: Actor, person: ClientInvitee, now: datetime, invited_by: UUID) -> ClientInvitation:
    invitation_id, nonce = uuid4(), secrets.new_nonce()
    return ClientInvitation(
        id=invitation_id,
        practice_id=actor.practice_id,
        email=person.email,
        full_name=person.full_name,
        nonce=nonce,
        token_digest=secrets.digest(secret_of(invitation_id, nonce)),
        invited_by_id=invited_by,
        created_at=now,
        sent_at=now,
        expires_at=now + LINK_LIFE,
    )


def _pending(invitation_ids: Sequence[UUID]) -> list[ClientInvitation]:
    wanted = set(invitation_ids)
    if not wanted:
        raise InvalidInput.one("invitation_ids", "Choose at least one invitation.")
    found = list(ClientInvitation.objects.filter(pk__in=wanted).order_by("created_at", "id"))
    if len(found) != len(wanted):
        raise NotFound
    if any(invitation.state != InvitationState.PENDING for invitation in found):
        raise InvitationNotPending
    return found


def _change_pending(invitation_id: UUID, **values: object) -> None:
    """Change an invitation if nobody answered it in the meantime."""
    if not ClientInvitation.objects.filter(pk=invitation_id, state=InvitationState.PENDING).update(**values):
        raise InvitationNotPending


def _record_each(actor: Actor, action: str, invitations: Sequence[ClientInvitation]) -> None:
    trail.record_all(actor, [trail.Event(action, ("client_invitation", found.id)) for found in invitations])
