"""What each role said at a moment: as it is defined now, or as it was before it was changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from .models import Role, RoleDefinition
from .permissions import Permission
from .roles import permissions_of

FIELDS = (
    "starting_point",
    "overrides",
    "clinical",
    "requires_supervision",
    "may_supervise",
    "modifier",
)


@dataclass(frozen=True)
class Definition:
    """What a role says about those who hold it. `modifier` is a code of `access.modifiers`, or blank."""

    starting_point: str
    overrides: Mapping[str, bool]
    clinical: bool = False
    requires_supervision: bool = False
    may_supervise: bool = False
    modifier: str = ""

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """What the role allows."""
        return permissions_of(self.starting_point, self.overrides)


def definition_of(row: Role | RoleDefinition) -> Definition:
    """A row as a definition."""
    return Definition(*(getattr(row, field) for field in FIELDS))


def definitions(at: datetime | None = None) -> dict[UUID, Definition]:
    """What every role of the practice says now or said at a past moment, deleted roles included."""
    found = {row[0]: Definition(*row[1:]) for row in Role.objects.values_list("id", *FIELDS)}
    if at is not None:
        replaced = RoleDefinition.objects.filter(until__gt=at).order_by("-until")
        # Of several that ended after the moment, the one that ended first held then.
        found |= {row[0]: Definition(*row[1:]) for row in replaced.values_list("role_id", *FIELDS)}
    return found


@dataclass(frozen=True, slots=True)
class DefinitionPeriod:
    """What a role said from `since` (None: from its beginning) until `until` (None: it still says so)."""

    said: Definition
    since: datetime | None
    until: datetime | None


def definitions_over_time(role_ids: Collection[UUID]) -> dict[UUID, list[DefinitionPeriod]]:
    """What each of these roles said from its beginning until now, in order."""
    found: dict[UUID, list[DefinitionPeriod]] = {role_id: [] for role_id in role_ids}
    earlier = RoleDefinition.objects.filter(role_id__in=role_ids).order_by("until", "id")
    now = Role.objects.filter(pk__in=role_ids).values_list("id", *FIELDS)
    for role_id, until, *said in (
        *earlier.values_list("role_id", "until", *FIELDS),
        *((role_id, None, *said) for role_id, *said in now),
    ):
        periods = found[role_id]
        periods.append(DefinitionPeriod(Definition(*said), periods[-1].until if periods else None, until))
    return found


def allowing_since(permission: Permission, at: datetime) -> dict[UUID, datetime | None]:
    """The roles that allowed a permission at a moment, and since when without a break; None: since they exist."""
    since: dict[UUID, datetime | None] = {
        role_id: None for role_id, said in definitions(at).items() if permission in said.permissions
    }
    earlier = RoleDefinition.objects.filter(until__lte=at).order_by("-until")
    for role_id, until, *said in earlier.values_list("role_id", "until", *FIELDS):
        if role_id in since and since[role_id] is None and permission not in Definition(*said).permissions:
            since[role_id] = until
    return since
