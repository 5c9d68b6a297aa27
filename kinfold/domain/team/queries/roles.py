"""What can be asked about roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import FIELDS, Definition, definition_of
from kinfold.domain.access.doors import query
from kinfold.domain.access.features import Abilities, Feature, abilities, features
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission, in_order
from kinfold.domain.access.roles import DEFAULTS, SYSTEM_ROLES, StartingPoint
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.defining import RoleForm, checked_definition
from kinfold.domain.team.granting import ADMINISTRATOR, OWNER, allowed_by, may_give
from kinfold.domain.team.models import InvitationRole, InvitationState, Member, MemberRole
from kinfold.domain.team.queries.members import MemberName
from kinfold.domain.team.rights import rights_now


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRoles:
    """All roles of the practice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleRow:
    """A role and what it allows; `grantable` when the person who asks may give it, `system` for the common parts."""

    id: UUID
    key: str
    name: str
    description: str
    clinical: bool
    requires_supervision: bool
    may_supervise: bool
    modifier: str
    system: bool
    allows: tuple[Permission, ...]
    grantable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRoleCards:
    """All roles of the practice, as those see them who change them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRole:
    """Which role."""

    role_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleCard:
    """All that a role says, how many people hold it and are invited to it, and what the asker may do with it.

    `overrides` are the permissions that are on or off whatever it starts from; `allows` is what comes of both.
    """

    id: UUID
    key: str
    name: str
    description: str
    starting_point: str
    overrides: Mapping[str, bool]
    clinical: bool
    requires_supervision: bool
    may_supervise: bool
    modifier: str
    system: bool
    allows: tuple[Permission, ...]
    holders: int
    invitations: int
    changeable: bool
    deletable: bool
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleDetail:
    """One role with a line for each permission, what can be done with it, and who holds it."""

    role: RoleCard
    features: tuple[Feature, ...]
    abilities: Abilities
    holders: tuple[MemberName, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TryRole(RoleForm):
    """What a role would say, what it is now if it is there already, and for which of its holders it is asked."""

    role_id: UUID | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedRole:
    """A line for each permission, and what holders could do; for one person, with all else that they hold.

    `person` is their name, "" where no one person is asked about.
    """

    features: tuple[Feature, ...]
    abilities: Abilities
    person: str


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
            modifier=role.modifier,
            system=role.key in SYSTEM_ROLES,
            allows=in_order(allowed_by(role)),
            grantable=may_give(actor, role),
        )
        for role in _living()
    )


@query(Permission.ROLES_DEFINE)
def list_role_cards(actor: Actor, data: ListRoleCards) -> tuple[RoleCard, ...]:
    """The practice's roles in their order, with all they say and how much they are used, in three questions."""
    held = dict(_held().values_list("role_id").annotate(Count("id")))
    offered = dict(_offered().values_list("role_id").annotate(Count("id")))
    return tuple(_card(actor, role, held.get(role.id, 0), offered.get(role.id, 0)) for role in _living())


@query(Permission.ROLES_DEFINE)
def get_role(actor: Actor, data: GetRole) -> RoleDetail:
    """One role and who holds it. Raises NotFound for one that was deleted."""
    role = _living().filter(pk=data.role_id).first()
    if role is None:
        raise NotFound
    people = Member.objects.filter(pk__in=_held().filter(role=role).values("member_id"))
    holders = tuple(
        MemberName(id=member_id, name=f"{first} {last}".strip())
        for member_id, first, last in people.order_by("sort_key", "id").values_list(
            "id", "first_name", "last_name"
        )
    )
    offered = _offered().filter(role=role).count()
    lines, can = _shown(definition_of(role))
    return RoleDetail(
        role=_card(actor, role, len(holders), offered), features=lines, abilities=can, holders=holders
    )


@query(Permission.ROLES_DEFINE)
def try_role(actor: Actor, data: TryRole) -> TriedRole:
    """What people could do with a role that says this, before anything is saved. Marks what the role itself changes.

    Raises InvalidInput for what no role can say, and NotFound for somebody who does not hold the role.
    """
    definition = checked_definition(data)
    lines, can = _shown(definition)
    if data.member_id is None or data.role_id is None:
        return TriedRole(features=lines, abilities=can, person="")
    now = rights_now()
    if data.member_id not in now.holders(data.role_id):
        raise NotFound
    then = now.saying(data.role_id, definition)
    can = abilities(
        then.permissions(data.member_id),
        now.permissions(data.member_id),
        requires_supervision=then.supervised(data.member_id),
        may_supervise=then.supervising(data.member_id),
    )
    return TriedRole(features=lines, abilities=can, person=Member.objects.get(pk=data.member_id).name)


def _shown(definition: Definition) -> tuple[tuple[Feature, ...], Abilities]:
    """A definition as lines and in words, with what it changes about its starting point."""
    start = DEFAULTS[StartingPoint(definition.starting_point)]
    can = abilities(
        definition.permissions,
        start,
        requires_supervision=definition.requires_supervision,
        may_supervise=definition.may_supervise,
    )
    return features(start, definition.overrides), can


def _living() -> QuerySet[Role]:
    return Role.objects.filter(deleted_at__isnull=True).order_by("position", "name_key")


def _held() -> QuerySet[MemberRole]:
    return MemberRole.objects.filter(holds(clock.now()), member__ended_at__isnull=True)


def _offered() -> QuerySet[InvitationRole]:
    return InvitationRole.objects.filter(invitation__state=InvitationState.PENDING)


def _card(actor: Actor, role: Role, holders: int, invitations: int) -> RoleCard:
    allowed = definition_of(role).permissions
    changeable = role.key != OWNER and actor.permissions.issuperset(allowed)
    return RoleCard(
        id=role.id,
        key=role.key,
        name=role.name,
        description=role.description,
        **{field: getattr(role, field) for field in FIELDS},
        system=role.key in SYSTEM_ROLES,
        allows=in_order(allowed),
        holders=holders,
        invitations=invitations,
        changeable=changeable,
        deletable=changeable and role.key != ADMINISTRATOR,
        version=role.version,
    )
