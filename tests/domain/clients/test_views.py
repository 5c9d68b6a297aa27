"""Saved views: kept, opened, shared, renamed, deleted, and begun with, each person their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.commands.arranging import ArrangeList, arrange_list
from kinfold.domain.clients.commands.viewing import (
    BeginWithView,
    ChangeView,
    DeleteView,
    OpenView,
    SaveView,
    begin_with_view,
    change_view,
    delete_view,
    open_view,
    save_view,
)
from kinfold.domain.clients.errors import ViewExists
from kinfold.domain.clients.models import SavedView
from kinfold.domain.clients.queries.arranged import GetLayout, Layout, get_layout
from kinfold.domain.clients.queries.listing import ClientSort, ListClients, list_clients
from kinfold.domain.clients.queries.views import GetView, ListViews, get_view, list_views
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.steps import names
from tests.personas import Cast, Person


def save(who: Person, name: str = "Waiting", **more: Any) -> UUID:
    return save_view(who.actor, SaveView(name=name, **more))


def layout(who: Person) -> Layout:
    return get_layout(who.actor, GetLayout())


def seen(who: Person) -> list[str]:
    return [view.name for view in list_views(who.actor, ListViews())]


def test_a_view_keeps_filters_order_columns_and_rows_and_no_words(cast: Cast) -> None:
    arrange_list(
        cast.ada.actor, ArrangeList(columns=("name", "email"), shown=frozenset({"email"}), page_size=25)
    )
    since = clock.now()
    wanted = ListClients(
        therapist_id=cast.lin.member_id, tag_ids=(uuid4(),), risk="high", registration="sent", search="novak",
        created_since=since, updated_since=since, sort=ClientSort.EMAIL_DOWN, archived=True,
    )  # fmt: skip
    view_id = save(cast.ada, matching=wanted)
    arrange_list(cast.ada.actor, ArrangeList(columns=(), page_size=100))
    view = get_view(cast.ada.actor, GetView(view_id=view_id))
    assert view.matching == ListClients(
        **{name: getattr(wanted, name) for name in ListClients.__slots__ if name != "search"}
    )
    open_view(cast.ada.actor, OpenView(view_id=view_id))
    assert (layout(cast.ada).shown, layout(cast.ada).page_size) == ((Column.NAME, Column.EMAIL), 25)
    with entered(cast.alder.practice_id):
        assert "novak" not in str(SavedView.objects.values())


@pytest.mark.requirement("O39")
def test_a_shared_view_shows_everyone_their_own_clients_in_their_own_columns(cast: Cast) -> None:
    arrange_list(
        cast.ada.actor,
        ArrangeList(columns=("name", "email", "kind"), shown=frozenset({"email", "kind"})),
    )
    view_id = save(cast.ada, "Everybody", shared=True, matching=ListClients(sort=ClientSort.NAME_DOWN))
    for who, theirs in ((cast.theo, ["Anna Novak"]), (cast.lin, ["Ben Okafor", "Dora Lindqvist"])):
        assert seen(who) == ["Everybody"]
        open_view(who.actor, OpenView(view_id=view_id))
        wanted = get_view(who.actor, GetView(view_id=view_id)).matching
        assert names(list_clients(who.actor, wanted)) == theirs
    open_view(cast.bea.actor, OpenView(view_id=view_id))
    assert layout(cast.bea).shown == (Column.NAME, Column.KIND)


def test_what_is_not_shared_is_not_there_for_others(cast: Cast) -> None:
    own, foreign = save(cast.ada), save(cast.fran)
    assert (seen(cast.ada), seen(cast.olu)) == (["Waiting"], [])
    for who, view_id in ((cast.olu, own), (cast.ada, foreign)):
        for act in (
            lambda who=who, view_id=view_id: get_view(who.actor, GetView(view_id=view_id)),
            lambda who=who, view_id=view_id: open_view(who.actor, OpenView(view_id=view_id)),
            lambda who=who, view_id=view_id: change_view(who.actor, ChangeView(view_id=view_id, name="x")),
            lambda who=who, view_id=view_id: delete_view(who.actor, DeleteView(view_id=view_id)),
            lambda who=who, view_id=view_id: begin_with_view(who.actor, BeginWithView(view_id=view_id)),
        ):
            with pytest.raises(NotFound):
                act()


def test_only_those_share_who_manage_all_clients(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        save(cast.theo, shared=True)
    theirs = save(cast.theo)
    with pytest.raises(NotAllowed):
        change_view(cast.theo.actor, ChangeView(view_id=theirs, shared=True))
    shared = save(cast.ada, shared=True)
    for refused in (ChangeView(view_id=shared, name="Mine"), ChangeView(view_id=shared, shared=False)):
        with pytest.raises(NotFound):
            change_view(cast.theo.actor, refused)
    with pytest.raises(NotFound):
        delete_view(cast.theo.actor, DeleteView(view_id=shared))
    change_view(cast.olu.actor, ChangeView(view_id=shared, name="Unassigned queue"))
    assert seen(cast.theo) == ["Waiting", "Unassigned queue"]


def test_whoever_began_with_a_view_that_goes_begins_with_everybody_again(cast: Cast) -> None:
    for name in ("Deleted", "Kept"):
        view_id = save(cast.ada, name, shared=True)
        begin_with_view(cast.theo.actor, BeginWithView(view_id=view_id))
        assert layout(cast.theo).default_view == view_id
        assert layout(cast.ada).default_view is None
        if name == "Deleted":
            delete_view(cast.ada.actor, DeleteView(view_id=view_id))
        else:
            change_view(cast.ada.actor, ChangeView(view_id=view_id, shared=False))
        assert layout(cast.theo).default_view is None
    begin_with_view(cast.theo.actor, BeginWithView(view_id=None))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "=1+1", "a\u202eb"])
def test_a_name_is_a_few_plain_words(cast: Cast, name: str) -> None:
    with pytest.raises(InvalidInput):
        save(cast.ada, name)
    assert seen(cast.ada) == []


def test_one_person_has_no_two_views_of_one_name(cast: Cast) -> None:
    save(cast.ada, "Waiting")
    with pytest.raises(ViewExists):
        save(cast.ada, "WAITING")
    other = save(cast.ada, "Other")
    with pytest.raises(ViewExists):
        change_view(cast.ada.actor, ChangeView(view_id=other, name="waiting"))
    save(cast.olu, "Waiting")
