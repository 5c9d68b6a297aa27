"""Whom a member can see, and whom one could see at a past moment: lists of names, never more than the asker sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import FURTHER_KINDS, THERAPIST_KINDS, Assignment, Client
from kinfold.domain.clients.queries.access import BY_OVERRIDE, member_names, past_or_now
from kinfold.domain.clients.visibility import (
    Viewer,
    highest_level,
    members_reached,
    refuse_unless_sees_clients,
    shown_all,
    viewer_of,
    viewers,
    visible_for,
    visible_to,
)
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds

PAGE = 50
MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientsVisibleAt:
    """Which past moment, and which part of the list."""

    at: datetime
    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessOfMember:
    """Which member; at which moment, now unless said; and which part of the list."""

    member_id: UUID
    at: datetime | None = None
    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenClient:
    """A client by name; `rules` are the member's reasons to see them, where one member is asked about.

    `ends` says which single change would end that; with several reasons none does.
    """

    id: UUID
    first_name: str
    last_name: str
    rules: tuple[str, ...] = ()
    ends: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenPage:
    """Some clients in the order of their names, how many there are, and after whom the next page begins."""

    clients: tuple[SeenClient, ...]
    total: int
    next: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One rule by which a member sees clients, and how many of those whom the asker sees too."""

    kind: str
    rule: str
    clients: int

    @property
    def ends(self) -> str:
        """Which single change would end this way."""
        return ENDS[self.kind]


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberAccess:
    """Whom a member sees, as far as the asker sees them too. `level` is the most they see, "" for nobody at all."""

    member_id: UUID
    name: str
    at: datetime
    level: str
    ways: tuple[Way, ...]
    page: SeenPage


@query(None)
def clients_visible_at(actor: Actor, data: ClientsVisibleAt) -> SeenPage:
    """Of the clients whom the actor sees today, those whom they could see at a past moment (SPEC N4).

    Whoever is hidden from them now stays hidden: a right that ended does not come back by asking about the past.
    """
    refuse_unless_sees_clients(actor)
    then = visible_to(actor, past_or_now(data.at))
    return _page(visible_to(actor).filter(pk__in=then.values("id")), data.after, data.limit)


@query(Permission.ACCESS_EXPLAIN)
def access_of_member(actor: Actor, data: AccessOfMember) -> MemberAccess:
    """Whom a member can see, and by which rules. Clients whom the asker may not see are not counted either.

    Raises NotFound for someone who is not on this team.
    """
    at = past_or_now(data.at)
    name = member_names([data.member_id]).get(data.member_id)
    if name is None or not (data.member_id == actor.member_id or actor.may(Permission.MEMBERS_NAMES)):
        raise NotFound
    mine = _seen_by(actor)
    viewer = viewers(at, [data.member_id]).get(data.member_id)
    if viewer is None:
        nobody = SeenPage(clients=(), total=0, next=None)
        return MemberAccess(member_id=data.member_id, name=name, at=at, level="", ways=(), page=nobody)
    to_all, tied = _showing_all(viewer, at), _tied(viewer, at)
    page = _page(_among(mine, viewer, at), data.after, data.limit)
    ways = [
        *(Way(kind=kind, rule=rule, clients=page.total) for kind, rule in to_all),
        *_ways_by_tie(mine, tied, at),
    ]
    return MemberAccess(
        member_id=data.member_id,
        name=name,
        at=at,
        level=highest_level(viewer.permissions).name.lower() if ways else "",
        ways=tuple(ways),
        page=_with_rules(page, tied, to_all, at),
    )


def _seen_by(actor: Actor) -> QuerySet[Client] | None:
    """The clients whom an actor sees; None for all, which then need not be looked through."""
    asker = viewer_of(actor)
    sees_all = asker is not None and members_reached(asker) is None
    return None if sees_all else visible_to(actor)


def _among(mine: QuerySet[Client] | None, viewer: Viewer, at: datetime) -> QuerySet[Client]:
    """The clients of `mine` whom a viewer reaches as well. Also now by the ties of the moment, which cost as much as
    there are of them, however many clients the practice has."""
    theirs = visible_for(viewer, at)
    return theirs if mine is None else mine.filter(pk__in=theirs.values("id"))


def _showing_all(viewer: Viewer, at: datetime) -> list[tuple[str, str]]:
    """The rules by which all clients are seen, each with its kind."""
    found = list(shown_all([viewer], at))
    names = dict(Role.objects.filter(pk__in=[way.role_id for way in found]).values_list("id", "name"))
    return [(way.kind, f"{names[way.role_id]} role" if way.role_id else BY_OVERRIDE) for way in found]


# What would end each kind of way, said where somebody asks how to close it.
ENDS = {
    "own": "Giving the client to somebody else",
    "walk_in": "Its day is over by itself; the look at the face sheet ends with the assignment",
    "cover": "The end of the cover",
    "supervision": "Ending the supervision, or giving the client to somebody else",
    "role": "Taking this role away, or changing what it allows",
    "override": "Taking the exception for this person away",
}

# The rule by which somebody's own tie of each kind counts, and the kind of way that it is.
_OWN_RULES = {
    "own": "Therapist of the client",
    "walk_in": "Held a walk-in session",
    "cover": "Covers for the therapist",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tied:
    """Whose ties count for a viewer: their own, and those of whoever they supervise, by name in the order of names."""

    own: UUID | None
    supervised: Mapping[UUID, str]

    @property
    def members(self) -> set[UUID]:
        return {*self.supervised, *([self.own] if self.own else [])}

    def rule(self, member_id: UUID, kind: str) -> tuple[str, str]:
        """The kind of way that a tie of this member is, and its rule in words."""
        if member_id != self.own:
            return "supervision", f"Supervises {self.supervised[member_id]}"
        way = kind if kind in FURTHER_KINDS else "own"
        return way, _OWN_RULES[way]


def _tied(viewer: Viewer, at: datetime) -> _Tied:
    permissions = viewer.permissions - {Permission.CLIENTS_SEE_ALL}
    reached = members_reached(Viewer(viewer.member_id, permissions), at) or frozenset()
    names = member_names(reached - {viewer.member_id})
    return _Tied(
        own=viewer.member_id if viewer.member_id in reached else None,
        supervised=dict(sorted(names.items(), key=lambda named: named[1])),
    )


def _ways_by_tie(mine: QuerySet[Client] | None, tied: _Tied, at: datetime) -> Iterator[Way]:
    """How many clients each rule shows, in one question for all; one's own walk-ins and covers only where there are
    any."""
    ways = Case(
        When(~Q(member_id=tied.own), then=Value("supervision")),
        When(kind__in=THERAPIST_KINDS, then=Value("own")),
        default=F("kind"),
        output_field=CharField(),
    )
    ties = Assignment.objects.filter(holds(at), member_id__in=tied.members)
    if mine is not None:
        ties = ties.filter(client_id__in=mine.values("id"))
    rows = (
        ties.annotate(way=ways).values("member_id", "way").annotate(clients=Count("client_id", distinct=True))
    )
    counted = {(row["member_id"], row["way"]): row["clients"] for row in rows}
    if tied.own:
        for way, rule in _OWN_RULES.items():
            clients = counted.get((tied.own, way), 0)
            if clients or way == "own":
                yield Way(kind=way, rule=rule, clients=clients)
    for member_id, name in tied.supervised.items():
        clients = counted.get((member_id, "supervision"), 0)
        yield Way(kind="supervision", rule=f"Supervises {name}", clients=clients)


def _with_rules(page: SeenPage, tied: _Tied, to_all: list[tuple[str, str]], at: datetime) -> SeenPage:
    ties = Assignment.objects.filter(
        holds(at),
        member_id__in=tied.members,
        client_id__in=[client.id for client in page.clients],
    )
    # Each client's rules, each with the kind of way it is; two ties under one rule are one reason.
    rules: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    for client_id, member_id, kind in ties.order_by("since").values_list("client_id", "member_id", "kind"):
        way, rule = tied.rule(member_id, kind)
        rules[client_id].setdefault(rule, way)
    for client in page.clients:
        rules[client.id].update({rule: kind for kind, rule in to_all})
    seen = (
        replace(client, rules=tuple(rules[client.id]), ends=_ends(list(rules[client.id].values())))
        for client in page.clients
    )
    return replace(page, clients=tuple(seen))


def _ends(kinds: list[str]) -> str:
    if len(kinds) == 1:
        return ENDS[kinds[0]]
    return f"None alone: {len(kinds)} reasons"


def _page(clients: QuerySet[Client], after: UUID | None, limit: int) -> SeenPage:
    size = max(1, min(limit, MOST))
    total = clients.count()
    rest = clients
    if after:
        key = clients.filter(pk=after).values_list("sort_key", flat=True).first()
        if key is None:
            raise PlaceGone
        rest = rest.filter(Q(sort_key__gte=key) & (Q(sort_key__gt=key) | Q(id__gt=after)))
    rows = list(rest.order_by("sort_key", "id").values_list("id", "first_name", "last_name")[: size + 1])
    return SeenPage(
        clients=tuple(SeenClient(id=c, first_name=first, last_name=last) for c, first, last in rows[:size]),
        total=total,
        next=rows[size - 1][0] if len(rows) > size else None,
    )
