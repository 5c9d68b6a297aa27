"""What can be asked about roles."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.team.granting import allowed_by, may_give


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRoles:
    """All roles of the practice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleRow:
    """A role and what it allows; `grantable` when the person who asks may give it."""

    id: UUID
    key: str
    name: str
    description: str
    clinical: bool
    requires_supervision: bool
    may_supervise: bool
    allows: tuple[Permission, ...]
    grantable: bool


@query(Permission.MEMBERS_NAMES)
def list_roles(actor: Actor, data: ListRoles) -> tuple[RoleRow, ...]:
    """The practice's roles in their order, each with what it allows (SPEC O03)."""
    return tuple(
        RoleRow(
            id=role.id,
            key=role.key,
            name=role.name,
            description=role.description,
            clinical=role.clinical,
            requires_supervision=role.requires_supervision,
            may_supervise=role.may_supervise,
            allows=tuple(permission for permission in Permission if permission in allowed_by(role)),
            grantable=may_give(actor, role),
        )
        for role in Role.objects.filter(deleted_at__isnull=True).order_by("position", "name_key")
    )
