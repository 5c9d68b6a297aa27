"""Moving a member on the ladder, inside the transaction of whichever command does it (SPEC section 2).

Commands call `hold_team` first. What has to be over before somebody leaves (clients, sessions that are not settled) is
asked by the commands of `lifecycle.leaving`, which know of it; what ends with the move ends here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of_member
from kinfold.domain.audit.sentences import says
from kinfold.domain.audit.trail import Event
from kinfold.domain.identity.commands import end_sessions
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound, StaleVersion
from kinfold.domain.kernel.periods import holds, holds_or_will

from .errors import AboveOwnRights, NotOneself, StatusNotOpen
from .granting import allowed_by, refuse_taking_the_last
from .models import (
    ApiToken,
    Invitation,
    InvitationState,
    Member,
    MemberRole,
    MemberStatus,
    MemberStatusPeriod,
    Seat,
    Supervision,
)
from .statuses import LADDER, status_now

says(
    member__activated="made a team member active",
    member__paused="put a team member on hold",
    member__deactivated="made a team member inactive",
    member__archived="archived a team member",
    member__removed="removed a team member from the practice",
)


class MemberAct(StrEnum):
    """What can be done with somebody's place on the team."""

    ACTIVATE = "active"
    HOLD = "on_hold"
    DEACTIVATE = "inactive"
    ARCHIVE = "archived"
    REMOVE_ADMIN = "remove_admin"
    REMOVE = "removed"

    @property
    def leads_to(self) -> MemberStatus:
        """The status that it gives. Removing admin access gives none: ValueError."""
        return MemberStatus(self.value)


def acts_on(
    actor: Actor,
    member_id: UUID,
    state: MemberStatus,
    allows: frozenset[Permission],
    *,
    is_admin: bool,
) -> tuple[MemberAct, ...]:
    """What an actor may do with a member who is in this state and whose roles allow this much.

    Menus offer these; the commands refuse the others. That a practice keeps its last owner is left to the commands.
    """
    if member_id == actor.member_id or not actor.permissions.issuperset(allows):
        return ()
    acts: list[MemberAct] = []
    if actor.may(Permission.MEMBERS_STATUS):
        acts += [
            MemberAct(to.value) for to in MemberStatus if to in LADDER[state].leads_to and LADDER[to].view
        ]
    if actor.may(Permission.MEMBERS_REMOVE):
        # Of somebody who has an owner's rights nobody takes a part away.
        if is_admin and not allows.issuperset({Permission.PRACTICE_OWN}):
            acts.append(MemberAct.REMOVE_ADMIN)
        if MemberStatus.REMOVED in LADDER[state].leads_to:
            acts.append(MemberAct.REMOVE)
    return tuple(acts)


def member_to_move(actor: Actor, member_id: UUID) -> Member:
    """A member whose place on the team this actor may change.

    Raises NotFound, NotOneself, and AboveOwnRights for somebody who may do more than the actor.
    """
    member = Member.objects.filter(pk=member_id, ended_at__isnull=True).first()
    if member is None:
        raise NotFound
    if member.id == actor.member_id:
        raise NotOneself
    theirs = permissions_of_member(map(allowed_by, roles_held(member.id)), member.overrides)
    if not actor.permissions.issuperset(theirs):
        raise AboveOwnRights(
            "This person may do more than you may. Ask an owner, or somebody whose roles allow as much."
        )
    return member


def roles_held(member_id: UUID) -> list[Role]:
    """The roles somebody holds now, also while their status lets them use none."""
    held = MemberRole.objects.filter(holds(clock.now()), member_id=member_id)
    return list(Role.objects.filter(pk__in=held.values("role")).order_by("position", "name_key"))


def move(
    actor: Actor,
    member: Member,
    version: int,
    to: MemberStatus,
    *,
    until: datetime | None = None,
    why: str = "",
) -> list[Event]:
    """Give a member another status from now on, and end what ends with it. Returns what to record.

    Raises StatusNotOpen when the ladder does not lead there, LastOwner and LastAdministrator when nobody else would do
    that work, and StaleVersion.
    """
    now = clock.now()
    before = status_now(member.status, member.hold_until, now)
    refuse_move(member, to)
    save_member(member.id, version, status=to, hold_until=until)
    MemberStatusPeriod.objects.filter(holds_or_will(now), member=member).update(until=now)
    MemberStatusPeriod.objects.create(
        member=member,
        status=to,
        since=now,
        until=until,
        planned_until=until,
        reason=why,
        made_by_id=actor.member_id,
    )
    action = (
        "member.activated"
        if to is MemberStatus.ACTIVE
        else "member.paused"
        if to is MemberStatus.ON_HOLD
        else "member.deactivated"
        if to is MemberStatus.INACTIVE
        else "member.archived"
        if to is MemberStatus.ARCHIVED
        else "member.removed"
    )
    detail: dict[str, object] = {"from": before.value}
    if until is not None:
        detail["until"] = until.isoformat()
    ended = _end_what_ends(member, to, now)
    return [Event(action, ("member", member.id), detail=detail), *ended]


def refuse_move(member: Member, to: MemberStatus) -> None:
    """Raise StatusNotOpen, LastOwner or LastAdministrator where somebody cannot get that status now."""
    before = status_now(member.status, member.hold_until, clock.now())
    if not may_become(member, to):
        raise StatusNotOpen("This person has that status already." if before is to else None)
    if LADDER[before].works and not LADDER[to].works:
        refuse_taking_the_last(member.id, roles_held(member.id))


def may_become(member: Member, to: MemberStatus) -> bool:
    """Whether the ladder leads from somebody's status now to another."""
    return to in LADDER[status_now(member.status, member.hold_until, clock.now())].leads_to


def save_member(member_id: UUID, version: int, **values: object) -> None:
    """Change a member if nobody else did since `version` was read. Raises StaleVersion."""
    read = Member.objects.filter(pk=member_id, version=version)
    if not read.update(**values, version=F("version") + 1, updated_at=clock.now()):
        raise StaleVersion


def let_go(member: Member) -> None:
    """After a removal: roles end, and the login is free to join another practice (SPEC O12, O35). The name stays."""
    now = clock.now()
    MemberRole.objects.filter(member=member, until__isnull=True).update(until=now)
    Seat.objects.filter(member_id=member.id).delete()
    Member.objects.filter(pk=member.id).update(ended_at=now)


def take_back(actor: Actor, member: Member) -> list[Event]:
    """When adding somebody is undone: their place ends as in a removal. Returns what to record."""
    events = move(actor, member, member.version, MemberStatus.REMOVED)
    let_go(member)
    return events


def _end_what_ends(member: Member, to: MemberStatus, now: datetime) -> list[Event]:
    """A leaver is out with the same transaction: browsers, programs, invitations of theirs, and their supervision."""
    if LADDER[to].works:
        return []
    if member.login_id is not None:
        end_sessions(member.login_id)
    events = [*_tokens(member, now), *_invitations(member, now)]
    return events if LADDER[to].keeps_clients else [*events, *_supervisions(member, now)]


def _tokens(member: Member, now: datetime) -> list[Event]:
    live = ApiToken.objects.filter(member=member, revoked_at__isnull=True)
    ids = list(live.values_list("id", flat=True))
    live.update(revoked_at=now)
    return [Event("token.revoked", ("token", token_id)) for token_id in ids]


def _invitations(member: Member, now: datetime) -> list[Event]:
    sent = Invitation.objects.filter(invited_by=member, state=InvitationState.PENDING)
    ids = list(sent.order_by("created_at", "id").values_list("id", flat=True))
    sent.update(state=InvitationState.REVOKED, answered_at=now)
    return [Event("invitation.deleted", ("invitation", invitation_id)) for invitation_id in ids]


def _supervisions(member: Member, now: datetime) -> list[Event]:
    """Given and received. One that has not begun ends as it begins, and so never was."""
    events: list[Event] = []
    for side in ("supervisor", "supervisee"):
        periods = Supervision.objects.filter(holds_or_will(now), **{side: member})
        for row in periods.order_by("since", "id"):
            Supervision.objects.filter(pk=row.pk).update(until=max(now, row.since))
            detail = {"supervision": str(row.id), "supervisor": str(row.supervisor_id)}
            events.append(Event("supervision.ended", ("member", row.supervisee_id), detail=detail))
    return events
