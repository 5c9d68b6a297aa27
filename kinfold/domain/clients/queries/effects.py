"""What a change of rights would do, before it is made: who gains and loses what, and whose clients (SPEC N7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission, in_order
from kinfold.domain.clients.counting import DECIDES_SIGHT, SeenClients, Sightlines
from kinfold.domain.clients.visibility import Viewer
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.defining import RoleForm, proposed_deletion, proposed_role
from kinfold.domain.team.models import Member, Supervision
from kinfold.domain.team.overrides import proposed_overrides
from kinfold.domain.team.rights import RightsChange, losing_own_rights, rights_now
from kinfold.domain.team.statuses import WORKS


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRole(RoleForm):
    """What a role would say."""

    role_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRoleDeletion:
    """Which role would be deleted, and what its holders would get instead."""

    role_id: UUID
    replacement_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewMemberOverrides:
    """All the exceptions that would hold for a member."""

    member_id: UUID
    overrides: Mapping[str, bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRoleGiven:
    """Which role several members would be given, or lose."""

    member_ids: tuple[UUID, ...]
    role_id: UUID
    give: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonEffect:
    """What one member would gain and lose, and of how many clients, as far as the asker sees those clients too.

    `shown` and `hidden` are clients they newly see or no longer; `opened` and `closed` are whole records.
    `needs_supervisor`: they would need a supervisor and have none.
    """

    member_id: UUID
    name: str
    gains: tuple[Permission, ...]
    loses: tuple[Permission, ...]
    shown: int
    hidden: int
    opened: int
    closed: int
    needs_supervisor: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """Everybody for whom something would change, in name order, and how many hold what is changed.

    `loses_own`: what the acting person would lose and need to take the change back. `counts_all`: all clients of the
    practice are counted, and not only those whom the asker sees.
    """

    holders: int
    people: tuple[PersonEffect, ...]
    loses_own: tuple[Permission, ...]
    counts_all: bool


@query(Permission.ROLES_DEFINE)
def preview_role(actor: Actor, data: PreviewRole) -> Effect:
    """What saving a role like this would do. Refused as saving it would be."""
    proposed = proposed_role(actor, data.role_id, data)
    return _effect(actor, proposed.rights, proposed.rights.before.holders(data.role_id))


@query(Permission.ROLES_DEFINE)
def preview_role_deletion(actor: Actor, data: PreviewRoleDeletion) -> Effect:
    """What deleting a role would do. Refused as deleting it would be."""
    proposed = proposed_deletion(actor, data.role_id, data.replacement_id)
    return _effect(actor, proposed.rights, proposed.rights.before.holders(data.role_id))


@query(Permission.ROLES_ASSIGN)
def preview_member_overrides(actor: Actor, data: PreviewMemberOverrides) -> Effect:
    """What making these exceptions for a member would do. Refused as making them would be."""
    proposed = proposed_overrides(actor, data.member_id, data.overrides)
    return _effect(actor, proposed.rights, [data.member_id])


@query(Permission.ROLES_ASSIGN)
def preview_role_given(actor: Actor, data: PreviewRoleGiven) -> Effect:
    """What giving several members a role would do, or taking it from them. Raises NotFound for an unknown role.

    Whether it can be done to each of them, `lifecycle.several` knows.
    """
    before = rights_now()
    if data.role_id not in before.said:
        raise NotFound
    here = Member.objects.filter(pk__in=data.member_ids, ended_at__isnull=True).values_list("id", flat=True)
    after = before.holding(here, data.role_id, give=data.give)
    return _effect(actor, RightsChange(before, after), here)


def _effect(actor: Actor, change: RightsChange, holders: Iterable[UUID]) -> Effect:
    holders = frozenset(holders)
    now = clock.now()
    # Those who cannot sign in now see nothing, before and after; their features change all the same.
    working = frozenset(Member.objects.filter(status__in=WORKS).values_list("id", flat=True))
    supervised = frozenset(Supervision.objects.filter(holds(now)).values_list("supervisee_id", flat=True))
    rows = Member.objects.filter(pk__in=holders).order_by("sort_key", "id")
    lines: Sightlines | None = None
    people = []
    for member_id, first, last in rows.values_list("id", "first_name", "last_name"):
        before, after = change.before.permissions(member_id), change.after.permissions(member_id)
        seen = SeenClients()
        if (before ^ after) & DECIDES_SIGHT and member_id in working:
            lines = lines or Sightlines(actor)
            seen = lines.compared(Viewer(member_id, before), Viewer(member_id, after))
        needs_supervisor = (
            change.after.supervised(member_id)
            and not change.before.supervised(member_id)
            and member_id not in supervised
        )
        if before != after or needs_supervisor:
            people.append(
                PersonEffect(
                    member_id=member_id,
                    name=f"{first} {last}".strip(),
                    gains=in_order(after - before),
                    loses=in_order(before - after),
                    shown=seen.shown,
                    hidden=seen.hidden,
                    opened=seen.opened,
                    closed=seen.closed,
                    needs_supervisor=needs_supervisor,
                )
            )
    loses_own = in_order(losing_own_rights(actor, change))
    return Effect(
        holders=len(holders),
        people=tuple(people),
        loses_own=loses_own,
        counts_all=Permission.CLIENTS_SEE_ALL in actor.permissions,
    )
