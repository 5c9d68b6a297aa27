"""What everyone who gives or takes roles keeps to: nothing above one's own rights, and somebody always answers for
the practice (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.periods import holds, holds_or_will
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.practices.models import PracticeTally

from .errors import AboveOwnRights, LastAdministrator, LastOwner, StillSupervises
from .models import MemberRole, Supervision
from .statuses import WORKS

OWNER, ADMINISTRATOR = "owner", "administrator"


def hold_team() -> None:
    """Let one change of roles, status or supervision finish before the next looks, so that two cannot undo each
    other's rule. Giving somebody clients is such a change: it waits until it is known whether they take any.

    SQLite has one writer at a time; PostgreSQL waits for the practice's own small row (RELIABILITY 1.9).
    """
    _held()


@prepared
def _held() -> QuerySet[PracticeTally, Any]:
    return PracticeTally.objects.select_for_update().values_list("id")


def hold_roles(role_ids: Iterable[UUID]) -> None:
    """Let giving these roles and deleting one of them wait for each other; ask again afterwards what they are.

    Whoever was first, a deleted role is held by nobody: it was replaced here as well, or it is not there to give.
    Rows that only name one of the roles need not wait, else two who each wait to name the other's would never end.
    """
    roles = Role.objects.filter(pk__in=set(role_ids)).order_by("id")
    list(roles.select_for_update(no_key=True).values_list("id"))


def acting_member(actor: Actor) -> UUID:
    """The member who acts; some things are never done by the system or a guest."""
    if actor.member_id is None:
        raise NotAllowed
    return actor.member_id


def allowed_by(role: Role) -> frozenset[Permission]:
    """What a role allows."""
    return permissions_of(role.starting_point, role.overrides)


def is_admin_role(role: Role) -> bool:
    """Whether a role makes somebody an administrator: an administrator is no clinician (H07), and an owner is more."""
    return not role.clinical and role.key != OWNER


def may_give(actor: Actor, role: Role) -> bool:
    """Whether an actor holds everything that a role allows."""
    return actor.permissions.issuperset(allowed_by(role))


def refuse_above(actor: Actor, roles: Iterable[Role]) -> None:
    """Raise AboveOwnRights when one of the roles allows more than the actor may do."""
    if not all(may_give(actor, role) for role in roles):
        raise AboveOwnRights


def chosen_roles(role_ids: Iterable[UUID], field: str = "role_ids") -> list[Role]:
    """The roles with these ids, in their order on screen. Raises InvalidInput when one is not there, or none is."""
    wanted = set(role_ids)
    hold_roles(wanted)
    living = Role.objects.filter(pk__in=wanted, deleted_at__isnull=True)
    roles = list(living.order_by("position", "name_key"))
    if not wanted:
        raise InvalidInput.one(field, "Choose at least one role.")
    if len(roles) != len(wanted):
        raise InvalidInput.one(field, "Choose roles of this practice.")
    return roles


def refuse_taking_the_last(member_id: UUID, taken: Iterable[Role]) -> None:
    """Raise LastOwner or LastAdministrator when nobody else would hold that role. Call `hold_team` before."""
    for role in taken:
        if role.key not in (OWNER, ADMINISTRATOR):
            continue
        others = MemberRole.objects.filter(
            holds(clock.now()), role=role, member__status__in=WORKS, member__login__is_active=True
        ).exclude(member_id=member_id)
        if not others.exists():
            raise LastOwner if role.key == OWNER else LastAdministrator


def refuse_losing_supervisor(member_id: UUID, taken: Iterable[Role], left: Iterable[Role]) -> None:
    """Raise StillSupervises when somebody who supervises would keep no role that may."""
    if not any(role.may_supervise for role in taken) or any(role.may_supervise for role in left):
        return
    if Supervision.objects.filter(holds_or_will(clock.now()), supervisor_id=member_id).exists():
        raise StillSupervises
