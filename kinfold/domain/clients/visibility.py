"""Who may see whom: the one definition behind lists, pages, search, counts, the API and explanations.

A **ground** is one reason to see a client: a tie to them, the supervision of someone who has one, or a role that shows
all clients. Ties and supervision are periods. Each ground is asked two ways: which clients does this viewer reach
(`visible_for`, for lists), and who reaches this client and why (`sights`, for explanations). A property test holds the
two equal, now and in the past (RELIABILITY 1.4). There is no `can_view()` to disagree with them, and a client who is
not visible is not found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.definitions import allowing_since, definitions
from kinfold.domain.access.permissions import BY_NAME, Permission, with_needs
from kinfold.domain.access.roles import permissions_of_member
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.practices.models import Switch, SwitchPeriod
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.models import MemberOverride, MemberRole, Supervision
from kinfold.domain.team.overrides import overrides_at
from kinfold.domain.team.statuses import not_allowed_at

from .models import FURTHER_KINDS, Assignment, AssignmentKind, Client, ClientKind


class Level(IntEnum):
    """How much of a client is seen: names for billing, the face sheet, or the whole record."""

    BILLING = 1
    FACE_SHEET = 2
    CHART = 3


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member with the permissions that held at a moment."""

    member_id: UUID
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Sight:
    """One reason why one member sees one client.

    `kind` is primary, direct, walk_in, cover, supervision, role or override (on the person); `through` is the id of the
    member who is covered for, of the supervisee or of the role. `session_at` is when the session was that a walk-in is
    about, also for a supervisor who sees by it.
    """

    member_id: UUID
    kind: str
    level: Level
    since: datetime
    until: datetime | None
    through: UUID | None
    source: UUID
    session_at: datetime | None = None


def refuse_unless_sees_clients(actor: Actor) -> None:
    """Raise NotAllowed for those to whom no client can be visible. For questions that no single permission opens."""
    if not actor.sees_clients:
        raise NotAllowed


def highest_level(permissions: frozenset[Permission]) -> Level:
    """The most that these permissions let anyone see of a client they have a ground for."""
    if Permission.CLIENTS_PROFILE not in permissions:
        return Level.BILLING
    return Level.CHART if Permission.CLIENTS_CHART in permissions else Level.FACE_SHEET


# --- which clients a viewer reaches -------------------------------------------------------------------------------


def visible_to(actor: Actor, at: datetime | None = None) -> QuerySet[Client]:
    """The clients an actor may see, now or at a past moment. Every look at clients starts here."""
    viewer = viewer_of(actor, at)
    return visible_for(viewer, at) if viewer else Client.objects.none()


def viewer_of(actor: Actor, at: datetime | None = None) -> Viewer | None:
    """An actor as a viewer. A token or a role taken away since does not show more by asking about the past."""
    if actor.kind == "system":
        return Viewer(actor.practice_id, actor.permissions & {Permission.CLIENTS_SEE_ALL})
    if actor.member_id is None or not actor.sees_clients:
        return None
    if at is None:
        return Viewer(actor.member_id, actor.permissions)
    then = viewers(at, member_ids=[actor.member_id]).get(actor.member_id)
    return Viewer(actor.member_id, actor.permissions & then.permissions) if then else None


def visible_for(viewer: Viewer, at: datetime | None = None) -> QuerySet[Client]:
    """The clients one viewer reaches, now or at a past moment."""
    reached = members_reached(viewer, at)
    if at is None:
        return (
            Client.objects.all()
            if reached is None
            else Client.objects.filter(reached_by(reached, clock.now()))
        )
    known = Client.objects.filter(created_at__lte=at)
    if reached is None:
        return known
    ties = Assignment.objects.filter(holds(at), member_id__in=reached)
    return known.filter(pk__in=ties.values("client_id"))


def lost_sight_since(actor: Actor, since: datetime) -> bool:
    """Whether an actor saw a client, now or at any moment since then, whom they do not see now.

    For what was made of their clients then. It reads the ties of their own and of those they supervised meanwhile.
    """
    if actor.member_id is None:
        return False
    then = viewers(since, member_ids=[actor.member_id]).get(actor.member_id)
    allowed = actor.permissions | (then.permissions if then else frozenset())
    lasting = Q(until__isnull=True) | Q(until__gt=since)
    supervised = Supervision.objects.filter(lasting, supervisor_id=actor.member_id, since__lte=clock.now())
    members = reached_through(
        Viewer(actor.member_id, allowed), supervised.values_list("supervisee_id", flat=True)
    )
    ties = Assignment.objects.filter(lasting, member_id__in=members, since__lte=clock.now())
    return ties.exclude(client_id__in=visible_to(actor).values("id")).exists()


def charts_open_to(actor: Actor, path: str = "") -> Q:
    """The clients whose whole record is open to an actor now, as a condition on clients or on what `path` links to one.

    `level_for` says the same about one client, and a property test holds the two equal.
    """
    viewer = viewer_of(actor)
    if viewer is None or actor.member_id is None or highest_level(viewer.permissions) < Level.CHART:
        return Q(pk__in=())
    now, permissions = clock.now(), viewer.permissions - {Permission.CLIENTS_SEE_ALL}
    reached = members_reached(Viewer(viewer.member_id, permissions)) or frozenset()
    full = further_ties(reached, now).filter(level=Level.CHART)
    theirs = Q(**{f"{path}primary_id__in": reached}) | Q(**{f"{path}id__in": full.values("client_id")})
    if Permission.CLIENTS_SEE_ALL not in viewer.permissions:
        return theirs
    return theirs | opened_by_practice(path)


def opened_by_practice(path: str = "") -> Q:
    """The clients whose records are not their therapist's alone: who sees all clients may open them (SPEC 8.1)."""
    if is_on(Switch.DIRECT_CHARTS, clock.now()):
        return Q(**{f"{path}id__isnull": False})
    return Q(**{f"{path}kind": ClientKind.PRACTICE})


def reached_by(members: Iterable[UUID], now: datetime) -> Q:
    """The clients to whom one of these members is tied now.

    A client's `primary` is the member of their open tie to a therapist, and those ties begin and end at the moment of
    the act, so an open one is one that holds now (`clients.ties`).
    """
    return Q(primary_id__in=members) | Q(pk__in=further_ties(members, now).values("client_id"))


def further_ties(members: Iterable[UUID], at: datetime) -> QuerySet[Assignment]:
    """The ties of these members, at a moment, that do not make them the client's therapist. There are few of them."""
    return Assignment.objects.filter(holds(at), member_id__in=members, kind__in=FURTHER_KINDS)


def members_reached(viewer: Viewer, at: datetime | None = None) -> frozenset[UUID] | None:
    """The members through whose ties a viewer sees clients: themselves and whom they supervise. None: all clients."""
    if Permission.CLIENTS_SEE_ALL in viewer.permissions:
        return None
    if Permission.CLIENTS_SEE_SUPERVISED not in viewer.permissions:
        return reached_through(viewer, ())
    supervised = _supervised_by(supervisor_id=viewer.member_id, at=at or clock.now())
    return reached_through(viewer, (row[0] for row in supervised))


def reached_through(viewer: Viewer, supervised: Iterable[UUID]) -> frozenset[UUID]:
    """Of a viewer and the people they supervise, those whose ties show them clients, roles for all set aside."""
    own = {viewer.member_id} if Permission.CLIENTS_SEE_OWN in viewer.permissions else set[UUID]()
    return frozenset(own.union(supervised if Permission.CLIENTS_SEE_SUPERVISED in viewer.permissions else ()))


@prepared
def _supervised_by(*, supervisor_id: UUID, at: datetime) -> QuerySet[Supervision, tuple[UUID]]:
    return Supervision.objects.filter(
        holds(at),
        Exists(SwitchPeriod.objects.filter(holds(at), switch=Switch.SUPERVISION)),
        supervisor_id=supervisor_id,
    ).values_list("supervisee_id")


def viewers(at: datetime, member_ids: Collection[UUID] | None = None) -> Mapping[UUID, Viewer]:
    """The members who could sign in and work at a moment, with what they were allowed: the roles they held, as those
    were defined then, and the overrides on the person of then.
    """
    held = MemberRole.objects.filter(holds(at), member__joined_at__lte=at).exclude(
        member_id__in=not_allowed_at(lambda standing: standing.works, at)
    )
    if member_ids is not None:
        held = held.filter(member_id__in=member_ids)
    roles, overrides = definitions(at), overrides_at(at, member_ids)
    allowed: defaultdict[UUID, list[frozenset[Permission]]] = defaultdict(list)
    for member_id, role_id in held.values_list("member_id", "role_id"):
        allowed[member_id].append(roles[role_id].permissions)
    return {
        member_id: Viewer(member_id, permissions_of_member(theirs, overrides.get(member_id, {})))
        for member_id, theirs in allowed.items()
    }


# --- who reaches a client, and why --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tie:
    """A period of an assignment that held at the moment asked about."""

    id: UUID
    member_id: UUID
    kind: AssignmentKind
    level: Level
    since: datetime
    until: datetime | None
    session_at: datetime | None
    covers_for: UUID | None


def sights(client_id: UUID, at: datetime, everyone: Mapping[UUID, Viewer] | None = None) -> list[Sight]:
    """Every reason why anyone sees one client at a moment: the grounds of `visible_for`, asked by client."""
    created_at = (
        Client.objects.filter(pk=client_id, created_at__lte=at).values_list("created_at", flat=True).first()
    )
    if created_at is None:
        return []
    return _seen_by(_ties(client_id, at), created_at, at, viewers(at) if everyone is None else everyone)


def sights_if_one(client_ids: Sequence[UUID], without: Collection[UUID], at: datetime) -> list[Sight]:
    """Every reason why anyone would see several clients if they were one, and some of their ties had ended."""
    ties = [tie for client_id in client_ids for tie in _ties(client_id, at) if tie.id not in without]
    created_at = min(Client.objects.filter(pk__in=client_ids).values_list("created_at", flat=True))
    return _seen_by(ties, created_at, at, viewers(at))


def _seen_by(
    ties: list[_Tie], created_at: datetime, at: datetime, everyone: Mapping[UUID, Viewer]
) -> list[Sight]:
    found = [
        *_by_assignment(ties, _supervisors(ties, at), everyone),
        *_by_role(_is_direct(ties), created_at, at, everyone),
    ]
    return sorted(found, key=lambda sight: (sight.kind, sight.since, sight.member_id))


def level_for(actor: Actor, client_id: UUID) -> Level:
    """How much of a visible client this actor sees right now: the best of their grounds."""
    if actor.member_id is None:
        return highest_level(actor.permissions)
    now = clock.now()
    ties = _ties(client_id, now)
    mine = {actor.member_id: Viewer(actor.member_id, actor.permissions)}
    levels = [sight.level for sight in _by_assignment(ties, _supervisors(ties, now), mine)]
    if Permission.CLIENTS_SEE_ALL in actor.permissions:
        levels.append(_role_level(_is_direct(ties), actor.permissions, now))
    return max(levels, default=Level.BILLING)


def _ties(client_id: UUID, at: datetime) -> list[_Tie]:
    rows = Assignment.objects.filter(holds(at), client_id=client_id).values_list(
        "id", "member_id", "kind", "level", "since", "until", "session_at", "covers_for_id"
    )
    return [
        _Tie(tie_id, member_id, AssignmentKind(kind), Level(level), since, until, session_at, covers_for)
        for tie_id, member_id, kind, level, since, until, session_at, covers_for in rows
    ]


def _is_direct(ties: list[_Tie]) -> bool:
    """Whether the client was a direct client then; what they are now says nothing about the past."""
    return any(tie.kind is AssignmentKind.DIRECT for tie in ties)


_Supervisors = Mapping[UUID, list[tuple[UUID, UUID, datetime, datetime | None]]]


def _supervisors(ties: Iterable[_Tie], at: datetime) -> _Supervisors:
    """Who supervises the members of these ties: supervisor, period's id, since and until, by supervisee."""
    found: defaultdict[UUID, list[tuple[UUID, UUID, datetime, datetime | None]]] = defaultdict(list)
    members = {tie.member_id for tie in ties}
    if members and is_on(Switch.SUPERVISION, at):
        periods = Supervision.objects.filter(holds(at), supervisee_id__in=members)
        for row in periods.values_list("supervisee_id", "supervisor_id", "id", "since", "until"):
            found[row[0]].append(row[1:])
    return found


def _by_assignment(
    ties: Iterable[_Tie], supervisors: _Supervisors, everyone: Mapping[UUID, Viewer]
) -> Iterable[Sight]:
    for tie in ties:
        viewer = everyone.get(tie.member_id)
        if viewer and Permission.CLIENTS_SEE_OWN in viewer.permissions:
            seen = min(tie.level, highest_level(viewer.permissions))
            yield Sight(
                tie.member_id,
                tie.kind.value,
                seen,
                tie.since,
                tie.until,
                tie.covers_for,
                tie.id,
                tie.session_at,
            )
        for supervisor_id, supervision_id, from_, to in supervisors.get(tie.member_id, ()):
            viewer = everyone.get(supervisor_id)
            if viewer and Permission.CLIENTS_SEE_SUPERVISED in viewer.permissions:
                seen = min(tie.level, highest_level(viewer.permissions))
                ends = min((end for end in (tie.until, to) if end), default=None)
                since = max(tie.since, from_)
                yield Sight(
                    supervisor_id,
                    "supervision",
                    seen,
                    since,
                    ends,
                    tie.member_id,
                    supervision_id,
                    tie.session_at,
                )


class _ShownAll(NamedTuple):
    """A role held or an override set, by which one member sees all clients."""

    kind: str
    source: UUID
    member_id: UUID
    role_id: UUID | None
    since: datetime
    until: datetime | None


def _by_role(
    direct: bool, created_at: datetime, at: datetime, everyone: Mapping[UUID, Viewer]
) -> Iterable[Sight]:
    for kind, source, member_id, role_id, since, until in shown_all(everyone.values(), at):
        level = _role_level(direct, everyone[member_id].permissions, at)
        yield Sight(member_id, kind, level, max(since, created_at), until, role_id, source)


def shown_all(everyone: Iterable[Viewer], at: datetime) -> Iterable[_ShownAll]:
    """By which of their roles, or by which override on the person, viewers see all clients at a moment."""
    seeing_all = [v.member_id for v in everyone if Permission.CLIENTS_SEE_ALL in v.permissions]
    if not seeing_all:
        return
    allowing = allowing_since(Permission.CLIENTS_SEE_ALL, at)
    roles = MemberRole.objects.filter(holds(at), member_id__in=seeing_all, role_id__in=allowing)
    for row_id, member_id, role_id, since, until in roles.order_by(
        "role__position", "role__name_key"
    ).values_list("id", "member_id", "role_id", "since", "until"):
        yield _ShownAll("role", row_id, member_id, role_id, max(since, allowing[role_id] or since), until)
    overrides = MemberOverride.objects.filter(holds(at), member_id__in=seeing_all, allowed=True)
    for row_id, member_id, name, since, until in overrides.values_list(
        "id", "member_id", "permission", "since", "until"
    ):
        if Permission.CLIENTS_SEE_ALL in with_needs(frozenset({BY_NAME[name]} if name in BY_NAME else ())):
            yield _ShownAll("override", row_id, member_id, None, since, until)


def _role_level(direct: bool, permissions: frozenset[Permission], at: datetime) -> Level:
    """A direct client's chart opens to roles only by the owner's audited setting (SPEC 3, 8.1)."""
    level = highest_level(permissions)
    if level is Level.CHART and direct and not is_on(Switch.DIRECT_CHARTS, at):
        return Level.FACE_SHEET
    return level
