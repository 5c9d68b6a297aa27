"""How a person sees the list of clients, and the facts that stand in columns which are not always shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.columns import DEFAULT, PAGE_SIZE, Column
from kinfold.domain.clients.models import ListLayout
from kinfold.domain.clients.visibility import refuse_unless_sees_clients, visible_to
from kinfold.domain.kernel.columns import Placed, as_it_comes, read
from kinfold.domain.kernel.prepared import prepared


@dataclass(frozen=True, kw_only=True, slots=True)
class GetLayout:
    """One's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDetails:
    """Of which clients."""

    client_ids: tuple[UUID, ...]


class Layout(NamedTuple):
    """All columns that the person may see, in their order, how many rows stand on a page, and which saved view the list
    begins with.
    """

    columns: tuple[Placed[Column], ...]
    page_size: int
    default_view: UUID | None = None

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that are shown."""
        return tuple(column for column, shown in self.columns if shown)


class Details(NamedTuple):
    """What lists show of a client on request."""

    email: str
    phone: str
    birth_date: date | None
    sex_at_birth: str
    added: datetime


@query(None)
def get_layout(actor: Actor, data: GetLayout) -> Layout:
    """How the actor has arranged their list, or how it comes. Columns they may not see are not there for them."""
    refuse_unless_sees_clients(actor)
    rows = _layout(member_id=actor.member_id) if actor.member_id else []
    stored, page_size, default_view = rows[0] if rows else ([], PAGE_SIZE, None)
    columns = read(Column, stored) if stored else _AS_IT_COMES
    return Layout(
        tuple(placed for placed in columns if _may_see(actor, placed.column)), page_size, default_view
    )


@query(Permission.CLIENTS_PROFILE)
def list_details(actor: Actor, data: ListDetails) -> Mapping[UUID, Details]:
    """Contact details and the like of these clients, as far as the actor sees them."""
    rows = visible_to(actor).filter(pk__in=data.client_ids)
    found = rows.values_list("id", "email", "phone", "birth_date", "sex_at_birth", "created_at")
    return {row[0]: Details(*row[1:]) for row in found}


_AS_IT_COMES = as_it_comes(Column, DEFAULT)


def _may_see(actor: Actor, column: Column) -> bool:
    return column.needs is None or column.needs in actor.permissions


@prepared
def _layout(*, member_id: UUID) -> QuerySet[ListLayout, Any]:
    return ListLayout.objects.filter(member_id=member_id).values_list(
        "columns", "page_size", "default_view_id"
    )
