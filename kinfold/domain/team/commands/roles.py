"""Saying what roles are: creating, copying, changing and deleting them (SPEC section 3, O13–O19, O22)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import Definition, definition_of
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role, RoleDefinition
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import StaleVersion
from kinfold.domain.team.defining import (
    NameTaken,
    RoleForm,
    changeable_role,
    checked_name,
    checked_role,
    name_key,
    proposed_deletion,
    proposed_role,
    refuse_defining_above,
)
from kinfold.domain.team.granting import hold_roles, hold_team
from kinfold.domain.team.models import Invitation, InvitationRole, InvitationState, Member, MemberRole
from kinfold.domain.team.rights import refuse_losing_own_rights

says(
    role__created="created a role",
    role__copied="copied a role",
    role__changed="changed a role",
    role__deleted="deleted a role",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateRole(RoleForm):
    """A new role."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyRole:
    """Which role, and the name of its copy."""

    role_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRole(RoleForm):
    """Everything about a role, and the version it was read at.

    `accept_own_loss` says that the acting person knows they lose the right to take the change back.
    """

    role_id: UUID
    version: int
    accept_own_loss: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteRole:
    """Which role, the version it was read at, and what its holders get instead, if there are any."""

    role_id: UUID
    version: int
    replacement_id: UUID | None = None
    accept_own_loss: bool = False


@command(Permission.ROLES_DEFINE)
def create_role(actor: Actor, data: CreateRole) -> UUID:
    """Make a role of the practice's own (O13–O15). Raises AboveOwnRights, and InvalidInput naming each field."""
    name, description, definition = checked_role(data)
    refuse_defining_above(actor, definition.permissions)
    role_id = _create(name, description, definition)
    trail.record(actor, "role.created", subject=("role", role_id), detail=_told(definition))
    return role_id


@command(Permission.ROLES_DEFINE)
def copy_role(actor: Actor, data: CopyRole) -> UUID:
    """Make a role that says what another says, under a name of its own (O22)."""
    role = changeable_role(actor, data.role_id)
    role_id = _create(checked_name(data.name), role.description, definition_of(role))
    trail.record(actor, "role.copied", subject=("role", role.id), detail={"copy": str(role_id)})
    return role_id


@command(Permission.ROLES_DEFINE)
def change_role(actor: Actor, data: ChangeRole) -> None:
    """Say something else about a role; it counts for its holders from their next request (O14–O19, O22).

    Raises OwnerRoleStays, AboveOwnRights for a role that allows more than the actor may do before or after,
    RoleSupervises while people supervise with it, NobodyAdministers, LosesOwnRights and StaleVersion.
    """
    hold_team()
    proposed = proposed_role(actor, data.role_id, data)
    role, before, after = proposed.role, definition_of(proposed.role), proposed.definition
    values = {"name": proposed.name, "description": proposed.description, **asdict(after)}
    changed = [field for field, value in values.items() if getattr(role, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    refuse_losing_own_rights(actor, proposed.rights, accepted=data.accept_own_loss)
    _save(role, data.version, name_key=name_key(proposed.name), **values)
    if before != after:
        _keep(role.id, before, clock.now())
    subject = ("role", role.id)
    trail.record(actor, "role.changed", subject=subject, fields=changed, detail=_told(after, before))


@command(Permission.ROLES_DEFINE)
def delete_role(actor: Actor, data: DeleteRole) -> None:
    """Delete a role. Whoever holds it, and whoever is invited to it, gets the replacement in the same moment.

    Raises InvalidInput when it is in use and nothing is named instead, RoleStays for the Administrator role, and what
    `change_role` raises.
    """
    hold_team()
    hold_roles([data.role_id])
    proposed = proposed_deletion(actor, data.role_id, data.replacement_id)
    refuse_losing_own_rights(actor, proposed.rights, accepted=data.accept_own_loss)
    role, replacement, now = proposed.role, proposed.replacement, clock.now()
    _save(role, data.version, deleted_at=now)
    subject = ("role", role.id)
    if replacement is None:
        trail.record(actor, "role.deleted", subject=subject)
        return
    holders = _replace(role, replacement, now)
    moved = {"given": [str(replacement.id)], "taken": [str(role.id)]}
    trail.record_all(
        actor,
        [
            trail.Event("role.deleted", subject, detail={**moved, "holders": len(holders)}),
            *(trail.Event("member.roles_changed", ("member", m), detail=moved) for m in holders),
        ],
    )


def _create(name: str, description: str, definition: Definition) -> UUID:
    """Write a new role after all others. Somebody who takes the same name at the same moment is refused."""
    last = Role.objects.aggregate(last=Max("position"))["last"] or 0
    role = Role(
        id=uuid4(),
        name=name,
        name_key=name_key(name),
        description=description,
        position=last + 1,
        **asdict(definition),
    )
    try:
        with transaction.atomic():
            role.save(force_insert=True)
    except IntegrityError as error:
        raise NameTaken from error
    return role.id


def _save(role: Role, version: int, **values: object) -> None:
    """Save if nobody else did since `version` was read."""
    read = Role.objects.filter(pk=role.pk, version=version)
    try:
        with transaction.atomic():
            saved = read.update(**values, version=F("version") + 1)
    except IntegrityError as error:
        raise NameTaken from error
    if not saved:
        raise StaleVersion


def _keep(role_id: UUID, said: Definition, until: datetime) -> None:
    """Keep what a role said until now; what it said for no time at all it never said."""
    if not RoleDefinition.objects.filter(role_id=role_id, until=until).exists():
        RoleDefinition.objects.create(role_id=role_id, until=until, **asdict(said))


def _replace(role: Role, replacement: Role, now: datetime) -> list[UUID]:
    """Give every holder and every pending invitation the replacement; returns the members who held the role."""
    held = MemberRole.objects.filter(until__isnull=True)
    holders = list(held.filter(role=role).order_by("member_id").values_list("member_id", flat=True))
    have = set(held.filter(role=replacement).values_list("member_id", flat=True))
    held.filter(role=role).update(until=now)
    MemberRole.objects.bulk_create(
        MemberRole(practice_id=role.practice_id, member_id=member_id, role=replacement, since=now)
        for member_id in holders
        if member_id not in have
    )
    Member.objects.filter(pk__in=holders).update(version=F("version") + 1, updated_at=now)
    pending = Invitation.objects.filter(state=InvitationState.PENDING)
    offered = InvitationRole.objects.filter(role=role, invitation__in=pending)
    both = set(InvitationRole.objects.filter(role=replacement).values_list("invitation_id", flat=True))
    offered.filter(invitation_id__in=both).delete()
    offered.update(role=replacement)
    return holders


def _told(after: Definition, before: Definition | None = None) -> dict[str, Any]:
    """What the trail keeps of a definition: what it allows now, or what changed about that."""
    earlier = before.permissions if before else frozenset[Permission]()
    return {
        "allowed": sorted(after.permissions - earlier),
        "taken": sorted(earlier - after.permissions),
    }
