"""Who may see whom: the one definition behind lists, pages, search, counts, the API and explanations.

A **ground** is one reason to see a client. Each ground is asked two ways, from the same rows: which clients does this
viewer reach (`members_reached`, for lists), and who reaches this client and why (`sights`, for explanations). A
property test holds the two equal, now and in the past (RELIABILITY 1.4). There is no `can_view()` to disagree with
them, and a client who is not visible is not found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.practices.models import Switch
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.actors import SIGNS_IN
from kinfold.domain.team.models import Member, MemberRole, Supervision

from .models import Assignment, AssignmentKind, Client, ClientKind


class Level(IntEnum):
    """How much of a client is seen: names for billing, the face sheet, or the whole record."""

    BILLING = 1
    FACE_SHEET = 2
    CHART = 3


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member with the permissions that held at a moment, and since when each role gave them."""

    member_id: UUID
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Sight:
    """One reason why one member sees one client.

    `kind` is primary, direct, supervision or role; `through` is the supervisee's or the role's id.
    """

    member_id: UUID
    kind: str
    level: Level
    since: datetime
    until: datetime | None
    through: UUID | None
    source: UUID


def highest_level(permissions: frozenset[Permission]) -> Level:
    """The most that these permissions let anyone see of a client they have a ground for."""
    if Permission.CLIENTS_PROFILE not in permissions:
        return Level.BILLING
    return Level.CHART if Permission.CLIENTS_CHART in permissions else Level.FACE_SHEET


def visible_to(actor: Actor, at: datetime | None = None) -> QuerySet[Client]:
    """The clients an actor may see, now or at a past moment. Every look at clients starts here."""
    moment = at or clock.now()
    if actor.kind == "system":
        return Client.objects.all() if actor.may(Permission.CLIENTS_SEE_ALL) else Client.objects.none()
    if actor.member_id is None:
        return Client.objects.none()
    permissions = actor.permissions
    if at is not None:
        then = viewers(moment, member_ids=[actor.member_id]).get(actor.member_id)
        # A token or a role taken away since must not show more by asking about the past.
        permissions = permissions & then.permissions if then else frozenset()
    return visible_for(Viewer(actor.member_id, permissions), moment)


def visible_for(viewer: Viewer, at: datetime) -> QuerySet[Client]:
    """The clients one viewer reaches at a moment."""
    known = Client.objects.filter(created_at__lte=at) if at < clock.now() else Client.objects.all()
    if Permission.CLIENTS_SEE_ALL in viewer.permissions:
        return known
    reached = members_reached(viewer, at)
    if not reached:
        return Client.objects.none()
    ties = Assignment.objects.filter(holds(at), member_id__in=reached)
    return known.filter(pk__in=ties.values("client_id"))


def members_reached(viewer: Viewer, at: datetime) -> list[UUID]:
    """The members through whose assignments a viewer sees clients: themselves, and whom they supervise."""
    reached: list[UUID] = []
    if Permission.CLIENTS_SEE_OWN in viewer.permissions:
        reached.append(viewer.member_id)
    if Permission.CLIENTS_SEE_SUPERVISED in viewer.permissions and is_on(Switch.SUPERVISION, at):
        reached.extend(
            Supervision.objects.filter(holds(at), supervisor_id=viewer.member_id).values_list(
                "supervisee_id", flat=True
            )
        )
    return reached


def viewers(at: datetime, member_ids: Iterable[UUID] | None = None) -> Mapping[UUID, Viewer]:
    """The members who could sign in at a moment, with what their roles allowed then.

    Roles are taken as they are defined now; which roles someone held is taken from then.
    """
    held = MemberRole.objects.filter(holds(at), member__joined_at__lte=at).filter(
        Q(member__status__in=SIGNS_IN, member__ended_at__isnull=True) | Q(member__ended_at__gt=at)
    )
    if member_ids is not None:
        held = held.filter(member_id__in=member_ids)
    allowed: defaultdict[UUID, frozenset[Permission]] = defaultdict(frozenset)
    for member_id, start, overrides in held.values_list(
        "member_id", "role__starting_point", "role__overrides"
    ):
        allowed[member_id] |= permissions_of(start, overrides)
    return {member_id: Viewer(member_id, permissions) for member_id, permissions in allowed.items()}


def sights(client_id: UUID, at: datetime) -> list[Sight]:
    """Every reason why anyone sees one client at a moment: the same rows as `visible_for`, asked by client."""
    client = Client.objects.filter(pk=client_id, created_at__lte=at).values_list("kind", "created_at").first()
    if client is None:
        return []
    kind, created_at = client
    everyone = viewers(at)
    found = [*_by_assignment(client_id, at, everyone), *_by_role(kind, created_at, at, everyone)]
    return sorted(found, key=lambda sight: (sight.kind, sight.since, sight.member_id))


def level_for(actor: Actor, client_id: UUID) -> Level:
    """How much of a visible client this actor sees right now: the best of their grounds."""
    if actor.member_id is None:
        return highest_level(actor.permissions)
    now = clock.now()
    viewer = Viewer(actor.member_id, actor.permissions)
    client = Client.objects.filter(pk=client_id).values_list("kind", "created_at").get()
    mine = {actor.member_id: viewer}
    levels = [sight.level for sight in _by_assignment(client_id, now, mine)]
    if Permission.CLIENTS_SEE_ALL in actor.permissions:
        levels.append(_role_level(client[0], actor.permissions, now))
    return max(levels, default=Level.BILLING)


def _by_assignment(client_id: UUID, at: datetime, everyone: Mapping[UUID, Viewer]) -> Iterable[Sight]:
    ties = list(
        Assignment.objects.filter(holds(at), client_id=client_id).values_list(
            "id", "member_id", "kind", "level", "since", "until"
        )
    )
    supervisors: defaultdict[UUID, list[tuple[UUID, UUID, datetime, datetime | None]]] = defaultdict(list)
    if is_on(Switch.SUPERVISION, at):
        for row in Supervision.objects.filter(
            holds(at), supervisee_id__in=[tie[1] for tie in ties]
        ).values_list("supervisee_id", "supervisor_id", "id", "since", "until"):
            supervisors[row[0]].append(row[1:])
    for tie_id, member_id, kind, level, since, until in ties:
        viewer = everyone.get(member_id)
        if viewer and Permission.CLIENTS_SEE_OWN in viewer.permissions:
            seen = min(Level(level), highest_level(viewer.permissions))
            yield Sight(member_id, AssignmentKind(kind).value, seen, since, until, None, tie_id)
        for supervisor_id, supervision_id, from_, to in supervisors[member_id]:
            viewer = everyone.get(supervisor_id)
            if viewer and Permission.CLIENTS_SEE_SUPERVISED in viewer.permissions:
                seen = min(Level(level), highest_level(viewer.permissions))
                ends = min((end for end in (until, to) if end), default=None)
                yield Sight(
                    supervisor_id, "supervision", seen, max(since, from_), ends, member_id, supervision_id
                )


def _by_role(
    kind: str, created_at: datetime, at: datetime, everyone: Mapping[UUID, Viewer]
) -> Iterable[Sight]:
    seeing_all = [v.member_id for v in everyone.values() if Permission.CLIENTS_SEE_ALL in v.permissions]
    rows = MemberRole.objects.filter(holds(at), member_id__in=seeing_all).values_list(
        "id", "member_id", "role_id", "since", "role__starting_point", "role__overrides"
    )
    for row_id, member_id, role_id, since, start, overrides in rows:
        if Permission.CLIENTS_SEE_ALL in permissions_of(start, overrides):
            level = _role_level(kind, everyone[member_id].permissions, at)
            yield Sight(member_id, "role", level, max(since, created_at), None, role_id, row_id)


def _role_level(kind: str, permissions: frozenset[Permission], at: datetime) -> Level:
    """A direct client's chart opens to roles only by the owner's audited setting (SPEC 3, 8.1)."""
    level = highest_level(permissions)
    if level is Level.CHART and kind == ClientKind.DIRECT and not is_on(Switch.DIRECT_CHARTS, at):
        return Level.FACE_SHEET
    return level


def member_names(member_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names for explanations; people who left keep theirs."""
    rows = Member.objects.filter(pk__in=set(member_ids)).values_list("id", "first_name", "last_name")
    return {member_id: f"{first} {last}".strip() for member_id, first, last in rows}
