"""What can be asked about exceptions for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.features import Abilities, Feature, abilities, features
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import BY_NAME, Permission, in_order
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.team.models import Member, MemberOverride
from kinfold.domain.team.rights import rights_now


@dataclass(frozen=True, kw_only=True, slots=True)
class GetOverrides:
    """Of which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideRow:
    """One exception that holds: since when, and who made it."""

    permission: Permission
    allowed: bool
    since: datetime
    set_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberOverrides:
    """A member's exceptions, what their roles allow, and what they may do.

    `changeable`: the asker may make exceptions for them. `owner`: there are none for owners.
    """

    member_id: UUID
    name: str
    overrides: Mapping[str, bool]
    rows: tuple[OverrideRow, ...]
    roles: tuple[str, ...]
    by_roles: tuple[Permission, ...]
    allows: tuple[Permission, ...]
    owner: bool
    changeable: bool
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TryOverrides:
    """All the exceptions that would hold for a member."""

    member_id: UUID
    overrides: Mapping[str, bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedOverrides:
    """A line for each permission, from what the member's roles allow, and what they could do."""

    features: tuple[Feature, ...]
    abilities: Abilities


@query(Permission.ROLES_ASSIGN)
def try_overrides(actor: Actor, data: TryOverrides) -> TriedOverrides:
    """What a member could do with these exceptions, before anything is saved. Marks what differs from their roles."""
    rights = rights_now()
    if data.member_id not in rights.held:
        raise NotFound
    by_roles = rights.overriding(data.member_id, {}).permissions(data.member_id)
    allowed = rights.overriding(data.member_id, data.overrides).permissions(data.member_id)
    can = abilities(
        allowed,
        by_roles,
        requires_supervision=rights.supervised(data.member_id),
        may_supervise=rights.supervising(data.member_id),
    )
    return TriedOverrides(features=features(by_roles, data.overrides), abilities=can)


@query(Permission.ROLES_ASSIGN)
def get_overrides(actor: Actor, data: GetOverrides) -> MemberOverrides:
    """What is switched on or off for one person, and what comes of it. Raises NotFound for somebody not on the team."""
    member = Member.objects.filter(pk=data.member_id, ended_at__isnull=True).first()
    if member is None:
        raise NotFound
    rights = rights_now()
    allowed, by_roles = rights.permissions(member.id), rights.overriding(member.id, {}).permissions(member.id)
    owner = Permission.PRACTICE_OWN in by_roles
    names = Role.objects.filter(pk__in=rights.held.get(member.id, ())).order_by("position", "name_key")
    periods = MemberOverride.objects.filter(member=member, until__isnull=True).values_list(
        "permission", "allowed", "since", "set_by__first_name", "set_by__last_name"
    )
    return MemberOverrides(
        member_id=member.id,
        name=member.name,
        overrides=member.overrides,
        rows=tuple(
            OverrideRow(permission=BY_NAME[name], allowed=on, since=since, set_by=f"{first} {last}".strip())
            for name, on, since, first, last in periods
            if name in BY_NAME
        ),
        roles=tuple(names.values_list("name", flat=True)),
        by_roles=in_order(by_roles),
        allows=in_order(allowed),
        owner=owner,
        changeable=not owner and actor.permissions.issuperset(allowed),
        version=member.version,
    )
