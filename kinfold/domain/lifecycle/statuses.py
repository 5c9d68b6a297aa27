"""Putting members on hold, making them inactive, and active again (SPEC section 2, O08–O11, H20).

Archiving, removing and taking admin access away stand in `leaving`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.clients.ties import stop_being_covered
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.periods import begins
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.team.errors import NoRoleHeld
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.models import Member, MemberStatus
from kinfold.domain.team.moving import member_to_move, move, roles_held
from kinfold.domain.team.statuses import status_now

_CHANGED_HERE = {status.value: status for status in MemberStatus if status not in ("archived", "removed")}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMemberStatus:
    """What status ("active", "on_hold" or "inactive") a member has from now on, and the version it was read at.

    A hold ends by itself at `until`, if that is said.
    """

    member_id: UUID
    version: int
    status: str
    until: datetime | None = None
    reason: str = ""


@command(Permission.MEMBERS_STATUS)
def change_member_status(actor: Actor, data: ChangeMemberStatus) -> None:
    """Put a member on hold, make them inactive, or active again, also from the archive (O08–O11, H20).

    On hold they finish what they have and take nothing new. Inactive, they are out at once: sessions, tokens and the
    invitations they sent end. Active again, they care for their clients themselves: cover for them ends, but for one
    that was to begin after the hold. Raises NotOneself, AboveOwnRights, LastOwner, LastAdministrator, StatusNotOpen,
    NoRoleHeld and StaleVersion.
    """
    to, why = _checked(actor, data)
    hold_team()
    member = member_to_move(actor, data.member_id)
    before = status_now(member.status, member.hold_until, clock.now())
    if before is to and member.hold_until == data.until:
        trail.nothing_changed()
        return
    refuse_without_role(member)
    away_until = member.hold_until
    events = move(actor, member, data.version, to, until=data.until, why=why)
    if to is MemberStatus.ACTIVE:
        events += stop_being_covered(actor, member.id, clock.now(), before=away_until)
    trail.record_all(actor, events)


def refuse_without_role(member: Member) -> None:
    """Raise NoRoleHeld for somebody whom no status here would let do anything."""
    if not roles_held(member.id):
        raise NoRoleHeld


def _checked(actor: Actor, data: ChangeMemberStatus) -> tuple[MemberStatus, str]:
    if data.status not in _CHANGED_HERE:
        raise InvalidInput.one("status", "Choose active, on hold or inactive.")
    to = _CHANGED_HERE[data.status]
    if data.until is not None and to is not MemberStatus.ON_HOLD:
        raise InvalidInput.one("until", "Only a hold has a last day.")
    begins(None, data.until, clock.now(), actor.time_zone)
    return to, checked_reason(data.reason)
