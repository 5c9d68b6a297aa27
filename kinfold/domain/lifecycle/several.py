"""One act on several members at once, all of them or none (SPEC section 4, Select an action).

Each member goes through the very command that a single one does, so there is no second rule. The preview tries the act
on everybody in a transaction that is taken back, which also shows what only becomes impossible together: of two
administrators each could lose the role, not both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command, query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.commands.registering import SendRegistrationCodes, send_registration_codes
from kinfold.domain.team.models import Member, MemberRole

from .errors import NotForEverybody
from .leaving import ArchiveProvider, archive_provider

MOST_AT_ONCE: Final = 100


class SeveralAct(StrEnum):
    """What can be done to several members at once."""

    GIVE_ROLE = "give_role"
    TAKE_ROLE = "take_role"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    INACTIVE = "inactive"
    ARCHIVE = "archive"
    SEND_CODES = "send_codes"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSeveral:
    """Which members, and what is done to them. `role_id` is for roles, `until` for a hold, `clients` for archiving."""

    member_ids: tuple[UUID, ...]
    act: str
    role_id: UUID | None = None
    until: datetime | None = None
    clients: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewSeveral:
    """The same, to be tried."""

    change: ChangeSeveral


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitting:
    """Whether the act can be done to one member; `why_not` is "" when it can."""

    member_id: UUID
    name: str
    why_not: str


class _TakenBack(Exception):
    """Ends the transaction of a preview."""


@query(Permission.MEMBERS_READ, records=True)
def preview_several(actor: Actor, data: PreviewSeveral) -> tuple[Fitting, ...]:
    """To whom an act can be done, and why not to the others, in name order. Nothing is changed."""
    members = _members(data.change.member_ids)
    found: tuple[Fitting, ...] = ()
    with suppress(_TakenBack), transaction.atomic():
        found = tuple(
            Fitting(member_id=member.id, name=member.name, why_not=_tried(actor, member, data.change))
            for member in members
        )
        raise _TakenBack
    return found


@command(Permission.MEMBERS_READ)
def change_several(actor: Actor, data: ChangeSeveral) -> None:
    """Do the act to all of these members, or to none. What it needs besides the list is what it needs for one.

    Raises NotForEverybody when it can be done to some only, and the single act's own refusal when to one alone.
    """
    members = _members(data.member_ids)
    for member in members:
        try:
            _do(actor, member, data)
        except (InvalidInput, NotAllowed):
            raise
        except DomainError as refused:
            if len(members) == 1:
                raise
            raise NotForEverybody from refused


def _tried(actor: Actor, member: Member, change: ChangeSeveral) -> str:
    try:
        with transaction.atomic():
            _do(actor, member, change)
    except InvalidInput as refused:
        return refused.problems[0].message if refused.problems else refused.message
    except DomainError as refused:
        return refused.message
    return ""


def _members(member_ids: Iterable[UUID]) -> Sequence[Member]:
    wanted = set(member_ids)
    if not wanted:
        raise InvalidInput.one("member_ids", "Choose at least one team member.")
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput.one("member_ids", f"Choose at most {MOST_AT_ONCE} team members at a time.")
    found = list(Member.objects.filter(pk__in=wanted, ended_at__isnull=True).order_by("sort_key", "id"))
    if len(found) != len(wanted):
        raise NotFound
    return found


def _do(actor: Actor, member: Member, change: ChangeSeveral) -> None:
    if change.act not in _DONE:
        raise InvalidInput.one("act", "Choose an action.")
    _DONE[SeveralAct(change.act)](actor, member, change)


def _roles(actor: Actor, member: Member, change: ChangeSeveral, *, give: bool) -> None:
    if change.role_id is None:
        raise InvalidInput.one("role_id", "Choose a role.")
    held = set(MemberRole.objects.filter(member=member, until__isnull=True).values_list("role_id", flat=True))
    if (change.role_id in held) is give:
        raise InvalidInput.one("role_id", "Holds this role already." if give else "Does not hold this role.")
    wanted = held | {change.role_id} if give else held - {change.role_id}
    if not wanted:
        raise InvalidInput.one("role_id", "This is their only role. Give another one first.")
    change_member_roles(
        actor, ChangeMemberRoles(member_id=member.id, version=member.version, role_ids=tuple(wanted))
    )


def _give_role(actor: Actor, member: Member, change: ChangeSeveral) -> None:
    _roles(actor, member, change, give=True)


def _take_role(actor: Actor, member: Member, change: ChangeSeveral) -> None:
    _roles(actor, member, change, give=False)


def _status(actor: Actor, member: Member, change: ChangeSeveral) -> None:
    if member.status == change.act and member.hold_until == change.until:
        raise InvalidInput.one("act", "Is so already.")
    change_member_status(
        actor,
        ChangeMemberStatus(
            member_id=member.id,
            version=member.version,
            status=change.act,
            until=change.until if change.act == SeveralAct.ON_HOLD else None,
            reason=change.reason,
        ),
    )


def _archive(actor: Actor, member: Member, change: ChangeSeveral) -> None:
    archive_provider(
        actor,
        ArchiveProvider(
            member_id=member.id, version=member.version, clients=change.clients, reason=change.reason
        ),
    )


def _send_code(actor: Actor, member: Member, _: ChangeSeveral) -> None:
    send_registration_codes(actor, SendRegistrationCodes(member_ids=(member.id,)))


_DONE: Final[dict[SeveralAct, Callable[[Actor, Member, ChangeSeveral], None]]] = {
    SeveralAct.GIVE_ROLE: _give_role,
    SeveralAct.TAKE_ROLE: _take_role,
    SeveralAct.ACTIVE: _status,
    SeveralAct.ON_HOLD: _status,
    SeveralAct.INACTIVE: _status,
    SeveralAct.ARCHIVE: _archive,
    SeveralAct.SEND_CODES: _send_code,
}
