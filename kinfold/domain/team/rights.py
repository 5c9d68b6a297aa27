"""What decides about what members may do now, as a whole, so that a change can be tried before it is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import Definition, definitions
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of_member
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds, holds_or_will

from .errors import LosesOwnRights, NobodyAdministers, RoleSupervises
from .models import Member, MemberRole, Supervision
from .statuses import WORKS

# Whoever holds all of these can let others in and give them every right but an owner's.
ADMINISTERS = frozenset({Permission.MEMBERS_INVITE, Permission.ROLES_ASSIGN, Permission.ROLES_DEFINE})
# Whoever loses one of these cannot take back what they did.
_UNDOES = frozenset({Permission.ROLES_ASSIGN, Permission.ROLES_DEFINE})


@dataclass(frozen=True)
class Rights:
    """The roles that members hold, what roles say, and the overrides on each person."""

    held: Mapping[UUID, frozenset[UUID]]
    said: Mapping[UUID, Definition]
    overrides: Mapping[UUID, Mapping[str, bool]]

    def permissions(self, member_id: UUID) -> frozenset[Permission]:
        """What a member may do."""
        roles = (self.said[role_id].permissions for role_id in self.held.get(member_id, ()))
        return permissions_of_member(roles, self.overrides.get(member_id, {}))

    def holders(self, role_id: UUID) -> frozenset[UUID]:
        """The members who hold a role."""
        return frozenset(member_id for member_id, roles in self.held.items() if role_id in roles)

    def supervising(self, member_id: UUID) -> bool:
        """Whether one of a member's roles may supervise."""
        return any(self.said[role_id].may_supervise for role_id in self.held.get(member_id, ()))

    def supervised(self, member_id: UUID) -> bool:
        """Whether one of a member's roles requires supervision."""
        return any(self.said[role_id].requires_supervision for role_id in self.held.get(member_id, ()))

    def saying(self, role_id: UUID, definition: Definition) -> Rights:
        """The same with a role that says something else."""
        return replace(self, said={**self.said, role_id: definition})

    def without(self, role_id: UUID, replacement_id: UUID | None) -> Rights:
        """The same without a role: whoever held it holds the replacement."""
        instead = frozenset({replacement_id} if replacement_id else ())
        held = {
            member_id: roles - {role_id} | instead if role_id in roles else roles
            for member_id, roles in self.held.items()
        }
        return replace(self, held=held)

    def holding(self, member_ids: Iterable[UUID], role_id: UUID, *, give: bool) -> Rights:
        """The same with a role that some members hold besides, or do not hold any more."""
        one = frozenset({role_id})
        held = {**self.held}
        for member_id in member_ids:
            roles = held.get(member_id, frozenset())
            held[member_id] = roles | one if give else roles - one
        return replace(self, held=held)

    def overriding(self, member_id: UUID, overrides: Mapping[str, bool]) -> Rights:
        """The same with other overrides on one person."""
        return replace(self, overrides={**self.overrides, member_id: overrides})


@dataclass(frozen=True, slots=True)
class RightsChange:
    """What decides now, and what would decide if a change were made."""

    before: Rights
    after: Rights


def rights_now() -> Rights:
    """The rights of everybody who has a place on the team, in three questions."""
    held: defaultdict[UUID, set[UUID]] = defaultdict(set)
    periods = MemberRole.objects.filter(holds(clock.now()), member__ended_at__isnull=True)
    for member_id, role_id in periods.values_list("member_id", "role_id"):
        held[member_id].add(role_id)
    overridden = Member.objects.filter(ended_at__isnull=True).exclude(overrides={})
    return Rights(
        held={member_id: frozenset(roles) for member_id, roles in held.items()},
        said=definitions(),
        overrides=dict(overridden.values_list("id", "overrides")),
    )


def losing_own_rights(actor: Actor, change: RightsChange) -> frozenset[Permission]:
    """What a change takes from the acting person that they would need to take it back."""
    if actor.member_id is None:
        return frozenset()
    now, then = (rights.permissions(actor.member_id) for rights in (change.before, change.after))
    return (now - then) & _UNDOES


def refuse_losing_own_rights(actor: Actor, change: RightsChange, *, accepted: bool) -> None:
    """Raise LosesOwnRights where the acting person could not take a change back and has not said that they know."""
    if losing_own_rights(actor, change) and not accepted:
        raise LosesOwnRights


def refuse_impossible(change: RightsChange) -> None:
    """Raise NobodyAdministers or RoleSupervises where a change would leave the practice or a supervision without."""
    after = change.after
    able = [m for m in after.held if after.permissions(m) >= ADMINISTERS]
    if not Member.objects.filter(pk__in=able, status__in=WORKS, login__is_active=True).exists():
        raise NobodyAdministers
    losing = [m for m in after.held if change.before.supervising(m) and not after.supervising(m)]
    periods = Supervision.objects.filter(holds_or_will(clock.now()), supervisor_id__in=losing)
    people = periods.values("supervisor_id").distinct().count()
    if people:
        raise RoleSupervises(people)
