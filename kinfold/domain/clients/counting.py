"""How many clients several viewers see, and how much of them, in a number of questions that does not grow with them.

`visibility` answers for one viewer or one client. What a change of rights would do is asked for a whole team at once,
so the clients are counted here by who is tied to them; a test holds that the counts are those of the lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from kinfold.domain.access.actors import SEES_CLIENTS, Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.practices.models import Switch
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.models import Supervision

from .models import FURTHER_KINDS, THERAPIST_KINDS, Assignment, AssignmentKind
from .visibility import Level, Viewer, highest_level, reached_through, visible_to

# What decides which clients somebody sees, and how much of them.
DECIDES_SIGHT = SEES_CLIENTS | {Permission.CLIENTS_PROFILE, Permission.CLIENTS_CHART}


@dataclass(frozen=True, slots=True)
class SeenClients:
    """Of how many clients a viewer would newly see the name, or no longer; the same for their whole record."""

    shown: int = 0
    hidden: int = 0
    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class _Alike:
    """Clients with the same ties: who is tied to them, and how much that shows."""

    clients: int
    ties: tuple[tuple[UUID, Level], ...]
    direct: bool


class Sightlines:
    """Who is tied to the clients that an actor sees, and who supervises whom, as things are now."""

    def __init__(self, actor: Actor) -> None:
        now = clock.now()
        self._supervised: dict[UUID, set[UUID]] = defaultdict(set)
        if is_on(Switch.SUPERVISION, now):
            pairs = Supervision.objects.filter(holds(now)).values_list("supervisor_id", "supervisee_id")
            for supervisor_id, supervisee_id in pairs:
                self._supervised[supervisor_id].add(supervisee_id)
        self._direct_charts = is_on(Switch.DIRECT_CHARTS, now)
        self._groups = list(_alike(actor))
        self._of_member: dict[UUID, set[int]] = defaultdict(set)
        for number, group in enumerate(self._groups):
            for member_id, _ in group.ties:
                self._of_member[member_id].add(number)
        self._everybody = {
            direct: sum(group.clients for group in self._groups if group.direct is direct)
            for direct in (False, True)
        }

    def compared(self, before: Viewer, after: Viewer) -> SeenClients:
        """What one member would see of the clients more or less with other permissions."""
        ways = [self._by_ties(before), self._by_ties(after)]
        roles = [_by_role(before, direct=self._direct_charts), _by_role(after, direct=self._direct_charts)]
        counts: dict[str, int] = defaultdict(int)
        rest = dict(self._everybody)
        for number in ways[0].keys() | ways[1].keys():
            group = self._groups[number]
            rest[group.direct] -= group.clients
            levels = [
                max(way.get(number, 0), role[group.direct]) for way, role in zip(ways, roles, strict=True)
            ]
            _tally(counts, levels[0], levels[1], group.clients)
        for is_direct, clients in rest.items():
            _tally(counts, roles[0][is_direct], roles[1][is_direct], clients)
        return SeenClients(**counts)

    def _by_ties(self, viewer: Viewer) -> dict[int, int]:
        """The groups that a viewer reaches through ties, and how much they see of those."""
        highest = highest_level(viewer.permissions)
        reached = reached_through(viewer, self._supervised.get(viewer.member_id, ()))
        seen: dict[int, int] = {}
        for member_id in reached:
            for number in self._of_member.get(member_id, ()):
                for tied, level in self._groups[number].ties:
                    if tied == member_id:
                        seen[number] = max(seen.get(number, 0), min(level, highest))
        return seen


def _by_role(viewer: Viewer, *, direct: bool) -> dict[bool, int]:
    """How much of practice clients (False) and of direct clients (True) a role that shows all of them lets see."""
    if Permission.CLIENTS_SEE_ALL not in viewer.permissions:
        return {False: 0, True: 0}
    highest = highest_level(viewer.permissions)
    return {False: highest, True: highest if direct else min(highest, Level.FACE_SHEET)}


def _tally(counts: dict[str, int], before: int, after: int, clients: int) -> None:
    if before == 0 < after:
        counts["shown"] += clients
    if after == 0 < before:
        counts["hidden"] += clients
    if before < Level.CHART <= after:
        counts["opened"] += clients
    if after < Level.CHART <= before:
        counts["closed"] += clients


def _alike(actor: Actor) -> Iterable[_Alike]:
    """The clients whom the actor sees, counted by their ties. Those with more than a therapist are looked at singly:
    there are few of them."""
    clients, ties = visible_to(actor), Assignment.objects.filter(holds(clock.now()))
    if Permission.CLIENTS_SEE_ALL not in actor.permissions:
        ties = ties.filter(client_id__in=clients.values("id"))
    found: dict[UUID, list[tuple[UUID, str, int]]] = defaultdict(list)
    further = ties.filter(kind__in=FURTHER_KINDS).values("client_id")
    several = ties.filter(client_id__in=further).values_list("client_id", "member_id", "kind", "level")
    for client_id, member_id, kind, level in several:
        found[client_id].append((member_id, kind, level))
    for rows in found.values():
        levels = tuple((member_id, Level(level)) for member_id, _, level in rows)
        yield _Alike(1, levels, direct=any(kind == AssignmentKind.DIRECT for _, kind, _ in rows))
    with_therapist = ties.filter(kind__in=THERAPIST_KINDS).exclude(client_id__in=further)
    tied = len(found)
    for member_id, kind, level, count in (
        with_therapist.values_list("member_id", "kind", "level").annotate(Count("id")).order_by()
    ):
        tied += count
        yield _Alike(count, ((member_id, Level(level)),), direct=kind == AssignmentKind.DIRECT)
    yield _Alike(clients.count() - tied, (), direct=False)
