"""What lists of clients can be filtered by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.models import Client, ClientTag, Tag
from kinfold.domain.clients.visibility import (
    further_ties,
    members_reached,
    refuse_unless_sees_clients,
    viewer_of,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.team.models import Member, MemberRole

# Above every letter, so that all that begin with something lie between it and it followed by this.
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTags:
    """All tags that the actor can meet, or the first of those that begin with something, or `only` these."""

    beginning: str = ""
    limit: int | None = None
    only: tuple[UUID, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTherapists:
    """All therapists whose clients the actor can meet, or `only` this one."""

    only: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Something to choose from a list."""

    id: UUID
    name: str


@query(Permission.CLIENTS_PROFILE)
def list_tags(actor: Actor, data: ListTags) -> tuple[Choice, ...]:
    """The practice's tags by name; those who do not see all clients get the tags of the clients they see."""
    viewer = viewer_of(actor)
    if viewer is None:
        return ()
    reached, key = members_reached(viewer), tag_key(data.beginning.strip())
    rows: Iterable[tuple[UUID, str]]
    if data.only == ():
        return ()
    if reached is None and data.only:
        rows = _these_tags(len(data.only), **{f"t{n}": tag_id for n, tag_id in enumerate(data.only)})
    elif reached is None and (key or data.limit):
        found = tags_beginning(data.beginning)
        rows = found.order_by("key").values_list("id", "name")[: data.limit]
    elif reached is None:
        rows = _tags()
    elif not reached or "\x00" in key:  # no tag holds a NUL, and PostgreSQL takes none
        rows = ()
    else:
        only = {f"t{n}": tag_id for n, tag_id in enumerate(data.only or ())}
        typed = {"first": key, "last": key + _LAST} if key else {}
        values = {**_values(reached), **only, **typed}
        rows = _tags_met(len(reached), len(only), bool(key), data.limit, now=clock.now(), **values)
    return tuple(Choice(id=tag_id, name=name) for tag_id, name in rows)


def tags_beginning(typed: str) -> QuerySet[Tag]:
    """The practice's tags that begin with what was typed. No tag holds a NUL, and PostgreSQL takes none."""
    key = tag_key(typed.strip())
    return Tag.objects.none() if "\x00" in key else Tag.objects.filter(key__startswith=key)


@query(None)
def list_therapists(actor: Actor, data: ListTherapists) -> tuple[Choice, ...]:
    """By name: everybody who sees or saw clients, or for others themselves and whom they supervise."""
    refuse_unless_sees_clients(actor)
    viewer = viewer_of(actor)
    reached = members_reached(viewer) if viewer else frozenset[UUID]()
    if data.only:
        reached = reached if reached is None else reached & {data.only}
    if reached is None:
        rows = _clinical(**({"member_id": data.only} if data.only else {}))
    else:
        rows = _named(len(reached), **_values(reached))
    return tuple(Choice(id=member_id, name=f"{first} {last}".strip()) for member_id, first, last in rows)


def _values(reached: Iterable[UUID]) -> dict[str, UUID]:
    return {f"m{n}": member for n, member in enumerate(reached)}


@prepared
def _tags() -> QuerySet[Tag, tuple[UUID, str]]:
    return Tag.objects.order_by("key").values_list("id", "name")


@prepared
def _these_tags(_count: int, **tags: UUID) -> QuerySet[Tag, tuple[UUID, str]]:
    return Tag.objects.filter(pk__in=list(tags.values())).order_by("key").values_list("id", "name")


@prepared
def _tags_met(
    members: int, only: int, typed: bool, limit: int | None, *, now: datetime, **values: Any
) -> QuerySet[Tag, tuple[UUID, str]]:
    # Each tag is met as soon as one client is found: nobody's clients are gathered. That is why one client is asked for
    # after the other, and by id: joined, SQLite would begin with all the clients of these members; asked whether there
    # is any, PostgreSQL would answer for all at once, through everybody's. Of thousands of tags only those are looked
    # at that are asked for.
    those = [values[f"m{n}"] for n in range(members)]
    theirs = Client.objects.filter(pk=OuterRef("client_id"), primary_id__in=those)
    met = ClientTag.objects.alias(theirs=_first(theirs, "id")).filter(
        tag_id=OuterRef("id"), theirs__isnull=False
    )
    met_otherwise = ClientTag.objects.filter(
        tag_id=OuterRef("id"), client_id__in=further_ties(those, now).values("client_id")
    )
    tags = Tag.objects.alias(met=_first(met, "client_id"))
    if only:
        tags = tags.filter(pk__in=[values[f"t{n}"] for n in range(only)])
    if typed:
        tags = tags.filter(key__gte=values["first"], key__lte=values["last"])
    tags = tags.filter(Q(met__isnull=False) | Q(Exists(met_otherwise)))
    return tags.order_by("key").values_list("id", "name")[:limit]


def _first(rows: QuerySet[Any], field: str) -> Subquery:
    return Subquery(rows.values(field)[:1])


@prepared
def _clinical(**of: UUID) -> QuerySet[Member, tuple[UUID, str, str]]:
    roles = MemberRole.objects.filter(role__clinical=True, **of)
    people = Member.objects.filter(pk__in=roles.values("member_id"))
    return people.order_by("sort_key", "id").values_list("id", "first_name", "last_name")


@prepared
def _named(_count: int, **members: UUID) -> QuerySet[Member, tuple[UUID, str, str]]:
    people = Member.objects.filter(pk__in=list(members.values()))
    return people.order_by("sort_key", "id").values_list("id", "first_name", "last_name")
