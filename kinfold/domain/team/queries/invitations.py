"""What can be asked about invitations, by the team and by the person who was invited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.identity.queries import find_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.inviting import LINK_LIFE, checked_offer
from kinfold.domain.team.emails import InvitationLetter
from kinfold.domain.team.granting import refuse_above
from kinfold.domain.team.links import pending_by_secret, pending_for_login
from kinfold.domain.team.models import Invitation, InvitationRole, InvitationState, Seat
from kinfold.domain.team.names import name_parts
from kinfold.domain.team.queries.listing import (
    Page,
    TeamCounts,
    Window,
    by_moment,
    by_name,
    cut,
    matching,
    ordered,
    team_counts,
)
from kinfold.domain.team.vouching import still_vouched

ANSWERS_SHOWN_FOR = timedelta(days=30)
EXPIRED = "expired"
OUTDATED = "outdated"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListInvitations:
    """Which invitations that wait for an answer: words, a role; sorted by "name" or "invited"; which part of them.

    `only` names some of them by their ids.
    """

    only: tuple[UUID, ...] = ()
    search: str = ""
    role_id: UUID | None = None
    sort: str = "name"
    window: Window = field(default_factory=Window)


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationRow:
    """One invitation as the team list shows it. `state` is pending, expired, outdated or declined.

    Outdated: whoever invited may not do so any more, so it has to be sent again by someone who may.
    """

    id: UUID
    name: str
    email: str
    state: str
    role_ids: tuple[UUID, ...]
    roles: tuple[str, ...]
    invited_by: str
    invited_at: datetime
    sent_at: datetime
    expires_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationsPage:
    """One page of invitations, the counts of all three views, and who declined in the last 30 days."""

    counts: TeamCounts
    page: Page[InvitationRow]
    declined: tuple[InvitationRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewInvitation:
    """An invitation as it stands on the form, before it is sent."""

    role_ids: tuple[UUID, ...]
    message: str = ""
    full_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterPreview:
    """A mail as it will look. It is plain text, so markup shows as it was typed."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLink:
    """The secret of a link."""

    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenOwnInvitation:
    """An invitation to the address of the signed-in person."""

    invitation_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What an invited person reads. `has_login`: their address has a login; `elsewhere`: it is on another team."""

    invitation_id: UUID
    practice_name: str
    email: str
    first_name: str
    last_name: str
    roles: tuple[str, ...]
    invited_by: str
    expires_at: datetime
    has_login: bool
    elsewhere: bool


@query(Permission.MEMBERS_READ)
def list_invitations(actor: Actor, data: ListInvitations) -> InvitationsPage:
    """The Pending view: who was invited, when, by whom and until when; and the answers (SPEC U10, O05)."""
    now = clock.now()
    declined_lately = Q(state=InvitationState.DECLINED, answered_at__gt=now - ANSWERS_SHOWN_FOR)
    rows = _rows(Q(state=InvitationState.PENDING) | declined_lately)
    pending = [row for row in rows if row.answered_at is None]
    found = [row for row in pending if data.role_id in (None, *row.role_ids)]
    found = [row for row in found if not data.only or row.id in data.only]
    found = ordered(
        matching(found, data.search),
        data.sort,
        {
            "name": lambda row: (by_name(*name_parts(row.name)), row.id),
            "invited": lambda row: by_moment(row.invited_at, row.id),
        },
    )
    return InvitationsPage(
        counts=team_counts(),
        page=cut(found, data.window),
        declined=tuple(row for row in rows if row.answered_at is not None),
    )


@query(Permission.MEMBERS_INVITE)
def preview_invitation(actor: Actor, data: PreviewInvitation) -> LetterPreview:
    """The mail that an invitation would be, without a link that works (SPEC U68). Raises as inviting does."""
    roles, message, problems = checked_offer(data.role_ids, data.message)
    if problems:
        raise InvalidInput(problems)
    refuse_above(actor, roles)
    letter = InvitationLetter(
        practice=Practice.objects.get(pk=actor.practice_id),
        invited_by=actor.name,
        full_name=data.full_name.strip(),
        roles=tuple(role.name for role in roles),
        message=message,
        until=clock.now() + LINK_LIFE,
        link=settings.PUBLIC_URL + settings.INVITATION_PATH.format("…"),
    )
    return LetterPreview(subject=letter.subject, text=letter.text)


@query(None)
def open_link(actor: Actor, data: OpenLink) -> Offer:
    """What a link offers. Opening it changes nothing (SPEC 8.14). Raises one of the LinkRefused family."""
    invitation = pending_by_secret(data.secret)
    return _offer(actor, invitation, has_login=find_login(invitation.email) is not None, elsewhere=False)


@query(None)
def open_own_invitation(actor: Actor, data: OpenOwnInvitation) -> Offer:
    """The same for a signed-in person whose verified address was invited.

    Only they learn that they must leave another team first (SPEC 8.12).
    """
    invitation, login_id = pending_for_login(actor, data.invitation_id)
    seat = Seat.objects.filter(login_id=login_id).values_list("practice_id", flat=True).first()
    return _offer(actor, invitation, has_login=True, elsewhere=seat not in (None, actor.practice_id))


def _offer(actor: Actor, invitation: Invitation, *, has_login: bool, elsewhere: bool) -> Offer:
    first, last = name_parts(invitation.full_name)
    row = _rows(Q(pk=invitation.pk))[0]
    return Offer(
        invitation_id=row.id,
        practice_name=actor.practice_name,
        email=row.email,
        first_name=first,
        last_name=last,
        roles=row.roles,
        invited_by=row.invited_by,
        expires_at=row.expires_at,
        has_login=has_login,
        elsewhere=elsewhere,
    )


def _rows(which: Q) -> list[InvitationRow]:
    """Invitations with their roles, newest first, in two queries."""
    now = clock.now()
    found = list(
        Invitation.objects.filter(which)
        .order_by("-created_at", "id")
        .values_list(
            "id",
            "full_name",
            "email",
            "state",
            "invited_by__first_name",
            "invited_by__last_name",
            "created_at",
            "sent_at",
            "expires_at",
            "answered_at",
        )
    )
    roles = _roles_offered(row[0] for row in found)
    open_ids = [row[0] for row in found if row[3] == InvitationState.PENDING]
    vouched = still_vouched(open_ids) if open_ids else set()
    return [
        InvitationRow(
            id=invitation_id,
            name=name or email,
            email=email,
            state=_state(state, expired=expires_at <= now, vouched=invitation_id in vouched),
            role_ids=tuple(role_id for role_id, _ in roles[invitation_id]),
            roles=tuple(role for _, role in roles[invitation_id]),
            invited_by=f"{first} {last}".strip(),
            invited_at=created_at,
            sent_at=sent_at,
            expires_at=expires_at,
            answered_at=answered_at,
        )
        for invitation_id, name, email, state, first, last, created_at, sent_at, expires_at, answered_at in found
    ]


def _state(state: str, *, expired: bool, vouched: bool) -> str:
    if state != InvitationState.PENDING:
        return state
    return EXPIRED if expired else state if vouched else OUTDATED


def _roles_offered(invitation_ids: Iterable[UUID]) -> defaultdict[UUID, list[tuple[UUID, str]]]:
    rows = (
        InvitationRole.objects.filter(invitation__in=list(invitation_ids))
        .order_by("role__position", "role__name_key")
        .values_list("invitation_id", "role_id", "role__name")
    )
    offered: defaultdict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for invitation_id, role_id, name in rows:
        offered[invitation_id].append((role_id, name))
    return offered
