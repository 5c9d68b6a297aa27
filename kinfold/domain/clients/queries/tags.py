"""The practice's tags with how many clients have each, for those who tidy them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import ClientTag
from kinfold.domain.clients.queries.pickers import tags_beginning
from kinfold.domain.kernel.errors import NotAllowed

PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTagUse:
    """The tags whose names begin with something, or all."""

    beginning: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagUse:
    """A tag, and how many clients have it, archived ones included."""

    id: UUID
    name: str
    clients: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TagPage:
    """At most 100 tags by name, and how many there are."""

    rows: tuple[TagUse, ...]
    total: int


@query(Permission.CLIENTS_CHANGE)
def list_tag_use(actor: Actor, data: ListTagUse) -> TagPage:
    """Tags and their clients, for those who see all clients."""
    if not actor.may(Permission.CLIENTS_SEE_ALL):
        raise NotAllowed
    tags = tags_beginning(data.beginning)
    of_tag = ClientTag.objects.filter(tag_id=OuterRef("id")).order_by().values("tag_id")
    counted = of_tag.annotate(clients=Count("id")).values("clients")
    rows = tags.order_by("key").values_list("id", "name", Subquery(counted))[:PAGE]
    return TagPage(
        rows=tuple(TagUse(id=tag_id, name=name, clients=count or 0) for tag_id, name, count in rows),
        total=tags.count(),
    )
