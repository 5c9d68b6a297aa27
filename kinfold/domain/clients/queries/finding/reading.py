"""Which clients stand on a page, and what lists show of them."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from kinfold.domain.clients.models import Client, ClientTag, Tag
from kinfold.domain.clients.queries.finding.counting import counted
from kinfold.domain.clients.queries.finding.narrowing import rows_for, unindexed
from kinfold.domain.clients.queries.finding.shapes import (
    BY_NAME,
    Part,
    Place,
    Shape,
    Start,
    Step,
    Wanted,
    parts_of,
    quicker,
)
from kinfold.domain.kernel.prepared import Question, prepared

# So many clients are read by their ids in one question.
_AT_ONCE = 201
# Of up to so many members the clients are read one member after another.
_FEW_MEMBERS = 50


class Facts(NamedTuple):
    """What lists show of a client, as it is stored. `tags` are names with `BETWEEN_TAGS` between them, in no order."""

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
    tags: str | None


# No control character is in a name.
BETWEEN_TAGS = "\x1f"
_STORED = (*Facts._fields[1:-4], "primary_id", "primary__first_name", "primary__last_name")


class _Joined(Func):
    """One text of all there are. It is no `Aggregate` to the ORM, which would group by the rest of the question."""

    function = "STRING_AGG"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """The name that every SQLite knows it by."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **more)


def found(wanted: Wanted, *, up: bool, place: Place | None, limit: int, total: int) -> list[Facts]:
    """One page in the order in which it is read. `total`: how many clients there are in all."""
    step = Step(up=up, from_place=place is not None, limit=limit)
    parts = [quicker(part, total) for part in parts_of(wanted)]
    if place is not None:
        for part in parts:
            part.others.update(key=place.key, key_id=place.client_id)
    if len(parts) == 1 and _in_order(parts[0].shape):
        return list(map(Facts._make, _read(parts[0].shape, step, **parts[0].values)))
    if connection.vendor == "postgresql" and len(parts) == 1 and _each_in_order(parts[0].shape):
        return list(map(Facts._make, _merged(parts[0], step, about=_facts_about)))
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
    return _with_facts(Client.objects.filter(pk__in=list(clients.values())), "id")


@prepared
def _facts_about(*, row_id: UUID) -> QuerySet[Client, Any]:
    return _with_facts(Client.objects.filter(pk=row_id), "id")


def _with_facts(rows: QuerySet[Any, Any], client_id: str) -> QuerySet[Any, Any]:
    """What lists show of these clients, their tags in the same question: a message to PostgreSQL takes longer."""
    # Each tag is looked up: in a join, either database would rather begin with all the tags of the practice.
    name = Subquery(Tag.objects.filter(id=OuterRef("tag_id")).values("name"))
    of_client = ClientTag.objects.filter(client_id=OuterRef(client_id)).order_by()
    path = "" if client_id == "id" else "client__"
    return rows.values_list(
        client_id,
        *(f"{path}{field}" for field in _STORED),
        Subquery(of_client.values_list(_Joined(name, Value(BETWEEN_TAGS)))),
    )


def _ids_of(part: Part, step: Step) -> list[tuple[Any, ...]]:
    """The ids of one part's page with their keys."""
    if not _each_in_order(part.shape):
        return _ids(part.shape, step, **part.values)
    return _merged(part, step)


def _merged(part: Part, step: Step, about: Question | None = None) -> list[tuple[Any, ...]]:
    """The page of several members' clients, of which each member's come in order, or what is shown of them."""
    way = "ASC" if step.up else "DESC"
    order, one = f"{part.shape.key} {way}, id {way}", replace(part.shape, therapists=1)
    return _ids.merged(
        "m0", part.members, one, step, order=order, limit=step.limit, about=about, **part.others
    )


def _in_order(shape: Shape) -> bool:
    """Whether an index gives them in the order of the list: then no more are read than shown."""
    by_index = shape.start is Start.CLIENTS or (shape.start is Start.TAG and shape.order == BY_NAME)
    return by_index and not shape.gathered


def _each_in_order(shape: Shape) -> bool:
    """Whether each member's clients come in the order of the list, so that the first of each are enough.

    A rare word is quicker to gather once than to look for among the clients of one member after another.
    """
    if shape.start is not Start.CLIENTS or shape.order != BY_NAME or shape.letters:
        return False
    return shape.therapists is not None and 1 < shape.therapists <= _FEW_MEMBERS


def everyone(wanted: Wanted, *, most: int) -> list[UUID]:
    """All who are wanted, up to so many."""
    step = Step(up=True, from_place=False, limit=most)
    total = counted(wanted)
    parts = [quicker(part, total) for part in parts_of(replace(wanted, order=BY_NAME, blank=None))]
    return [row[0] for part in parts for row in _ids(part.shape, step, **part.values)][:most]


@prepared
def _read(shape: Shape, step: Step, **values: Any) -> QuerySet[Any, Any]:
    """One page, read along an index of clients, or of those with a tag."""
    rows, key, client_id = _beyond(shape, step, values)
    return _with_facts(_sorted(rows, step, F(key), client_id), client_id)[: step.limit]


@prepared
def _ids(shape: Shape, step: Step, **values: Any) -> QuerySet[Any, Any]:
    """The ids of one page with their keys. Where many are gathered and sorted, the rest of them would weigh."""
    rows, key, client_id = _beyond(shape, step, values)
    first: F | Coalesce = F(key)
    if shape.start is Start.TIES:
        rows = rows.distinct()
    elif shape.gathered:
        # Few clients, not in order in any index: gather, then sort. By the bare column SQLite would walk through
        # everybody's clients in order instead.
        first = unindexed(key)
    return _sorted(rows, step, first, client_id).values_list(client_id, key)[: step.limit]


def _beyond(shape: Shape, step: Step, values: Mapping[str, Any]) -> tuple[QuerySet[Any], str, str]:
    rows, key, client_id = rows_for(shape, values)
    if step.from_place:
        by = unindexed(key) if shape.gathered else key  # as above: the index of the order is no beginning
        rows = rows.filter(Beyond(by, client_id, values["key"], values["key_id"], up=step.up))
    return rows, key, client_id


class Beyond(Func):
    """Beyond a place in the order of two fields, compared as a pair: so an index of both begins there."""

    output_field = BooleanField()

    def __init__(self, key: str | Coalesce, client_id: str, *place: Any, up: bool) -> None:
        super().__init__(key, client_id)
        self.place, self.up = place, up

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Each of the place's values is sent as its field's are."""
        resolved = super().resolve_expression(*args, **kwargs)
        fields = resolved.source_expressions[:2]  # the rest, when it was resolved before
        values = [Value(one, field.output_field) for one, field in zip(self.place, fields, strict=True)]
        resolved.source_expressions = [*fields, *values]
        return resolved

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list[Any]]:
        """`(key, id) > (place)`."""
        parts = [compiler.compile(one) for one in self.source_expressions]
        key, client_id, *place = (sql for sql, _ in parts)
        sql = f"({key}, {client_id}) {'>' if self.up else '<'} ({', '.join(place)})"
        return sql, [parameter for _, parameters in parts for parameter in parameters]


def _sorted(rows: QuerySet[Any], step: Step, key: F | Coalesce, client_id: str) -> QuerySet[Any]:
    by_id = F(client_id)
    return rows.order_by(key.asc(), by_id.asc()) if step.up else rows.order_by(key.desc(), by_id.desc())
