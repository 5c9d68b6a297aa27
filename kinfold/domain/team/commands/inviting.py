"""Invite Team Member By Email: one person or many in one act, with a message of one's own (SPEC U66–U68)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.text import clean_lines, clean_name
from kinfold.domain.team import emails
from kinfold.domain.team.addresses import refuse_rows
from kinfold.domain.team.errors import AlreadyInvited
from kinfold.domain.team.granting import acting_member, chosen_roles, hold_team, refuse_above
from kinfold.domain.team.links import secret_of
from kinfold.domain.team.models import Invitation, InvitationRole

says(invitation__created="invited someone to the team")

LINK_LIFE = timedelta(days=7)
MOST_AT_ONCE = 50
MESSAGE_LENGTH = 2_000
# What mail programs turn into links: an address with its scheme, "www.", and a host followed by a path.
_LINK: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b(?:[\w-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitee:
    """Somebody to invite; the name may be left out."""

    email: str
    full_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitePeople:
    """Whom to invite, what all of them will be, and a message that stands in the mail."""

    people: tuple[Invitee, ...]
    role_ids: tuple[UUID, ...]
    message: str = ""


@command(Permission.MEMBERS_INVITE)
def invite_people(actor: Actor, data: InvitePeople) -> tuple[UUID, ...]:
    """Ask people to join the team by e-mail, all or none. Each becomes a member when they accept (SPEC U68).

    Returns the invitations' ids in the order given. Raises PeopleRefused naming every wrong row (they count from 0) and
    field, and AboveOwnRights for a role that allows more than the actor may do.
    """
    hold_team()
    if not data.people:
        raise InvalidInput.one("people", "Add at least one person.")
    if len(data.people) > MOST_AT_ONCE:
        raise InvalidInput.one("people", f"Invite at most {MOST_AT_ONCE} people at a time.")
    roles, message, problems = checked_offer(data.role_ids, data.message)
    people = [_checked(person, row, problems) for row, person in enumerate(data.people)]
    refuse_rows(problems, [person.email for person in people])
    refuse_above(actor, roles)
    return send_invitations(actor, people, roles, message)


def checked_offer(role_ids: Iterable[UUID], message: str) -> tuple[list[Role], str, list[Problem]]:
    """The roles and the message of invitations as they will be stored, and what is wrong with them."""
    problems: list[Problem] = []
    roles: list[Role] = []
    try:
        roles = chosen_roles(role_ids)
    except InvalidInput as error:
        problems.extend(error.problems)
    text, wrong = checked_message(message)
    return roles, text, [*problems, *wrong]


def checked_message(message: str) -> tuple[str, list[Problem]]:
    """The message of an invitation as it will be stored, and what is wrong with it: it leads to no other site."""
    problems: list[Problem] = []
    text = ""
    try:
        text = clean_lines(message, MESSAGE_LENGTH, "message")
    except ValueError as error:
        problems.append(Problem("message", str(error)))
    if any(_leads_elsewhere(link) for link in _LINK.findall(text)):
        sentence = "Leave out links to other sites. The email holds one link, the one that Kinfold adds."
        problems.append(Problem("message", sentence))
    return text, problems


def send_invitations(
    actor: Actor, people: Sequence[Invitee], roles: Sequence[Role], message: str = ""
) -> tuple[UUID, ...]:
    """Write invitations to checked people and queue their mails. Raises AlreadyInvited when one is there by now."""
    now, invited_by = clock.now(), acting_member(actor)
    invitations = []
    for person in people:
        invitation_id, nonce = uuid4(), secrets.new_nonce()
        invitations.append(
            Invitation(
                id=invitation_id,
                practice_id=actor.practice_id,
                email=person.email,
                full_name=person.full_name,
                message=message,
                nonce=nonce,
                token_digest=secrets.digest(secret_of(invitation_id, nonce)),
                invited_by_id=invited_by,
                created_at=now,
                sent_at=now,
                expires_at=now + LINK_LIFE,
            )
        )
    try:
        with transaction.atomic():
            Invitation.objects.bulk_create(invitations)
    except IntegrityError as error:
        raise AlreadyInvited from error
    InvitationRole.objects.bulk_create(
        InvitationRole(practice_id=actor.practice_id, invitation=invitation, role=role)
        for invitation in invitations
        for role in roles
    )
    for invitation in invitations:
        emails.send_invitation(actor.practice_id, invitation.id)
    detail = {"roles": [str(role.id) for role in roles]}
    trail.record_all(
        actor,
        [trail.Event("invitation.created", ("invitation", made.id), detail=detail) for made in invitations],
    )
    return tuple(invitation.id for invitation in invitations)


def _checked(person: Invitee, row: int, problems: list[Problem]) -> Invitee:
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
    return Invitee(full_name=name, email=email)


def _leads_elsewhere(link: str) -> bool:
    """Whether a link goes to another place than this installation."""
    here = settings.PUBLIC_URL
    whole = link if "://" in link else f"{here.partition('://')[0]}://{link}"
    return whole != here and not whole.startswith(f"{here}/")
