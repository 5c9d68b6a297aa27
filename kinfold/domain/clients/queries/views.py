"""Saved views of the list of clients: one's own and those that are shared."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.clients.commands.viewing import may_share, view_of, views_of
from kinfold.domain.clients.models import ListLayout, SavedView
from kinfold.domain.clients.queries import stored
from kinfold.domain.clients.queries.listing import ListClients
from kinfold.domain.clients.visibility import refuse_unless_sees_clients


@dataclass(frozen=True, kw_only=True, slots=True)
class ListViews:
    """One's own and those that are shared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetView:
    """Which one."""

    view_id: UUID


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A saved view. `own`: the asker's; `default`: their list begins with it; `can_change`: they may rename it."""

    id: UUID
    name: str
    shared: bool
    own: bool
    default: bool
    can_change: bool
    columns: tuple[str, ...]
    page_size: int
    matching: ListClients


@query(None)
def list_views(actor: Actor, data: ListViews) -> tuple[ViewRow, ...]:
    """By name, one's own first."""
    refuse_unless_sees_clients(actor)
    if actor.member_id is None:
        return ()
    begun = _begun(actor.member_id)
    found = views_of(actor).order_by("key", "id")
    rows = [_row(actor, view, begun) for view in found]
    return tuple(sorted(rows, key=lambda row: not row.own))


@query(None)
def get_view(actor: Actor, data: GetView) -> ViewRow:
    """One view. Raises NotFound unless it is one's own or shared."""
    view = view_of(actor, data.view_id)
    return _row(actor, view, _begun(actor.member_id))


def _begun(member_id: UUID | None) -> UUID | None:
    if member_id is None:
        return None
    mine = ListLayout.objects.filter(member_id=member_id)
    return mine.values_list("default_view_id", flat=True).first()


def _row(actor: Actor, view: SavedView, begun: UUID | None) -> ViewRow:
    own = view.member_id == actor.member_id
    return ViewRow(
        id=view.id,
        name=view.name,
        shared=view.shared,
        own=own,
        default=view.id == begun,
        can_change=own or may_share(actor),
        columns=tuple(view.columns),
        page_size=view.page_size,
        matching=stored.read(view.wanted),
    )
