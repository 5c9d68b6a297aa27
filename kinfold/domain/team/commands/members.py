"""Changing what the team keeps about a member: their name and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.team.granting import (
    chosen_roles,
    hold_team,
    refuse_above,
    refuse_losing_supervisor,
    refuse_taking_the_last,
)
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.moving import save_member
from kinfold.domain.team.names import checked_names

says(
    member__changed="corrected a team member's name",
    member__roles_changed="changed a team member's roles",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMember:
    """A member's name, and the version it was read at."""

    member_id: UUID
    version: int
    first_name: str
    last_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMemberRoles:
    """All the roles a member shall hold, and the version they were read at."""

    member_id: UUID
    version: int
    role_ids: tuple[UUID, ...]


@command(Permission.MEMBERS_CHANGE)
def change_member(actor: Actor, data: ChangeMember) -> None:
    """Correct a member's name. Raises StaleVersion when someone else saved first (RELIABILITY 1.10)."""
    member = _member(data.member_id)
    names = checked_names(first_name=data.first_name, last_name=data.last_name)
    changed = [field for field, value in names.items() if getattr(member, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    save_member(
        data.member_id, data.version, **names, sort_key=sort_key(names["last_name"], names["first_name"])
    )
    trail.record(actor, "member.changed", subject=("member", member.id), fields=changed)


@command(Permission.ROLES_ASSIGN)
def change_member_roles(actor: Actor, data: ChangeMemberRoles) -> None:
    """Give a member roles and take others away; it counts from their next request (SPEC 3, U70–U72, O21).

    Raises AboveOwnRights for a role that allows more than the actor may do, LastOwner and LastAdministrator for a
    role that somebody has to hold, StillSupervises while others depend on it, and StaleVersion.
    """
    hold_team()
    member = _member(data.member_id)
    chosen = {role.id: role for role in chosen_roles(data.role_ids)}
    open_ids = MemberRole.objects.filter(member=member, until__isnull=True).values("role")
    held = {role.id: role for role in Role.objects.filter(pk__in=open_ids)}
    given = [role for role_id, role in chosen.items() if role_id not in held]
    taken = [role for role_id, role in held.items() if role_id not in chosen]
    if not given and not taken:
        trail.nothing_changed()
        return
    refuse_above(actor, [*given, *taken])
    refuse_taking_the_last(member.id, taken)
    refuse_losing_supervisor(member.id, taken, chosen.values())
    save_member(data.member_id, data.version)
    now = clock.now()
    MemberRole.objects.filter(member=member, role__in=taken, until__isnull=True).update(until=now)
    MemberRole.objects.bulk_create(
        MemberRole(practice_id=actor.practice_id, member=member, role=role, since=now) for role in given
    )
    trail.record(
        actor,
        "member.roles_changed",
        subject=("member", member.id),
        detail={"given": [str(role.id) for role in given], "taken": [str(role.id) for role in taken]},
    )


def _member(member_id: UUID) -> Member:
    member = Member.objects.filter(pk=member_id, ended_at__isnull=True).first()
    if member is None:
        raise NotFound
    return member
