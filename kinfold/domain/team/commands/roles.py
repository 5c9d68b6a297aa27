"""Saying what roles are: creating, copying, changing and deleting them (SPEC section 3, O13–O19, O22)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import Definition, definition_of
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role, RoleDefinition
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, StaleVersion
from kinfold.domain.kernel.periods import holds_or_will
from kinfold.domain.team.defining import (
    NameTaken,
    RoleForm,
    changeable_role,
    checked_name,
    checked_role,
    name_key,
    refuse_defining_above,
)
from kinfold.domain.team.errors import RoleStays, RoleSupervises
from kinfold.domain.team.granting import ADMINISTRATOR, hold_team
from kinfold.domain.team.models import (
    Invitation,
    InvitationRole,
    InvitationState,
    Member,
    MemberRole,
    Supervision,
)
from kinfold.domain.team.rights import Rights, refuse_lockout, rights_now

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
    role = changeable_role(actor, data.role_id)
    name, description, after = checked_role(data, besides=role.id)
    refuse_defining_above(actor, after.permissions)
    before = definition_of(role)
    values = {"name": name, "description": description, **asdict(after)}
    changed = [field for field, value in values.items() if getattr(role, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    rights = rights_now()
    proposed = rights.saying(role.id, after)
    refuse_lockout(actor, rights, proposed, accepted=data.accept_own_loss)
    refuse_ending_supervision(rights, proposed)
    _save(role, data.version, name_key=name_key(name), **values)
    if before != after:
        _keep(role.id, before, clock.now())
    trail.record(
        actor, "role.changed", subject=("role", role.id), fields=changed, detail=_told(after, before)
    )


@command(Permission.ROLES_DEFINE)
def delete_role(actor: Actor, data: DeleteRole) -> None:
    """Delete a role. Whoever holds it, and whoever is invited to it, gets the replacement in the same moment.

    Raises InvalidInput when it is in use and nothing is named instead, RoleStays for the Administrator role, and what
    `change_role` raises.
    """
    hold_team()
    role = changeable_role(actor, data.role_id)
    if role.key == ADMINISTRATOR:
        raise RoleStays
    replacement = _replacement(actor, role, data.replacement_id)
    rights = rights_now()
    proposed = rights.without(role.id, replacement.id if replacement else None)
    refuse_lockout(actor, rights, proposed, accepted=data.accept_own_loss)
    refuse_ending_supervision(rights, proposed)
    now = clock.now()
    _save(role, data.version, deleted_at=now)
    holders = sorted(rights.holders(role.id)) if replacement is None else _replace(role, replacement, now)
    events = [
        trail.Event(
            "role.deleted",
            ("role", role.id),
            detail={"replacement": str(replacement.id) if replacement else None, "holders": len(holders)},
        )
    ]
    if replacement:
        taken, given = [str(role.id)], [str(replacement.id)]
        events += [
            trail.Event(
                "member.roles_changed", ("member", member_id), detail={"given": given, "taken": taken}
            )
            for member_id in holders
        ]
    trail.record_all(actor, events)


def refuse_ending_supervision(before: Rights, after: Rights) -> None:
    """Raise RoleSupervises when somebody who supervises would hold no role any more that may."""
    losing = [m for m in before.held if before.supervising(m) and not after.supervising(m)]
    periods = Supervision.objects.filter(holds_or_will(clock.now()), supervisor_id__in=losing)
    people = periods.values("supervisor_id").distinct().count()
    if people:
        raise RoleSupervises(people)


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


def _replacement(actor: Actor, role: Role, replacement_id: UUID | None) -> Role | None:
    """What holders get instead of a role. Raises InvalidInput when the role is in use and nothing fitting is named."""
    if replacement_id is not None:
        if replacement_id == role.id:
            raise InvalidInput.one("replacement_id", "Choose another role than the one you delete.")
        found = Role.objects.filter(pk=replacement_id, deleted_at__isnull=True).first()
        if found is None:
            raise InvalidInput.one("replacement_id", "Choose a role of this practice.")
        refuse_defining_above(actor, definition_of(found).permissions)
        return found
    held = MemberRole.objects.filter(role=role, until__isnull=True).exists()
    offered = InvitationRole.objects.filter(role=role, invitation__in=_pending()).exists()
    if held or offered:
        raise InvalidInput.one(
            "replacement_id", "This role is in use. Choose the role that people get instead."
        )
    return None


def _pending() -> QuerySet[Invitation]:
    return Invitation.objects.filter(state=InvitationState.PENDING)


def _replace(role: Role, replacement: Role, now: datetime) -> list[UUID]:
    """Give every holder and every pending invitation the replacement; returns the members who held the role."""
    open_periods = MemberRole.objects.filter(role=role, until__isnull=True)
    holders = list(open_periods.order_by("member_id").values_list("member_id", flat=True))
    have = set(
        MemberRole.objects.filter(role=replacement, until__isnull=True).values_list("member_id", flat=True)
    )
    MemberRole.objects.filter(role=role, until__isnull=True).update(until=now)
    MemberRole.objects.bulk_create(
        MemberRole(practice_id=role.practice_id, member_id=member_id, role=replacement, since=now)
        for member_id in holders
        if member_id not in have
    )
    Member.objects.filter(pk__in=holders).update(version=F("version") + 1, updated_at=now)
    offered = InvitationRole.objects.filter(role=role, invitation__in=_pending())
    doubly = InvitationRole.objects.filter(role=replacement).values("invitation_id")
    InvitationRole.objects.filter(
        pk__in=list(offered.filter(invitation_id__in=doubly).values_list("id", flat=True))
    ).delete()
    offered.update(role=replacement)
    return holders


def _told(after: Definition, before: Definition | None = None) -> dict[str, Any]:
    """What the trail keeps of a definition: what it allows now, or what changed about that."""
    earlier = before.permissions if before else frozenset[Permission]()
    return {
        "allowed": sorted(after.permissions - earlier),
        "taken": sorted(earlier - after.permissions),
    }
