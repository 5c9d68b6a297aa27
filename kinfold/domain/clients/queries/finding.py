"""Which clients stand on a page, and how many there are: each question begins with the index that narrows it most.

- Clients of one therapist, of oneself or of one's supervisees, and lists without words or tag: the clients in order.
- Words: the longest one's stretch of the search index, which holds each client once (`ClientWord`). When that is a
  large part of all clients, a page is found faster among the clients in order.
- A tag: the tag's clients in order.
- Whom somebody reaches by other ties than a therapist's: those few, read apart, and merged with the others in order.

SQLite keeps no statistics and PostgreSQL's mislead it here, so the beginning is chosen and not left to them; whatever
else is wanted is asked of each candidate. The questions are ordinary querysets, written once for each shape.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan

from kinfold.domain.clients.keys import NOT_OF_NAME
from kinfold.domain.clients.models import Client, ClientStatus, ClientTag, ClientWord
from kinfold.domain.clients.visibility import further_ties, reached_by
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.prepared import prepared

# From how many on it is faster to walk through all clients in order until a page is full.
_MANY = 10_000
# So many clients are read by their ids in one question.
_AT_ONCE = 201
# Of up to so many members the clients are read one member after another.
_FEW_MEMBERS = 50
# Words of up to so many letters are common: they have many clients.
_COMMON = 2
# The order of a list unless another one is wanted: the name's stored key.
BY_NAME = "sort_key"
# Fields in which nothing is NULL, and not an empty text.
NULL_BLANKS = frozenset({"birth_date"})
# Above every letter, so that everything that begins with a word lies between the word and the word followed by this.
_LAST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a list shall hold.

    `members`: through whose ties somebody sees clients, None for all clients; `also`: the same for somebody else who
    must see them too. `further`: whether any are tied to these members otherwise than to a therapist. `therapist_id`:
    whose clients only. `tag_ids`: each client has all of them. `no_risk`: no level is known of them. `names_only`:
    words are of names.

    `order` is the field they are read by; `blank` tells those who have nothing in that field from those who have.
    """

    status: ClientStatus
    members: frozenset[UUID] | None = None
    also: frozenset[UUID] | None = None
    further: bool = False
    therapist_id: UUID | None = None
    unassigned: bool = False
    tag_ids: tuple[UUID, ...] = ()
    risk: str = ""
    no_risk: bool = False
    registration: str = ""
    created_since: datetime | None = None
    updated_since: datetime | None = None
    words: tuple[str, ...] = ()
    names_only: bool = False
    order: str = BY_NAME
    blank: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: a client's key in the list's order, and their id where two keys are equal."""

    key: str | date | datetime | UUID
    client_id: UUID


class _Start(StrEnum):
    CLIENTS = "clients"
    WORDS = "words"
    TAG = "tag"
    TIES = "ties"


@dataclass(frozen=True, slots=True)
class _Shape:
    """All that decides how a question is written, without its values.

    `therapists`: of how many members the clients are wanted, or those tied to them otherwise; None for everybody's.
    `also`: how many there are through whose ties somebody else must see them too. `dense`: so many clients are wanted
    that a page is found fastest among all of them in order.
    """

    start: _Start
    status: str
    therapists: int | None
    also: int | None
    one_therapist: bool
    unassigned: bool
    tags: int
    risk: bool
    no_risk: bool
    registration: bool
    created_since: bool
    updated_since: bool
    letters: tuple[int, ...]
    names_only: bool
    order: str
    blank: bool | None
    dense: bool = False

    @property
    def key(self) -> str:
        """What they are read by: who has nothing in the field of the order is read in no order that means anything."""
        return "id" if self.blank else self.order

    @property
    def gathered(self) -> bool:
        """Whether few clients are to be gathered and then sorted, since no index has them in the wanted order."""
        by_fact = self.registration or self.created_since or self.updated_since
        if self.start is _Start.CLIENTS and by_fact and not self.dense:
            return True
        return self.therapists is not None and (self.therapists > 1 or self.order != BY_NAME)


@dataclass(frozen=True, slots=True)
class _Step:
    """Which part of the order is read: upwards or downwards, from a place or from the end, at most so many."""

    up: bool
    from_place: bool
    limit: int


class _Part(NamedTuple):
    """A part of a list: its shape, whose clients it holds, and the other values of the question."""

    shape: _Shape
    members: Sequence[UUID]
    others: dict[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        return self.others | {f"m{n}": member for n, member in enumerate(self.members)}


class Facts(NamedTuple):
    """What lists show of a client, as it is stored."""

    id: UUID
    first_name: str
    last_name: str
    kind: str
    status: str
    external_id: str
    risk: str
    updated_at: datetime
    version: int
    therapist_id: UUID | None
    therapist_first_name: str | None
    therapist_last_name: str | None


_FACTS = (*Facts._fields[:-3], "primary_id", "primary__first_name", "primary__last_name")


def found(wanted: Wanted, *, up: bool, place: Place | None, limit: int, total: int) -> list[Facts]:
    """One page in the order in which it is read. `total`: how many clients there are in all."""
    step = _Step(up=up, from_place=place is not None, limit=limit)
    parts = [_quicker(part, total) for part in _parts(wanted)]
    if place is not None:
        for part in parts:
            part.others.update(key=place.key, key_id=place.client_id)
    if len(parts) == 1 and _in_order(parts[0].shape):
        return list(map(Facts._make, _read(parts[0].shape, step, **parts[0].values)))
    # Each part is in order, and they have nobody in common.
    read = [_ids_of(part, step) for part in parts]
    merged = heapq.merge(*read, key=lambda row: (row[1], row[0]), reverse=not up)
    return facts_of([row[0] for row in islice(merged, limit)])


def facts_of(ids: Sequence[UUID]) -> list[Facts]:
    """What lists show of these clients, in this order. Who is not there is left out."""
    rows = {
        row[0]: row
        for some in (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
        for row in _facts_of(len(some), **{f"c{n}": found for n, found in enumerate(some)})
    }
    return [Facts._make(rows[client_id]) for client_id in ids if client_id in rows]


@prepared
def _facts_of(_count: int, **clients: UUID) -> QuerySet[Client, Any]:
    return Client.objects.filter(pk__in=list(clients.values())).values_list(*_FACTS)


def _ids_of(part: _Part, step: _Step) -> list[tuple[Any, ...]]:
    """The ids of one part's page with their keys."""
    if not _each_in_order(part.shape):
        return _ids(part.shape, step, **part.values)
    way = "ASC" if step.up else "DESC"
    order, one = f"2 {way}, 1 {way}", replace(part.shape, therapists=1)
    return _ids.merged("m0", part.members, one, step, order=order, limit=step.limit, **part.others)


def _quicker(part: _Part, total: int) -> _Part:
    """The part, begun with all clients in order where very many are wanted, unless its own index has that order."""
    shape = part.shape
    if total < _MANY or shape.start is _Start.TIES or (shape.start is _Start.TAG and shape.order == BY_NAME):
        return part
    return part._replace(shape=replace(shape, start=_Start.CLIENTS, dense=True))


def _in_order(shape: _Shape) -> bool:
    """Whether an index of clients gives them in the order of the list: then no more are read than shown."""
    return shape.start is _Start.CLIENTS and not shape.gathered


def _each_in_order(shape: _Shape) -> bool:
    """Whether each member's clients come in the order of the list, so that the first of each are enough.

    A rare word is quicker to gather once than to look for among the clients of one member after another.
    """
    if shape.start is not _Start.CLIENTS or shape.order != BY_NAME or shape.letters:
        return False
    return shape.therapists is not None and 1 < shape.therapists <= _FEW_MEMBERS


def everyone(wanted: Wanted, *, most: int) -> list[UUID]:
    """All who are wanted, up to so many."""
    step = _Step(up=True, from_place=False, limit=most)
    total = counted(wanted)
    parts = [_quicker(part, total) for part in _parts(replace(wanted, order=BY_NAME, blank=None))]
    return [row[0] for part in parts for row in _ids(part.shape, step, **part.values)][:most]


def counted(wanted: Wanted) -> int:
    """How many clients there are in all."""
    parts = _parts(replace(wanted, order=BY_NAME, blank=None))
    return sum(row[0] for part in parts for row in _counted(part.shape, **part.values))


def counted_by_therapist(wanted: Wanted, total: int) -> dict[UUID | None, int]:
    """How many clients there are of each therapist, and without one; of a long list at most so many.

    Looking at each of very many clients would take longer than asking about a therapist too many.
    """
    if total >= _MANY:
        wanted = Wanted(
            status=wanted.status,
            members=wanted.members,
            also=wanted.also,
            further=wanted.further,
            therapist_id=wanted.therapist_id,
            unassigned=wanted.unassigned,
        )
    counts = Counter[UUID | None]()
    for part in _parts(wanted):
        if part.shape.start is _Start.TIES:
            counts.update(row[2] for row in set(_with_therapists(part.shape, **part.values)))
        else:
            counts.update(dict(_counted_by_therapist(part.shape, **part.values)))
    return dict(counts)


def with_therapists(wanted: Wanted) -> list[tuple[UUID, str, UUID | None]]:
    """All clients there are, with their key and their therapist; some several times. For lists in order of names."""
    return [row for part in _parts(wanted) for row in _with_therapists(part.shape, **part.values)]


def reached_in_all(members: frozenset[UUID], also: frozenset[UUID] | None) -> tuple[Counter[str], bool]:
    """How many clients somebody sees by ties in each status, and whether some of them by further ones."""
    shown = Counter[str]()
    further = False
    if members and also != frozenset():
        wanted = Wanted(status=ClientStatus.ACTIVE, members=members, also=also, further=True)
        parts = list(_parts(wanted))
        shapes = (replace(part.shape, status=status.value) for part in parts for status in ClientStatus)
        for status, clients, otherwise in _counted_by_status(*shapes, **parts[-1].values):
            shown[status] += clients
            further |= bool(otherwise and clients)
    return shown, further


def _parts(wanted: Wanted) -> Iterable[_Part]:
    """A list in its parts: the clients of therapists, and those whom members reach by further ties alone."""
    members, therapist = wanted.members, wanted.therapist_id
    therapists = members
    if therapist is not None:
        therapists = frozenset({therapist}) if members is None or therapist in members else frozenset()
    if therapists is None or (therapists and not (wanted.unassigned and members is not None)):
        yield _part(wanted, therapists, apart=False)
    if wanted.further and members and (therapist is None or therapist not in members):
        yield _part(wanted, members, apart=True)


def _part(wanted: Wanted, therapists: frozenset[UUID] | None, *, apart: bool) -> _Part:
    words = sorted(wanted.words, key=len, reverse=True)  # the longest is the rarest, as a rule
    if apart:
        start = _Start.TIES
    elif therapists is not None:
        start = _Start.CLIENTS
    else:
        start = _Start.WORDS if words else _Start.TAG if wanted.tag_ids else _Start.CLIENTS
    shape = _Shape(
        start=start,
        status=wanted.status.value,
        therapists=None if therapists is None else len(therapists),
        also=None if wanted.also is None else len(wanted.also),
        one_therapist=apart and wanted.therapist_id is not None,
        unassigned=wanted.unassigned,
        tags=len(wanted.tag_ids),
        risk=wanted.risk != "",
        no_risk=wanted.no_risk,
        registration=wanted.registration != "",
        created_since=wanted.created_since is not None,
        updated_since=wanted.updated_since is not None,
        letters=tuple(len(word) for word in words),
        names_only=wanted.names_only,
        order=wanted.order,
        blank=wanted.blank,
    )
    values: dict[str, Any] = {f"a{n}": member for n, member in enumerate(wanted.also or ())}
    if apart or wanted.also:
        values["now"] = clock.now()
    if shape.one_therapist:
        values["therapist"] = wanted.therapist_id
    if wanted.risk:
        values["risk"] = wanted.risk
    if wanted.registration:
        values["registration"] = wanted.registration
    if wanted.created_since:
        values["created_at"] = wanted.created_since
    if wanted.updated_since:
        values["updated_at"] = wanted.updated_since
    values |= {f"t{n}": tag_id for n, tag_id in enumerate(wanted.tag_ids)}
    for n, word in enumerate(words):
        values |= {f"w{n}": word, f"e{n}": word + _LAST}
    return _Part(shape, tuple(therapists or ()), values)


@prepared
def _read(shape: _Shape, step: _Step, **values: Any) -> QuerySet[Any, Any]:
    """One page, read along an index of clients."""
    rows, key, client_id = _beyond(shape, step, values)
    return _sorted(rows, step, F(key), client_id).values_list(*_FACTS)[: step.limit]


@prepared
def _ids(shape: _Shape, step: _Step, **values: Any) -> QuerySet[Any, Any]:
    """The ids of one page with their keys. Where many are gathered and sorted, the rest of them would weigh."""
    rows, key, client_id = _beyond(shape, step, values)
    first: F | Coalesce = F(key)
    if shape.start is _Start.TIES:
        rows = rows.distinct()
    elif shape.gathered:
        # Few clients, not in order in any index: gather, then sort. By the bare column SQLite would walk through
        # everybody's clients in order instead.
        first = _unindexed(key)
    return _sorted(rows, step, first, client_id).values_list(client_id, key)[: step.limit]


def _beyond(shape: _Shape, step: _Step, values: Mapping[str, Any]) -> tuple[QuerySet[Any], str, str]:
    rows, key, client_id = _rows(shape, values)
    if step.from_place:
        if shape.gathered:  # as above: the index of the order is no beginning
            return rows.filter(_past(_unindexed(key), client_id, step, values)), key, client_id
        way = "gt" if step.up else "lt"
        # The first condition says again what the second implies, since only it tells the index where to begin.
        beyond = Q(**{f"{key}__{way}": values["key"]}) | Q(**{f"{client_id}__{way}": values["key_id"]})
        rows = rows.filter(Q(**{f"{key}__{way}e": values["key"]}) & beyond)
    return rows, key, client_id


def _past(key: Coalesce, client_id: str, step: _Step, values: Mapping[str, Any]) -> Q:
    """Beyond a place, by a key without an index."""
    further = GreaterThan if step.up else LessThan
    same = Q(Exact(key, values["key"])) & Q(**{f"{client_id}__{'gt' if step.up else 'lt'}": values["key_id"]})
    return Q(further(key, values["key"])) | same


def _sorted(rows: QuerySet[Any], step: _Step, key: F | Coalesce, client_id: str) -> QuerySet[Any]:
    by_id = F(client_id)
    return rows.order_by(key.asc(), by_id.asc()) if step.up else rows.order_by(key.desc(), by_id.desc())


@prepared
def _counted(shape: _Shape, **values: Any) -> QuerySet[Any, Any]:
    return _count(shape, values).values_list("clients")


@prepared
def _counted_by_therapist(shape: _Shape, **values: Any) -> QuerySet[Any, Any]:
    rows, _, client_id = _rows(shape, values)
    therapist = "primary_id" if client_id == "id" else "client__primary_id"
    counts: QuerySet[Any, Any] = rows.order_by().values(therapist).annotate(clients=Count(client_id))
    return counts.values_list(therapist, "clients")


@prepared
def _with_therapists(shape: _Shape, **values: Any) -> QuerySet[Any, Any]:
    rows, key, client_id = _rows(shape, values)
    therapist: Any = "primary_id" if client_id == "id" else "client__primary_id"
    if shape.start is _Start.TIES:  # looked up for each, as their key is
        therapist = Subquery(Client.objects.filter(pk=OuterRef("client_id")).values("primary_id"))
    return rows.order_by().values_list(client_id, key, therapist)


@prepared
def _counted_by_status(*shapes: _Shape, **values: Any) -> QuerySet[Any, Any]:
    """For each shape its status, how many there are, and whether they are those of the further ties."""
    first, *others = (
        _count(shape, values)
        .annotate(otherwise=Value(int(shape.start is _Start.TIES)))
        .values_list("counted", "clients", "otherwise")
        for shape in shapes
    )
    together: QuerySet[Any, Any] = first.union(*others, all=True)
    return together


def _count(shape: _Shape, values: Mapping[str, Any]) -> QuerySet[Any, Any]:
    """One row: a status, and how many there are. Grouped by status, twice as much would be done for each of them."""
    rows, _, client_id = _rows(shape, values)
    if shape.start is _Start.TIES:
        # A client can have several. By the bare column SQLite would walk through everybody's ties, client by client.
        clients = Count(Coalesce(client_id, "member_id"), distinct=True)
    else:
        clients = Count("*")  # of the ids, every index would have to hold them
    one: QuerySet[Any, Any] = rows.order_by().values(counted=Value(shape.status)).annotate(clients=clients)
    return one


def _rows(shape: _Shape, values: Mapping[str, Any]) -> tuple[QuerySet[Any], str, str]:
    """The rows to read, each of one client, with the names of their key and of the client's id.

    Only of ties a client has several: whoever reads those counts or keeps each client once.
    """
    if shape.start is _Start.TIES:
        # The client is looked up for each tie: joined, or asked for those among the ties, SQLite would rather walk
        # through all clients of the practice, as it has no statistics that tell it how many those are.
        theirs = Client.objects.filter(_of_nobody_here(shape, values), pk=OuterRef("client_id"))
        found = _narrowed(theirs, shape, values)
        ties = further_ties(_members(shape, values), values["now"])
        ties = ties.annotate(key=Subquery(found.values(shape.key)))
        return ties.filter(key__isnull=False), "key", "client_id"
    if shape.start is _Start.CLIENTS:
        rows = _narrowed(Client.objects.filter(_of_therapists(shape, values, "")), shape, values)
        return rows, shape.key, "id"
    narrow: QuerySet[Any]
    if shape.start is _Start.WORDS:
        once = "shared_in_name" if shape.names_only else "shared"
        narrow = ClientWord.objects.filter(
            word__gte=values["w0"], word__lte=values["e0"], **{f"{once}__lt": shape.letters[0]}
        )
        narrow = _with_tags(narrow, shape, values, "client_id", 0)
    else:
        narrow = _with_tags(ClientTag.objects.filter(tag_id=values["t0"]), shape, values, "client_id", 1)
    narrow = narrow.filter(
        _of_therapists(shape, values, "client__"), *_facts_are(shape, values, "client__"), status=shape.status
    )
    narrow = _with_words(narrow, shape, values, "client_id", 1)
    if shape.order != BY_NAME:
        rows = Client.objects.filter(status=shape.status, pk__in=narrow.values("client_id"))
        return rows.filter(_blank_or_not(shape)), shape.key, "id"
    return narrow, shape.key, "client_id"


def _narrowed(clients: QuerySet[Client], shape: _Shape, values: Mapping[str, Any]) -> QuerySet[Client]:
    """Those clients who are wanted for everything besides their ties."""
    facts = _facts_are(shape, values, "")
    rows = clients.filter(_seen_also(shape, values), *facts, _blank_or_not(shape), status=shape.status)
    return _with_tags(_with_words(rows, shape, values, "id", 0), shape, values, "id", 0)


def _of_therapists(shape: _Shape, values: Mapping[str, Any], path: str) -> Q:
    if shape.unassigned:
        return Q(**{f"{path}primary_id__isnull": True})
    if shape.therapists is None:
        return Q()
    members = _members(shape, values)
    return (
        Q(**{f"{path}primary_id": members[0]})
        if len(members) == 1
        else Q(**{f"{path}primary_id__in": members})
    )


def _of_nobody_here(shape: _Shape, values: Mapping[str, Any]) -> Q:
    members = _members(shape, values)
    if shape.one_therapist:
        return Q(primary_id=values["therapist"])
    return Q(primary_id__isnull=True) if shape.unassigned else ~Q(primary_id__in=members)


def _members(shape: _Shape, values: Mapping[str, Any]) -> list[UUID]:
    return [values[f"m{n}"] for n in range(shape.therapists or 0)]


def _seen_also(shape: _Shape, values: Mapping[str, Any]) -> Q:
    if shape.also is None:
        return Q()
    return reached_by([values[f"a{n}"] for n in range(shape.also)], values["now"])


def _with_words(
    rows: QuerySet[Any], shape: _Shape, values: Mapping[str, Any], client_id: str, first: int
) -> QuerySet[Any]:
    of_name = {"shared_in_name__lt": NOT_OF_NAME} if shape.names_only else {}
    for n in range(first, len(shape.letters)):
        word = ClientWord.objects.filter(word__gte=values[f"w{n}"], word__lte=values[f"e{n}"], **of_name)
        rare = shape.letters[n] > _COMMON
        gather = shape.letters[0] <= _COMMON if first else (shape.therapists or 0) > 1 and rare
        rows = _of_these(rows, shape, word, client_id, gather=gather)
    return rows


def _with_tags(
    rows: QuerySet[Any], shape: _Shape, values: Mapping[str, Any], client_id: str, first: int
) -> QuerySet[Any]:
    common = shape.start is _Start.WORDS and shape.letters[0] <= _COMMON
    for n in range(first, shape.tags):
        tagged = ClientTag.objects.filter(tag_id=values[f"t{n}"])
        rows = _of_these(rows, shape, tagged, client_id, gather=common)
    return rows


def _facts_are(
    shape: _Shape, values: Mapping[str, Any], path: str
) -> Iterable[Q | Exact[Any] | GreaterThanOrEqual[Any]]:
    """At a level of risk, registered so far, made or changed since a moment.

    Where that is so of very many, its index is no beginning.
    """

    def fact(field: str) -> F | Coalesce:
        return _unindexed(f"{path}{field}") if shape.dense else F(f"{path}{field}")

    if shape.risk:
        if not shape.dense:  # what the index of levels says: that there is one
            yield ~Q(**{f"{path}risk": ""})
        yield Exact(fact("risk"), values["risk"])
    if shape.no_risk:  # most clients, and none in the index of levels
        yield Exact(F(f"{path}risk"), "")
    if shape.registration:
        yield Exact(fact("registration"), values["registration"])
    if shape.created_since:
        yield GreaterThanOrEqual(fact("created_at"), values["created_at"])
    if shape.updated_since:
        yield GreaterThanOrEqual(fact("updated_at"), values["updated_at"])


def _blank_or_not(shape: _Shape) -> Q:
    """Those who have something in the field of the order, or those who have nothing there."""
    if shape.blank is None:
        return Q()
    if shape.gathered:  # the index of the order is no beginning here
        field = _unindexed(shape.order)
        if shape.order in NULL_BLANKS:
            return Q(IsNull(field, shape.blank))
        return Q(Exact(field, "") if shape.blank else GreaterThan(field, ""))
    if shape.order in NULL_BLANKS:
        return Q(**{f"{shape.order}__isnull": shape.blank})
    return Q(**{shape.order if shape.blank else f"{shape.order}__gt": ""})


def _unindexed(field: str) -> Coalesce:
    """A field, so written that no index of it is used."""
    return Coalesce(field, field)


def _of_these(
    rows: QuerySet[Any], shape: _Shape, wanted: QuerySet[Any], client_id: str, *, gather: bool
) -> QuerySet[Any]:
    """Keep the rows of clients who are among the wanted ones: gathered all at once, or asked about one by one.

    Gathering pays where the candidates are many and the wanted ones few.
    """
    if gather:
        return rows.filter(**{f"{client_id}__in": wanted.filter(status=shape.status).values("client_id")})
    return rows.filter(Exists(wanted.filter(client_id=OuterRef(client_id))))
