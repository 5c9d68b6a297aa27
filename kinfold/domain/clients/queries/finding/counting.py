"""How many clients there are: in all, in each status, of each therapist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from kinfold.domain.clients.models import Client, ClientStatus, Headcount
from kinfold.domain.clients.queries.finding.narrowing import rows_for
from kinfold.domain.clients.queries.finding.shapes import BY_NAME, Shape, Start, Wanted, many, parts_of
from kinfold.domain.kernel.prepared import prepared


def counted(wanted: Wanted) -> int:
    """How many clients there are in all."""
    parts = parts_of(replace(wanted, order=BY_NAME, blank=None))
    return sum(row[0] for part in parts for row in _counted(part.shape, **part.values))


def counted_by_therapist(wanted: Wanted, total: int) -> dict[UUID | None, int]:
    """How many clients there are of each therapist, and without one; of a long list at most so many.

    Looking at each of very many clients would take longer than asking about a therapist too many.
    """
    if many(total):
        wanted = Wanted(
            status=wanted.status,
            members=wanted.members,
            further=wanted.further,
            therapist_id=wanted.therapist_id,
            unassigned=wanted.unassigned,
        )
    counts = Counter[UUID | None]()
    for part in parts_of(wanted):
        if part.shape.start is Start.TIES:
            counts.update(row[2] for row in set(_with_therapists(part.shape, **part.values)))
        else:
            counts.update(dict(_counted_by_therapist(part.shape, **part.values)))
    return dict(counts)


def with_therapists(wanted: Wanted) -> list[tuple[UUID, str, UUID | None]]:
    """All clients there are, with their key and their therapist; some several times. For lists in order of names."""
    return [row for part in parts_of(wanted) for row in _with_therapists(part.shape, **part.values)]


def occurring(wanted: Wanted, field: str) -> set[str]:
    """What the clients there are have in a field of their own."""
    return {row[0] for part in parts_of(wanted) for row in _occurring(part.shape, field, **part.values)}


def reached_in_all(members: frozenset[UUID]) -> tuple[Counter[str], bool]:
    """How many clients somebody sees by ties in each status, and whether some of them by further ones."""
    shown = Counter[str]()
    further = False
    if members:
        wanted = Wanted(status=ClientStatus.ACTIVE, members=members, further=True)
        parts = list(parts_of(wanted))
        shapes = [part.shape for part in parts]
        for status, clients, otherwise in _counted_by_status(*shapes, **parts[-1].values):
            shown[status] += clients
            further |= bool(otherwise and clients)
    return shown, further


@prepared
def _counted(shape: Shape, **values: Any) -> QuerySet[Any, Any]:
    return _count(shape, values).values_list("clients")


@prepared
def _counted_by_therapist(shape: Shape, **values: Any) -> QuerySet[Any, Any]:
    rows, _, client_id = rows_for(shape, values)
    therapist = "primary_id" if client_id == "id" else "client__primary_id"
    counts: QuerySet[Any, Any] = rows.order_by().values(therapist).annotate(clients=Count(client_id))
    return counts.values_list(therapist, "clients")


@prepared
def _with_therapists(shape: Shape, **values: Any) -> QuerySet[Any, Any]:
    rows, key, client_id = rows_for(shape, values)
    therapist: Any = "primary_id" if client_id == "id" else "client__primary_id"
    if shape.start is Start.TIES:  # looked up for each, as their key is
        therapist = Subquery(Client.objects.filter(pk=OuterRef("client_id")).values("primary_id"))
    return rows.order_by().values_list(client_id, key, therapist)


@prepared
def _occurring(shape: Shape, field: str, **values: Any) -> QuerySet[Any, Any]:
    rows, _, client_id = rows_for(shape, values)
    path: Any = field if client_id == "id" else f"client__{field}"
    if shape.start is Start.TIES:  # looked up for each, as their key is
        path = Subquery(Client.objects.filter(pk=OuterRef("client_id")).values(field))
    return rows.order_by().values_list(path).distinct()


@prepared
def _counted_by_status(*shapes: Shape, **values: Any) -> QuerySet[Any, Any]:
    """For each shape and each status how many there are, and whether they are those of the further ties."""
    first, *others = (
        _count(replace(shape, status=status.value), values)
        .annotate(otherwise=Value(int(shape.start is Start.TIES)))
        .values_list("of", "clients", "otherwise")
        for shape in shapes
        for status in ClientStatus
    )
    together: QuerySet[Any, Any] = first.union(*others, all=True)
    return together


def _count(shape: Shape, values: Mapping[str, Any]) -> QuerySet[Any, Any]:
    """One row: a status, and how many there are. Grouped by status, twice as much would be done for each of them."""
    rows, _, client_id = rows_for(shape, values)
    if connection.vendor == "postgresql" and (kept := _counted_along(shape, values)):
        rows = Headcount.objects.filter(counted__in=kept, status=shape.status)
        clients: Any = Coalesce(Sum("clients"), 0)
    elif shape.start is Start.TIES:
        # A client can have several. By the bare column SQLite would walk through everybody's ties, client by client.
        clients = Count(Coalesce(client_id, "member_id"), distinct=True)
    else:
        clients = Count("*")  # of the ids, every index would have to hold them
    one: QuerySet[Any, Any] = rows.order_by().values(of=Value(shape.status)).annotate(clients=clients)
    return one


def _counted_along(shape: Shape, values: Mapping[str, Any]) -> list[UUID]:
    """Whose numbers PostgreSQL keeps, where nothing else is asked for: those of therapists, or of one tag."""
    asked = replace(shape, names_only=False)  # which matters to words alone
    if shape.therapists and asked == Shape(Start.CLIENTS, shape.status, therapists=shape.therapists):
        return [values[f"m{n}"] for n in range(shape.therapists)]
    if asked == Shape(Start.TAG, shape.status, tags=1):
        return [values["t0"]]
    return []
