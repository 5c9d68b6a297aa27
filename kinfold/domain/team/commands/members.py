"""Changing what the team keeps about a member: their name, their address while they have no login, and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.identity import registration_codes
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotFound, Problem
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.team.addresses import refuse_taken
from kinfold.domain.team.errors import HasLogin
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
from kinfold.domain.team.registration import KIND

says(
    member__changed="corrected a team member's name or email",
    member__roles_changed="changed a team member's roles",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMember:
    """A member's name, and the version it was read at. Without an `email` that stays as it is."""

    member_id: UUID
    version: int
    first_name: str
    last_name: str
    email: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMemberRoles:
    """All the roles a member shall hold, and the version they were read at."""

    member_id: UUID
    version: int
    role_ids: tuple[UUID, ...]


@command(Permission.MEMBERS_CHANGE)
def change_member(actor: Actor, data: ChangeMember) -> None:
    """Correct a member's name, and their email address as long as they have no login (SPEC U60, RELIABILITY 1.10).

    With the address their registration code ends, since it went to the old one. Raises InvalidInput naming what cannot
    be taken, AboveOwnRights for the address of somebody who may do more, and StaleVersion when someone else was first.
    """
    hold_team()
    member = _member(data.member_id)
    wanted = _checked(member, data)
    changed = [field for field, value in wanted.items() if getattr(member, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    if "email" in changed:
        # Whoever gets the next code by mail becomes this person.
        refuse_above(actor, Role.objects.filter(pk__in=_open_roles(member)))
        registration_codes.end(KIND, [member.id])
    save_member(
        data.member_id, data.version, **wanted, sort_key=sort_key(wanted["last_name"], wanted["first_name"])
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
    held = {role.id: role for role in Role.objects.filter(pk__in=_open_roles(member))}
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


def _open_roles(member: Member) -> QuerySet[MemberRole, Any]:
    return MemberRole.objects.filter(member=member, until__isnull=True).values("role")


def _checked(member: Member, data: ChangeMember) -> dict[str, str]:
    """Name and address as they will be stored. Raises InvalidInput naming each that cannot be taken."""
    problems: list[Problem] = []
    wanted: dict[str, str] = {}
    try:
        wanted |= checked_names(first_name=data.first_name, last_name=data.last_name)
    except InvalidInput as refused:
        problems += refused.problems
    try:
        wanted["email"] = member.email if data.email is None else _address(member, data.email)
    except (NotAnEmailAddress, Conflict) as refused:
        problems.append(Problem("email", refused.message))
    if problems:
        raise InvalidInput(problems)
    return wanted


def _address(member: Member, typed: str) -> str:
    """A new address for somebody without a login, which nobody else here has."""
    email = canonical_email(typed)
    if email != member.email:
        if member.login_id is not None:
            raise HasLogin
        refuse_taken(email)
    return email
