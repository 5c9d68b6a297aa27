"""Leaving a team: archived, without admin access, or removed for good (SPEC section 2, H10–H20, O12).

What has to be in order first is asked here, where everything that a member can have to do with is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command, query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import (
    ReassignClients,
    SelectClients,
    reassign_clients,
    select_clients,
)
from kinfold.domain.clients.queries.listing import ListClients
from kinfold.domain.clients.ties import cover_duties, cover_for, open_ties, stop_covering
from kinfold.domain.credentials.gate import NOT_ACTIVE, refuse_unless_takes_clients
from kinfold.domain.identity.queries import list_sessions
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.periods import holds_or_will
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.team.granting import (
    allowed_by,
    hold_team,
    is_admin_role,
    refuse_losing_supervisor,
    refuse_taking_the_last,
)
from kinfold.domain.team.models import (
    ApiToken,
    Invitation,
    InvitationState,
    Member,
    MemberRole,
    MemberStatus,
    Supervision,
)
from kinfold.domain.team.moving import let_go, may_become, member_to_move, move, roles_held, save_member

from .errors import IsOwner, NoAdminRole, NotReadyToLeave, StillHasClients

says(member__admin_removed="took a team member's admin access away")

HAND_OVER, WAIT = "hand_over", "wait"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveProvider:
    """Who left, and the version they were read at.

    `clients` says what becomes of theirs: "hand_over" to `therapist_id`, or "wait" for a therapist; "" when they have
    none.
    """

    member_id: UUID
    version: int
    clients: str = ""
    therapist_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveAdminAccess:
    """Whose admin roles are taken away, and the version they were read at."""

    member_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveMember:
    """Who is removed for good, and the version they were read at."""

    member_id: UUID
    version: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetLeaving:
    """Which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """What ends or has to be handed over when somebody leaves.

    `may_hand_over`: the asker may assign their clients to others. `covered` are clients whom others cover for them
    until they are back. `keeps` are the roles left without the admin ones.
    """

    member_id: UUID
    clients: int
    may_hand_over: bool
    covers: int
    covered: int
    supervisees: int
    sessions: int
    tokens: int
    invitations: int
    admin_roles: tuple[str, ...]
    keeps: tuple[str, ...]


@query(None)
def get_leaving(actor: Actor, data: GetLeaving) -> Leaving:
    """What hangs on somebody now, to be read before they leave or pause, by those who decide that."""
    if not (actor.may(Permission.MEMBERS_STATUS) or actor.may(Permission.MEMBERS_REMOVE)):
        raise NotAllowed
    member = Member.objects.filter(pk=data.member_id, ended_at__isnull=True).first()
    if member is None:
        raise NotFound
    now, roles = clock.now(), roles_held(member.id)
    return Leaving(
        member_id=member.id,
        clients=open_ties(member.id).count(),
        may_hand_over=actor.may(Permission.CLIENTS_ASSIGN),
        covers=cover_duties(member.id, now).count(),
        covered=cover_for(member.id, now, before=member.hold_until).values("client_id").distinct().count(),
        supervisees=Supervision.objects.filter(holds_or_will(now), supervisor=member).count(),
        sessions=len(list_sessions(member.login_id)) if member.login_id else 0,
        tokens=ApiToken.objects.filter(member=member, revoked_at__isnull=True, expires_at__gt=now).count(),
        invitations=Invitation.objects.filter(invited_by=member, state=InvitationState.PENDING).count(),
        admin_roles=tuple(role.name for role in roles if is_admin_role(role)),
        keeps=tuple(role.name for role in roles if not is_admin_role(role)),
    )


@command(Permission.MEMBERS_STATUS)
def archive_provider(actor: Actor, data: ArchiveProvider) -> None:
    """Archive somebody who has left: out of lists and pickers, with profile and history kept (H17–H20).

    Their clients are handed over in the same act; handing over needs the right to assign clients. Sessions, tokens,
    invitations they sent and supervision end at once. Raises StillHasClients and what `team.moving` refuses.
    """
    why = checked_reason(data.reason)
    hold_team()
    member = member_to_move(actor, data.member_id)
    _hand_over(actor, member, data.clients, data.therapist_id, why)
    events = stop_covering(actor, member.id, clock.now())
    events += move(actor, member, data.version, MemberStatus.ARCHIVED, why=why)
    trail.record_all(actor, events)


@command(Permission.MEMBERS_REMOVE)
def remove_admin_access(actor: Actor, data: RemoveAdminAccess) -> None:
    """Take all admin roles of somebody away; it counts from their next request (H10–H16).

    Who is also a clinician stays one. Who holds no other role is archived. Raises NoAdminRole, IsOwner,
    LastAdministrator, StillHasClients and what `team.moving` refuses.
    """
    hold_team()
    member = member_to_move(actor, data.member_id)
    taken, left = admin_roles_to_take(member)
    open_periods = MemberRole.objects.filter(member=member, until__isnull=True)
    open_periods.filter(role__in=taken).update(until=clock.now())
    detail = {"taken": [str(role.id) for role in taken]}
    events = [trail.Event("member.admin_removed", ("member", member.id), detail=detail)]
    if left or not may_become(member, MemberStatus.ARCHIVED):
        save_member(member.id, data.version)
    else:
        _hand_over(actor, member, "", None, "")
        events += stop_covering(actor, member.id, clock.now())
        events += move(actor, member, data.version, MemberStatus.ARCHIVED)
    trail.record_all(actor, events)


@command(Permission.MEMBERS_REMOVE)
def remove_member(actor: Actor, data: RemoveMember) -> None:
    """Remove somebody for good: their login may join another practice, and their name stays in history (O12).

    Raises NotReadyToLeave while they have clients, supervisees or clients whom they cover, LastOwner,
    LastAdministrator and what `team.moving` refuses.
    """
    why = checked_reason(data.reason)
    hold_team()
    member = member_to_move(actor, data.member_id)
    _refuse_unless_ready(member)
    events = move(actor, member, data.version, MemberStatus.REMOVED, why=why)
    let_go(member)
    trail.record_all(actor, events)


def _hand_over(actor: Actor, member: Member, clients: str, therapist_id: UUID | None, why: str) -> None:
    """Part a leaver from their clients as it was chosen, as one bulk act that leaves its own record."""
    count = open_ties(member.id).count()
    if not count:
        return
    if clients not in (HAND_OVER, WAIT):
        raise StillHasClients(count)
    if clients == WAIT:
        therapist_id = None
    elif therapist_id is None or therapist_id == member.id:
        raise InvalidInput.one("therapist_id", NOT_ACTIVE)
    else:
        refuse_unless_takes_clients(therapist_id, clock.now(), "therapist_id")
    theirs = SelectClients(act=Act.REASSIGN, matching=ListClients(therapist_id=member.id))
    change_id = select_clients(actor, theirs)
    reassign_clients(
        actor, ReassignClients(change_id=change_id, member_id=therapist_id, reason=why, at_once=True)
    )
    left = open_ties(member.id).count()
    if left:  # hidden from whoever does this
        raise StillHasClients(left)


def _refuse_unless_ready(member: Member) -> None:
    clients = open_ties(member.id).count()
    covers = cover_duties(member.id, clock.now()).count()
    supervisees = Supervision.objects.filter(holds_or_will(clock.now()), supervisor=member).count()
    first = [
        *([f"hand over {_counted(clients, 'client')}"] if clients else []),
        *([f"end the cover for {_counted(covers, 'client')}"] if covers else []),
        *([f"end the supervision of {_counted(supervisees, 'person', 'people')}"] if supervisees else []),
    ]
    if first:
        raise NotReadyToLeave(" and ".join([", ".join(first[:-1]), first[-1]] if first[1:] else first))


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def admin_roles_to_take(member: Member) -> tuple[list[Role], list[Role]]:
    """The admin roles that can be taken away from somebody, and the roles they keep.

    Raises NoAdminRole, IsOwner, LastAdministrator and StillSupervises.
    """
    roles = roles_held(member.id)
    taken = [role for role in roles if is_admin_role(role)]
    left = [role for role in roles if role not in taken]
    if any(Permission.PRACTICE_OWN in allowed_by(role) for role in (*taken, *left)):
        raise IsOwner
    if not taken:
        raise NoAdminRole
    refuse_taking_the_last(member.id, taken)
    refuse_losing_supervisor(member.id, taken, left)
    return taken, left
