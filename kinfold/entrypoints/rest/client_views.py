"""The API of saved views of the list of clients."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status

from kinfold.domain.clients.commands.viewing import (
    BeginWithView,
    ChangeView,
    DeleteView,
    SaveView,
    begin_with_view,
    change_view,
    delete_view,
    save_view,
)
from kinfold.domain.clients.queries.listing import ListClients
from kinfold.domain.clients.queries.views import GetView, ListViews, ViewRow, get_view, list_views

from .client_schemas import ClientFilter
from .clients import wanted_of
from .core import ApiRequest, idempotency_key
from .team_schemas import Body

router = Router(tags=["clients"])


class ViewFilter(Body, ClientFilter):
    """Which clients in which order, as `GET /clients` takes it; a place and words are no part of a view."""


class ViewIn(Body):
    """A list under a name, with the columns and rows of the caller's layout; their own unless it is shared."""

    name: str
    matching: ViewFilter | None = None
    shared: bool = False


class ViewChange(Body):
    """What to change; what is left out stays."""

    name: str | None = None
    shared: bool | None = None


class BeginIn(Body):
    """With which view the caller's list begins on pages; null: with all active clients."""

    view_id: UUID | None


class SavedViewOut(Schema):
    """A saved view. `matching` goes into `GET /clients`, as it is."""

    id: UUID
    name: str
    shared: bool
    own: bool
    default: bool
    can_change: bool
    columns: list[str]
    page_size: int
    matching: ClientFilter


class SavedViewList(Schema):
    """By name, the caller's own first."""

    items: list[SavedViewOut]


@router.get("/clients/views", response=SavedViewList, summary="Saved views")
def views(request: ApiRequest) -> dict[str, Any]:
    """The caller's own, and those that are shared with the practice."""
    return {"items": [_view(view) for view in list_views(request.auth, ListViews())]}


@router.post("/clients/views", response={201: SavedViewOut}, summary="Save a view")
def save(request: ApiRequest, body: ViewIn) -> Status[dict[str, Any]]:
    """Sharing needs `clients:see-all` and `clients:change`."""
    matching = wanted_of(body.matching, "") if body.matching else ListClients()
    data = SaveView(name=body.name, matching=matching, shared=body.shared)
    view_id = save_view(request.auth, data, once=idempotency_key(request))
    return Status(201, _view(get_view(request.auth, GetView(view_id=view_id))))


@router.get("/clients/views/{uuid:view_id}", response=SavedViewOut, summary="One saved view")
def view(request: ApiRequest, view_id: UUID) -> dict[str, Any]:
    """One's own, or one that is shared."""
    return _view(get_view(request.auth, GetView(view_id=view_id)))


@router.patch("/clients/views/{uuid:view_id}", response=SavedViewOut, summary="Rename or share a view")
def change(request: ApiRequest, view_id: UUID, body: ViewChange) -> dict[str, Any]:
    """One's own; with the right to share also what others share."""
    change_view(request.auth, ChangeView(view_id=view_id, name=body.name, shared=body.shared))
    return _view(get_view(request.auth, GetView(view_id=view_id)))


@router.delete("/clients/views/{uuid:view_id}", response={204: None}, summary="Delete a view")
def delete(request: ApiRequest, view_id: UUID) -> Status[None]:
    """Whoever began with it begins with all active clients again."""
    delete_view(request.auth, DeleteView(view_id=view_id))
    return Status(204, None)


@router.put("/clients/layout/default-view", response={204: None}, summary="Choose where the list begins")
def begin(request: ApiRequest, body: BeginIn) -> Status[None]:
    """For the caller alone."""
    begin_with_view(request.auth, BeginWithView(view_id=body.view_id))
    return Status(204, None)


def _view(found: ViewRow) -> dict[str, Any]:
    wanted = found.matching
    return {
        "id": found.id,
        "name": found.name,
        "shared": found.shared,
        "own": found.own,
        "default": found.default,
        "can_change": found.can_change,
        "columns": found.columns,
        "page_size": found.page_size,
        "matching": {
            "view": "archived" if wanted.archived else "active",
            "therapist": "none" if wanted.unassigned else wanted.therapist_id,
            "tag": wanted.tag_ids,
            "risk": wanted.risk or None,
            "registration": wanted.registration or None,
            "created_since": wanted.created_since,
            "updated_since": wanted.updated_since,
            "sort": wanted.sort.value,
        },
    }
