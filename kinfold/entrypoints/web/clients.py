"""Lists of clients: the Clients tab of Manage users, and a clinician's own list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.columns import PAGE_SIZES
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.clients.queries.listing import (
    ClientPage,
    ListClients,
    ViewCounts,
    list_clients,
)
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed

from . import (
    adding,
    changes,
    client,
    client_columns,
    client_edit,
    client_filters,
    client_invitations,
    client_logins,
    client_print,
    client_views,
    columns,
    joining,
    pages,
    team,
)
from .client_lines import client_lines
from .client_lists import UNASSIGNED, narrowed, view_of
from .jinja import url

LIST = "pages/clients/list.html"
MANAGED, MINE = "manage-clients", "my-clients"
VIEWS = (
    ("active", "Active", "On the Clients table"),
    ("pending", "Pending", "Waiting for an answer"),
    ("archived", "Archived", "Read-only"),
)
NOUNS = {"active": "active clients", "pending": "pending clients", "archived": "archived clients"}


@require_GET
@pages.signed_in
def managed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The Clients tab of Manage users."""
    return _list(request, actor, MANAGED, request.GET, "")


@require_POST
@pages.signed_in
def managed_search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same list, searched. It is a POST, so that no person's name stands in an address."""
    return _list(request, actor, MANAGED, request.POST, request.POST.get("q", "")[:200])


@require_GET
@pages.signed_in
def mine(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The clients whom a clinician sees; everybody's names for those who do the billing."""
    return _list(request, actor, MINE, request.GET, "")


@require_POST
@pages.signed_in
def mine_search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same list, searched."""
    return _list(request, actor, MINE, request.POST, request.POST.get("q", "")[:200])


def _list(request: HttpRequest, actor: Actor, route: str, asked: QueryDict, typed: str) -> HttpResponse:
    managing = route == MANAGED
    if not actor.sees_clients or (managing and not actor.manages_users):
        raise NotAllowed
    invites = managing and actor.may(Permission.CLIENTS_CREATE)
    view = view_of(asked)
    if view == "pending" and not invites:  # who may not see who is pending is not told that nobody is
        view = "active"
    names_only = not actor.may(Permission.CLIENTS_PROFILE)
    own = not managing and actor.clinical and actor.may(Permission.CLIENTS_SEE_ALL)
    layout = get_layout(actor, GetLayout())
    if layout.default_view and request.method == "GET" and not request.GET:
        return client_views.begun_with(actor, layout.default_view, route)
    try:
        list_wanted = narrowed(actor, asked, typed, own=own)
    except InvalidInput as refused:
        return client_filters.form(request, actor, route, refused)
    wanted = replace(
        list_wanted,
        limit=layout.page_size,
        after=pages.a_uuid(asked.get("after", "")),
        before=None if asked.get("after") else pages.a_uuid(asked.get("before", "")),
    )
    found = _found(actor, wanted)
    counts = _own_counts(actor, wanted) if own else found.counts
    waiting = pages.waiting(request, actor).pending if invites else None
    if view == "pending":  # nobody is a client before they were accepted
        found = replace(found, rows=(), total=0, next=None, previous=None)
    params = {
        "show": "" if view == "active" else view,
        "sort": wanted.sort.value,
        "therapist": "" if own else UNASSIGNED if wanted.unassigned else _text(wanted.therapist_id),
        "tag": ",".join(map(str, wanted.tag_ids)),
        "risk": wanted.risk,
        "registration": wanted.registration,
        "added": asked.get("added", "") if wanted.created_since else "",
        "changed": asked.get("changed", "") if wanted.updated_since else "",
    }
    may = {
        "create": invites,
        "import_": managing and actor.may(Permission.CLIENTS_IMPORT),
        "edit": actor.may(Permission.CLIENTS_CHANGE) and view == "active",
        "undo": bool(changes.offered(actor, "active")),
        "delete": managing and actor.may(Permission.CLIENTS_DELETE),
        "export": actor.may(Permission.CLIENTS_EXPORT),
        "merge": managing and actor.may(Permission.CLIENTS_MERGE),
    }
    acts = changes.offered(actor, view) if found.rows else []
    chosen = {"all": asked.get("all") == "yes", "own": own}
    context: dict[str, Any] = {
        "title": "Manage users" if managing else "My clients" if actor.clinical else "Clients",
        "base_url": url(route),
        "search_url": url(f"{route}-search"),
        "tabs": _tabs(actor, counts) if managing else [],
        "aside": f"{counts.active:,} active",
        "views": _views(url(route), counts, waiting, view, begun_elsewhere=layout.default_view is not None),
        "saved_url": url("clients-views"),
        "noun": NOUNS[view].replace("clients", "client") if found.total == 1 else NOUNS[view],
        "q": typed,
        "params": params,
        "filters": client_filters.chips(actor, params, own=own),
        "more": url(f"{route}-filter"),
        "narrowed": client_filters.narrows(params),
        "sizes": {"offered": PAGE_SIZES, "now": layout.page_size},
        "heads": client_columns.heads(layout.shown),
        "columns": columns.menu(layout.columns),
        "lines": client_lines(
            actor,
            found.rows,
            layout.shown,
            may_edit=may["edit"],
            ticks=bool(acts),
            all_chosen=chosen["all"],
        ),
        "page": {
            "total": found.total,
            "start": None if wanted.after or wanted.before else 1,
            "shown": len(found.rows),
            "next": found.next,
            "previous": found.previous,
        },
        "names_only": names_only,
        "acts": acts,
        "chosen": chosen,
        "may": may,
    }
    if view == "pending":
        return joining.pending(request, actor, context)
    return pages.page(request, LIST, context, block="rows")


def _found(actor: Actor, wanted: ListClients) -> ClientPage:
    """The page that was asked for. When the client it hangs on has gone from the list, the first page."""
    try:
        return list_clients(actor, wanted)
    except PlaceGone:
        return list_clients(actor, replace(wanted, after=None, before=None))


def _own_counts(actor: Actor, wanted: ListClients) -> ViewCounts:
    """How many are one's own, for those who see everybody's."""
    own = ListClients(therapist_id=wanted.therapist_id, limit=1)
    return ViewCounts(
        active=list_clients(actor, own).total, archived=list_clients(actor, replace(own, archived=True)).total
    )


def _tabs(actor: Actor, counts: ViewCounts) -> list[dict[str, Any]]:
    shown = team.tabs(actor, None, "clients")
    return [{**tab, "count": counts.active if tab["current"] else None} for tab in shown]


def _views(
    base: str, counts: ViewCounts, waiting: int | None, current: str, *, begun_elsewhere: bool
) -> list[dict[str, Any]]:
    numbers = {"active": counts.active, "pending": waiting, "archived": counts.archived}
    return [
        {
            "label": label,
            "hint": hint,
            "href": base if view == "active" and not begun_elsewhere else f"{base}?show={view}",
            "count": numbers[view],
            "current": view == current,
        }
        for view, label, hint in VIEWS
        if numbers[view] is not None
    ]


def _text(value: UUID | None) -> str:
    return str(value) if value else ""


routes = [
    path("manage/clients/", managed, name=MANAGED),
    path("manage/clients/search/", managed_search, name=f"{MANAGED}-search"),
    path("clients/", mine, name=MINE),
    path("clients/search/", mine_search, name=f"{MINE}-search"),
    *adding.routes,
    *client.routes,
    *client_logins.routes,
    *client_invitations.routes,
    *client_edit.routes,
    *changes.routes,
    *client_columns.routes,
    *client_filters.routes,
    *client_print.routes,
    *client_views.routes,
]
