"""Saved views of the list of clients: kept under a name, opened, shared with the practice, and begun with (SPEC 5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.errors import ViewExists
from kinfold.domain.clients.models import ListLayout, SavedView
from kinfold.domain.clients.profile import Refused, words
from kinfold.domain.clients.queries import stored
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.clients.queries.listing import ListClients
from kinfold.domain.clients.visibility import refuse_unless_sees_clients
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.text import folded

says(
    view__created="saved a view of the list of clients",
    view__changed="changed a saved view",
    view__deleted="deleted a saved view",
    view__opened="opened a saved view",
)

MOST_VIEWS: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveView:
    """A name for the list as it is narrowed and sorted, with the columns and rows that the person has now.

    Words that somebody typed are no part of it. `shared`: for everybody of the practice.
    """

    name: str
    matching: ListClients = field(default_factory=ListClients)
    shared: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeView:
    """Which view; None leaves its name, or whether it is shared, as it is."""

    view_id: UUID
    name: str | None = None
    shared: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteView:
    """Which view."""

    view_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenView:
    """Which view."""

    view_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class BeginWithView:
    """With which view one's list begins; None: with all active clients."""

    view_id: UUID | None


@command(None)
def save_view(actor: Actor, data: SaveView) -> UUID:
    """Keep a view. Raises InvalidInput for its name, ViewExists, and NotAllowed to share for those who may not."""
    member_id = _member(actor)
    if data.shared:
        _refuse_unless_shares(actor)
    if SavedView.objects.filter(member_id=member_id).count() >= MOST_VIEWS:
        raise InvalidInput.one("name", f"Keep at most {MOST_VIEWS} views. Delete one that you do not need.")
    name, layout, view_id = _name(data.name), get_layout(actor, GetLayout()), uuid4()
    wanted = stored.written(replace(data.matching, search="", after=None, before=None))
    try:
        with transaction.atomic():
            SavedView.objects.create(
                id=view_id,
                member_id=member_id,
                name=name,
                key=folded(name),
                shared=data.shared,
                wanted=wanted,
                columns=[column.value for column in layout.shown],
                page_size=layout.page_size,
            )
    except IntegrityError:
        raise ViewExists from None
    trail.record(actor, "view.created", subject=("view", view_id), detail={"shared": data.shared})
    return view_id


@command(None)
def change_view(actor: Actor, data: ChangeView) -> None:
    """Rename one's own view, share it, or keep it to oneself. Those who share may also change what others share."""
    view = _mine_to_change(actor, data.view_id)
    changed: dict[str, object] = {}
    if data.name is not None:
        name = _name(data.name)
        changed |= {"name": name, "key": folded(name)}
    if data.shared is not None and data.shared != view.shared:
        _refuse_unless_shares(actor)
        changed["shared"] = data.shared
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.id).update(**changed)
    except IntegrityError:
        raise ViewExists from None
    if changed.get("shared") is False:
        _forget_elsewhere(view, but=view.member_id)
    trail.record(actor, "view.changed", subject=("view", view.id), fields=list(changed))


@command(None)
def delete_view(actor: Actor, data: DeleteView) -> None:
    """Delete a view; whoever began with it begins with all active clients again."""
    _hold_view(data.view_id)
    view = _mine_to_change(actor, data.view_id)
    _forget_elsewhere(view, but=None)
    SavedView.objects.filter(pk=view.id).delete()
    trail.record(actor, "view.deleted", subject=("view", view.id))


@command(None)
def open_view(actor: Actor, data: OpenView) -> None:
    """Bring the columns and rows of a view into one's own list. Which clients it shows, `get_view` says."""
    view = view_of(actor, data.view_id)
    layout = get_layout(actor, GetLayout())
    shown = set(view.columns)
    others = [placed.column.value for placed in layout.columns if placed.column.value not in shown]
    order = [*(name for name in view.columns if name in _KNOWN), *others]
    columns = [name if name in shown else f"-{name}" for name in order]
    _arrange(actor, columns=columns, page_size=view.page_size)
    trail.record(actor, "view.opened", subject=("view", view.id))


@command(None)
def begin_with_view(actor: Actor, data: BeginWithView) -> None:
    """Choose with which view one's list begins; each person their own. Raises NotFound for a view that is gone."""
    member_id = _member(actor)
    view_id = None
    if data.view_id:
        _hold_view(data.view_id)
        view_id = view_of(actor, data.view_id).id
    _arrange(actor, default_view_id=view_id)
    trail.record(actor, "layout.changed", subject=("member", member_id), fields=["default_view"])


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The views that an actor may open: their own, and those that are shared."""
    return SavedView.objects.filter(Q(member_id=actor.member_id) | Q(shared=True))


def view_of(actor: Actor, view_id: UUID) -> SavedView:
    """One of these. Raises NotFound."""
    _member(actor)
    view = views_of(actor).filter(pk=view_id).first()
    if view is None:
        raise NotFound
    return view


def may_share(actor: Actor) -> bool:
    """Whether somebody shares views with the practice: who manages the records of all clients."""
    return actor.may(Permission.CLIENTS_SEE_ALL, Permission.CLIENTS_CHANGE)


_KNOWN: Final = {column.value for column in Column}


def _member(actor: Actor) -> UUID:
    refuse_unless_sees_clients(actor)
    if actor.member_id is None:
        raise NotAllowed
    return actor.member_id


def _refuse_unless_shares(actor: Actor) -> None:
    if not may_share(actor):
        raise NotAllowed("Your role does not let you share views with the practice. Keep it to yourself.")


def _mine_to_change(actor: Actor, view_id: UUID) -> SavedView:
    view = view_of(actor, view_id)
    if view.member_id != actor.member_id and not may_share(actor):
        raise NotFound
    return view


def _hold_view(view_id: UUID) -> None:
    """Let deleting a view and beginning with it wait for each other, before either writes anything."""
    list(SavedView.objects.select_for_update(no_key=True).filter(pk=view_id).values_list("id"))


def _name(raw: str) -> str:
    name = words(raw)
    if isinstance(name, Refused):
        raise InvalidInput.one("name", name)
    if not name:
        raise InvalidInput.one("name", "Enter a name.")
    return name


def _forget_elsewhere(view: SavedView, *, but: UUID | None) -> None:
    begun = ListLayout.objects.filter(default_view_id=view.id)
    (begun.exclude(member_id=but) if but else begun).update(default_view_id=None)


def _arrange(actor: Actor, **values: object) -> None:
    member_id = _member(actor)
    mine = ListLayout.objects.filter(member_id=member_id)
    if not mine.update(**values):
        try:
            with transaction.atomic():
                ListLayout.objects.create(member_id=member_id, **values)
        except IntegrityError:  # another window was first
            mine.update(**values)
