"""Saved views of the list of clients: keeping it as it is now, and opening, sharing and deleting what was kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.commands.viewing import (
    BeginWithView,
    ChangeView,
    DeleteView,
    OpenView,
    SaveView,
    begin_with_view,
    change_view,
    delete_view,
    may_share,
    open_view,
    save_view,
)
from kinfold.domain.clients.errors import ViewExists
from kinfold.domain.clients.queries.views import GetView, ListViews, get_view, list_views
from kinfold.domain.kernel.errors import InvalidInput, NotFound

from . import pages
from .client_lists import asked_for, carried, narrowed
from .jinja import query, url


@require_GET
@pages.signed_in
def views(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's own views and those that are shared, and a form that keeps the list as it is; also as a menu there."""
    return _page(request, actor, "")


@require_POST
@pages.signed_in
def save(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep the list as it is shown under a name."""
    try:
        wanted = SaveView(
            name=request.POST.get("name", "")[:500],
            matching=narrowed(actor, request.POST, "", own="own" in request.POST),
            shared="shared" in request.POST,
        )
        save_view(actor, wanted, once=pages.form_key(request))
    except (InvalidInput, ViewExists) as refused:
        return _page(request, actor, pages.sentence(refused), refused.status)
    pages.toast(request, "The view is saved.")
    return pages.see_other(_back(request))


@require_POST
@pages.signed_in
def act(request: HttpRequest, actor: Actor, view_id: UUID) -> HttpResponse:
    """Open a view, or change it: its name, whom it is for, whether the list begins with it."""
    do = request.POST.get("do", "")
    if do == "open":
        open_view(actor, OpenView(view_id=view_id))
        return begun_with(actor, view_id, pages.clients_route(actor))
    try:
        if do == "rename":
            change_view(actor, ChangeView(view_id=view_id, name=request.POST.get("name", "")[:500]))
        elif do in {"share", "keep"}:
            change_view(actor, ChangeView(view_id=view_id, shared=do == "share"))
        elif do == "delete":
            delete_view(actor, DeleteView(view_id=view_id))
        elif do in {"begin", "begin-anew"}:
            begin_with_view(actor, BeginWithView(view_id=view_id if do == "begin" else None))
        else:
            raise NotFound
    except (InvalidInput, ViewExists) as refused:
        pages.warn(request, pages.sentence(refused))
    return pages.see_other(_back(request))


def _back(request: HttpRequest) -> str:
    """To the list whose menu it was done in, or to the page of saved views."""
    return pages.safe_next(request, reverse("clients-views"))


def begun_with(actor: Actor, view_id: UUID, route: str) -> HttpResponse:
    """The list as a view shows it."""
    wanted = get_view(actor, GetView(view_id=view_id)).matching
    return pages.see_other(f"{url(route)}{query(asked_for(wanted))}")


def _page(request: HttpRequest, actor: Actor, problem: str, status: int = 200) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    rows: list[dict[str, Any]] = [
        {
            "id": view.id,
            "name": view.name,
            "shared": view.shared,
            "own": view.own,
            "default": view.default,
            "can_change": view.can_change,
        }
        for view in list_views(actor, ListViews())
    ]
    shown_on = urlsplit(_current(request))
    context = {
        "back": urlunsplit(("", "", shown_on.path, shown_on.query, "")),
        "views": rows,
        "params": carried(asked),
        "own": "own" in asked,
        "name": asked.get("name", "")[:200] if request.method == "POST" else "",
        "problem": problem,
        "may_share": may_share(actor),
        "clients_url": reverse(pages.clients_route(actor)),
    }
    return pages.page(request, "pages/clients/views.html", context, status=status, block="menu")


def _current(request: HttpRequest) -> str:
    """The address of the page a menu was opened on, as the script says; nothing where it says none."""
    said = request.headers.get("HX-Current-URL", "")
    try:
        urlsplit(said)
    except ValueError:
        return ""
    return said


routes = [
    path("clients/views/", views, name="clients-views"),
    path("clients/views/save/", save, name="clients-view-save"),
    path("clients/views/<uuid:view_id>/", act, name="clients-view"),
]
