"""Whom a member can see, and whom one could see at a past moment: lists of names, never more than the asker sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import FURTHER_KINDS, Assignment, AssignmentKind, Client
from kinfold.domain.clients.queries.access import BY_OVERRIDE, member_names, past_or_now
from kinfold.domain.clients.visibility import (
    Viewer,
    highest_level,
    members_reached,
    refuse_unless_sees_clients,
    shown_all,
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
    then = None if data.at is None else at
    mine = visible_to(actor)
    viewer = viewers(at, [data.member_id]).get(data.member_id)
    if viewer is None:
        nobody = SeenPage(clients=(), total=0, next=None)
        return MemberAccess(member_id=data.member_id, name=name, at=at, level="", ways=(), page=nobody)
    to_all, by_tie = _showing_all(viewer, at), _rules_by_tie(viewer, then)
    page = _page(_among(mine, viewer, then), data.after, data.limit)
    ways = [
        *(Way(kind=kind, rule=rule, clients=page.total) for kind, rule in to_all),
        *_ways_by_tie(mine, viewer, by_tie, at),
    ]
    return MemberAccess(
        member_id=data.member_id,
        name=name,
        at=at,
        level=highest_level(viewer.permissions).name.lower() if ways else "",
        ways=tuple(ways),
        page=_with_rules(page, viewer, to_all, by_tie, at),
    )


def _among(mine: QuerySet[Client], viewer: Viewer, then: datetime | None) -> QuerySet[Client]:
    """The clients of `mine` whom a viewer reaches as well."""
    if members_reached(viewer, then) is None:
        return mine if then is None else mine.filter(created_at__lte=then)
    return mine.filter(pk__in=visible_for(viewer, then).values("id"))


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

# The rule by which somebody's own tie of each kind counts.
_OWN_RULES = {
    AssignmentKind.PRIMARY: "Therapist of the client",
    AssignmentKind.DIRECT: "Therapist of the client",
    AssignmentKind.WALK_IN: "Held a walk-in session",
    AssignmentKind.COVER: "Covers for the therapist",
}
_Rules = dict[tuple[UUID, AssignmentKind], str]


def _rules_by_tie(viewer: Viewer, then: datetime | None) -> _Rules:
    """For each member and kind of tie that count for this viewer, their own first, the rule by which they do."""
    permissions = viewer.permissions - {Permission.CLIENTS_SEE_ALL}
    reached = members_reached(Viewer(viewer.member_id, permissions), then) or frozenset()
    names = member_names(reached)
    own = viewer.member_id
    ordered = sorted(reached, key=lambda member_id: (member_id != own, names[member_id]))
    return {
        (member_id, kind): _OWN_RULES[kind] if member_id == own else f"Supervises {names[member_id]}"
        for member_id in ordered
        for kind in AssignmentKind
    }


def _ways_by_tie(mine: QuerySet[Client], viewer: Viewer, by_tie: _Rules, at: datetime) -> Iterator[Way]:
    """How many clients each rule shows; one's own walk-ins and covers only where there are any."""
    kinds: defaultdict[tuple[UUID, str], list[AssignmentKind]] = defaultdict(list)
    for (member_id, kind), rule in by_tie.items():
        kinds[member_id, rule].append(kind)
    for (member_id, rule), those in kinds.items():
        ties = Assignment.objects.filter(holds(at), member_id=member_id, kind__in=those)
        clients = mine.filter(pk__in=ties.values("client_id")).count()
        further_only = set(those) <= set(FURTHER_KINDS)
        if clients or not further_only:
            way = (
                "supervision" if member_id != viewer.member_id else those[0].value if further_only else "own"
            )
            yield Way(kind=way, rule=rule, clients=clients)


def _with_rules(
    page: SeenPage, viewer: Viewer, to_all: list[tuple[str, str]], by_tie: _Rules, at: datetime
) -> SeenPage:
    ties = Assignment.objects.filter(
        holds(at),
        member_id__in={member_id for member_id, _ in by_tie},
        client_id__in=[client.id for client in page.clients],
    )
    # Each client's rules, each with the kind of way it is; two ties under one rule are one reason.
    rules: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    for client_id, member_id, tied_as in ties.order_by("since").values_list("client_id", "member_id", "kind"):
        kind = AssignmentKind(tied_as)
        rule = by_tie[member_id, kind]
        if member_id != viewer.member_id:
            rules[client_id].setdefault(rule, "supervision")
        else:
            rules[client_id].setdefault(rule, kind.value if kind in FURTHER_KINDS else "own")
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
