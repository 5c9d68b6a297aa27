"""Clients in the order of their first tags by name: read along the index of each tag, one tag after another.

A tag's stretch holds those of its clients who have no tag before it, so that each client comes once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery, TextField

from kinfold.domain.clients.models import ClientTag, Tag
from kinfold.domain.clients.queries.finding.narrowing import rows_for
from kinfold.domain.clients.queries.finding.reading import Beyond
from kinfold.domain.clients.queries.finding.shapes import BY_NAME, BY_TAG, Shape, Wanted, parts_of
from kinfold.domain.kernel.prepared import prepared


class TagPlace(NamedTuple):
    """Where a page begins: a client's first tag, their key among its clients, and their id."""

    tag: str
    key: str
    key_id: UUID


@dataclass(frozen=True, slots=True)
class _Way:
    """Which part of the order is read: the tags and the names upwards or downwards, from a place, at most so many."""

    tags_up: bool
    names_up: bool
    from_place: bool
    limit: int


class _First(Func):
    """The smallest there is. It is no `Aggregate` to the ORM, which would group by the rest of the question."""

    function = "MIN"
    output_field = TextField()


def tagged(wanted: Wanted, *, down: bool, backwards: bool, place: TagPlace | None, limit: int) -> list[UUID]:
    """Those of the wanted clients who have a tag, in the order in which they are read; the list has one part."""
    (part,) = parts_of(replace(wanted, order=BY_TAG))
    way = _Way(down == backwards, not backwards, place is not None, limit)
    values = part.values | (place._asdict() if place else {})
    return [row[0] for row in _tagged(part.shape, way, **values)]


def with_first_tags(wanted: Wanted) -> list[tuple[UUID, str, str | None]]:
    """All clients there are, with their key and that of their first tag; some several times."""
    parts = parts_of(replace(wanted, order=BY_NAME))
    return [row for part in parts for row in _with_first_tags(part.shape, **part.values)]


def first_tag_of(client_id: UUID) -> str | None:
    """The key of a client's first tag, or None without one."""
    return next((row[0] for row in _first_tag_of(client_id=client_id)), None)


@prepared
def _tagged(shape: Shape, way: _Way, **values: Any) -> QuerySet[Any, Any]:
    rows, key, client_id = rows_for(shape, values)
    # The tags are looked up for each client: beginning with them, thousands would be asked about.
    before = ClientTag.objects.filter(client_id=OuterRef(client_id))
    before = before.annotate(before=_key_of_tag()).filter(before__lt=OuterRef("tag__key"))
    rows = rows.filter(~Exists(before))
    if way.from_place:
        further = "gt" if way.tags_up else "lt"
        same_tag = Beyond(key, client_id, values["key"], values["key_id"], up=way.names_up)
        beyond = Q(**{f"tag__key__{further}": values["tag"]}) | Q(same_tag)
        # The first condition says again what the second implies: it tells the index of tags where to begin.
        rows = rows.filter(Q(**{f"tag__key__{further}e": values["tag"]}) & beyond)
    tag, names = F("tag__key"), [F(key), F(client_id)]
    order = [tag.asc() if way.tags_up else tag.desc()]
    order += [name.asc() if way.names_up else name.desc() for name in names]
    return rows.order_by(*order).values_list(client_id)[: way.limit]


@prepared
def _with_first_tags(shape: Shape, **values: Any) -> QuerySet[Any, Any]:
    rows, key, client_id = rows_for(shape, values)
    theirs = ClientTag.objects.filter(client_id=OuterRef(client_id)).order_by()
    first = Subquery(theirs.values_list(_First(_key_of_tag())))
    return rows.order_by().values_list(client_id, key, first)


@prepared
def _first_tag_of(*, client_id: UUID) -> QuerySet[Any, Any]:
    return ClientTag.objects.filter(client_id=client_id).order_by("tag__key").values_list("tag__key")[:1]


def _key_of_tag() -> Subquery:
    return Subquery(Tag.objects.filter(id=OuterRef("tag_id")).values("key"))
