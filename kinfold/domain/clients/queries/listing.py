"""Lists of clients: a view, words, a therapist, a tag, an order, and one page of it with the exact total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.keys import typed_words
from kinfold.domain.clients.models import Client, ClientStatus, ClientTag, Tag
from kinfold.domain.clients.queries.finding import (
    Facts,
    Place,
    Wanted,
    counted,
    everyone,
    facts_of,
    found,
    reached_in_all,
)
from kinfold.domain.clients.visibility import (
    members_reached,
    reached_by,
    refuse_unless_sees_clients,
    viewer_of,
    viewers,
    visible_to,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.practices.models import PracticeTally

PAGE = 50
MOST = 100


class ClientSort(StrEnum):
    """Orders of a list."""

    NAME = "name"
    NAME_DOWN = "-name"
    UPDATED = "updated"
    UPDATED_DOWN = "-updated"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListClients:
    """Which clients: a view, words that each begin one of theirs, a therapist's or nobody's, a tag, a level of risk,
    those whom another member sees too; in which order, and which part: after one client or before another.
    """

    archived: bool = False
    search: str = ""
    therapist_id: UUID | None = None
    unassigned: bool = False
    tag_id: UUID | None = None
    risk: str = ""
    seen_by: UUID | None = None
    sort: ClientSort = ClientSort.NAME
    after: UUID | None = None
    before: UUID | None = None
    limit: int = PAGE


class ClientRow(NamedTuple):
    """A client as lists show them. Tags and external ID are empty for those who see names only.

    `risk` is a level, or empty where none is set and for those who may not see any.
    """

    id: UUID
    first_name: str
    last_name: str
    kind: str
    status: str
    therapist_id: UUID | None
    therapist: str
    tags: tuple[str, ...]
    external_id: str
    risk: str
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """How many clients the viewer sees in each view."""

    active: int
    archived: int


@dataclass(frozen=True, slots=True)
class ClientPage:
    """One page. `next` and `previous` are the clients after and before whom the neighbouring pages lie."""

    rows: tuple[ClientRow, ...]
    total: int
    counts: ViewCounts
    names_only: bool
    next: UUID | None
    previous: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRow:
    """Which client."""

    client_id: UUID


@query(None)
def list_clients(actor: Actor, data: ListClients) -> ClientPage:
    """The clients whom the actor may see (SPEC U08, U09), found by the beginnings of words (SPEC 5).

    Raises PlaceGone when the client after or before whom the page should lie is not visible in this view.
    """
    refuse_unless_sees_clients(actor)
    if data.after and data.before:
        raise InvalidInput.one("before", "Ask for a page after a client or before one, not both.")
    members, also = _reached(actor, data.seen_by)
    counts, further = _counts(members, also)
    names_only = not actor.may(Permission.CLIENTS_PROFILE)
    _refuse_unseen(actor, data)
    wanted = _wanted(data, members, also, further=further, names_only=names_only)
    if wanted is None:
        return ClientPage((), 0, counts, names_only, None, None)
    narrowed = wanted.words or wanted.tag_id or wanted.unassigned or data.therapist_id or wanted.risk
    total = counted(wanted) if narrowed else counts.archived if data.archived else counts.active
    clients, next_, previous = _page(data, wanted, total)
    return ClientPage(_shown(actor, clients), total, counts, names_only, next_, previous)


def matching(actor: Actor, data: ListClients, most: int) -> list[UUID]:
    """All the clients of a list, whichever page they would stand on, up to so many."""
    members, also = _reached(actor, data.seen_by)
    names_only = not actor.may(Permission.CLIENTS_PROFILE)
    _refuse_unseen(actor, data)
    wanted = _wanted(data, members, also, further=members is not None, names_only=names_only)
    return [] if wanted is None else everyone(wanted, most=most)


@query(None)
def get_row(actor: Actor, data: GetRow) -> ClientRow:
    """One client as lists show them. Raises NotFound unless the actor may see them."""
    refuse_unless_sees_clients(actor)
    if not visible_to(actor).filter(pk=data.client_id).exists():
        raise NotFound
    return _shown(actor, facts_of([data.client_id]))[0]


_Members = frozenset[UUID] | None


def _reached(actor: Actor, seen_by: UUID | None) -> tuple[_Members, _Members]:
    """Through whose ties the actor sees clients, and through whose another member must see them as well.

    None is for all clients, and for nobody else.
    """
    viewer = viewer_of(actor)
    reached = members_reached(viewer) if viewer else frozenset[UUID]()
    if seen_by is None:
        return reached, None
    other = viewers(clock.now(), [seen_by]).get(seen_by)
    theirs = members_reached(other) if other else frozenset[UUID]()
    return (theirs, None) if reached is None else (reached, theirs)


def _refuse_unseen(actor: Actor, data: ListClients) -> None:
    """Nobody narrows a list by what they may not see: how many are left would tell."""
    if data.tag_id and not actor.may(Permission.CLIENTS_PROFILE):
        raise NotAllowed("Your role shows the names of clients, not their tags.")
    if data.risk and not actor.may(Permission.CLIENTS_RISK):
        raise NotAllowed("Your role does not show the risk levels of clients.")


def _wanted(
    data: ListClients, members: _Members, also: _Members, *, further: bool, names_only: bool
) -> Wanted | None:
    """The list as it is asked for, or None when nothing can be in it."""
    words = typed_words(data.search)
    if words is None or frozenset() in (members, also) or (data.therapist_id and data.unassigned):
        return None
    return Wanted(
        status=_status(data),
        members=members,
        also=also,
        further=further,
        therapist_id=data.therapist_id,
        unassigned=data.unassigned,
        tag_id=data.tag_id,
        risk=data.risk,
        words=words,
        names_only=names_only,
        by_update=data.sort in (ClientSort.UPDATED, ClientSort.UPDATED_DOWN),
    )


def _status(data: ListClients) -> ClientStatus:
    return ClientStatus.ARCHIVED if data.archived else ClientStatus.ACTIVE


def _page(data: ListClients, wanted: Wanted, total: int) -> tuple[list[Facts], UUID | None, UUID | None]:
    """The clients on the page in order, and where the next and the previous page begin."""
    size = max(1, min(data.limit, MOST))
    backwards = data.before is not None
    up = data.sort in (ClientSort.NAME, ClientSort.UPDATED)
    place = _place(data, wanted)
    read = found(wanted, up=up != backwards, place=place, limit=size + 1, total=total)
    more, shown = len(read) > size, read[:size]
    if backwards:
        shown.reverse()
    if not shown:
        return shown, None, None
    after, before = shown[-1].id, shown[0].id
    if backwards:
        return shown, after, before if more else None
    return shown, after if more else None, before if place else None


def _place(data: ListClients, wanted: Wanted) -> Place | None:
    client_id = data.after or data.before
    if client_id is None:
        return None
    seen = [group for group in (wanted.members, wanted.also) if group is not None]
    values: dict[str, Any] = {f"m{n}": m for n, m in enumerate(m for group in seen for m in group)}
    sizes = tuple(len(group) for group in seen)
    if seen:
        values["now"] = clock.now()
    for sort_key, updated_at in _place_of(wanted.status.value, sizes, client_id=client_id, **values):
        return Place(updated_at if wanted.by_update else sort_key, client_id)
    raise PlaceGone


@prepared
def _place_of(
    status: str, sizes: tuple[int, ...], *, client_id: UUID, **values: Any
) -> QuerySet[Client, tuple[str, datetime]]:
    rows = Client.objects.filter(pk=client_id, status=status)
    first = 0
    for size in sizes:
        group = [values[f"m{n}"] for n in range(first, first + size)]
        rows, first = rows.filter(reached_by(group, values["now"])), first + size
    return rows.values_list("sort_key", "updated_at")


def _counts(members: _Members, also: _Members) -> tuple[ViewCounts, bool]:
    """How many clients are seen, and whether some of them by further ties."""
    if members is None:
        return ViewCounts(*_tally()[0]), False
    shown, further = reached_in_all(members, also)
    return ViewCounts(shown[ClientStatus.ACTIVE], shown[ClientStatus.ARCHIVED]), further


@prepared
def _tally() -> QuerySet[PracticeTally, tuple[int, int]]:
    return PracticeTally.objects.values_list("active_clients", "archived_clients")


def _shown(actor: Actor, clients: Sequence[Facts]) -> tuple[ClientRow, ...]:
    """These clients as lists show them to somebody."""
    names_only, risks = not actor.may(Permission.CLIENTS_PROFILE), actor.may(Permission.CLIENTS_RISK)
    tags = {} if names_only or not clients else _tags_of([client.id for client in clients])
    return tuple([
        ClientRow(
            client_id,
            first,
            last,
            kind,
            status,
            therapist_id,
            f"{therapist_first} {therapist_last}".strip() if therapist_id else "",
            tags.get(client_id, ()),
            "" if names_only else external_id,
            risk if risks else "",
            updated_at,
            version,
        )
        for client_id, first, last, kind, status, external_id, risk, updated_at, version, therapist_id,
            therapist_first, therapist_last in clients
    ])  # fmt: skip


def _tags_of(ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The tags of clients by name."""
    rows = _tags(len(ids), **{f"c{n}": client_id for n, client_id in enumerate(ids)})
    tags: defaultdict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for client_id, _, name in sorted(rows, key=itemgetter(1)):
        tags[client_id] += (name,)
    return tags


@prepared
def _tags(_count: int, **clients: UUID) -> QuerySet[ClientTag, Any]:
    # A tag is looked up for each client and sorted afterwards: in a join, either database would rather begin with all
    # the tags of the practice.
    tag = Tag.objects.filter(id=OuterRef("tag_id"))
    on_page = ClientTag.objects.filter(client_id__in=list(clients.values())).order_by()
    return on_page.values_list("client_id", Subquery(tag.values("key")), Subquery(tag.values("name")))
