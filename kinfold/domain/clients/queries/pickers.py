"""What lists of clients can be filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import ClientTag, Tag
from kinfold.domain.clients.visibility import (
    members_reached,
    refuse_unless_sees_clients,
    viewer_of,
    visible_for,
)
from kinfold.domain.team.models import Member, MemberRole


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTags:
    """All tags that the actor can meet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTherapists:
    """All therapists whose clients the actor can meet."""


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
    tags = Tag.objects.order_by("key")
    if members_reached(viewer) is not None:
        on_theirs = ClientTag.objects.filter(client_id__in=visible_for(viewer).values("id"))
        tags = tags.filter(pk__in=on_theirs.values("tag_id"))
    return tuple(Choice(id=tag_id, name=name) for tag_id, name in tags.values_list("id", "name"))


@query(None)
def list_therapists(actor: Actor, data: ListTherapists) -> tuple[Choice, ...]:
    """By name: everybody who sees or saw clients, or for others themselves and whom they supervise."""
    refuse_unless_sees_clients(actor)
    viewer = viewer_of(actor)
    reached = members_reached(viewer) if viewer else frozenset[UUID]()
    people = Member.objects.order_by("sort_key", "id")
    if reached is None:
        people = people.filter(pk__in=MemberRole.objects.filter(role__clinical=True).values("member_id"))
    else:
        people = people.filter(pk__in=reached)
    rows = people.values_list("id", "first_name", "last_name")
    return tuple(Choice(id=member_id, name=f"{first} {last}".strip()) for member_id, first, last in rows)
