"""The pages of clients."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import NotAllowed

from . import pages

LIST = "pages/clients/list.html"


@require_GET
@pages.signed_in
def managed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The Clients tab of Manage users."""
    return _list(request, actor, "manage-clients", "")


@require_POST
@pages.signed_in
def managed_search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same list, searched. It is a POST, so that no person's name stands in an address."""
    return _list(request, actor, "manage-clients", request.POST.get("q", "")[:200])


@require_GET
@pages.signed_in
def mine(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The clients a clinician sees."""
    return _list(request, actor, "my-clients", "")


@require_POST
@pages.signed_in
def mine_search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same list, searched."""
    return _list(request, actor, "my-clients", request.POST.get("q", "")[:200])


@require_GET
@pages.signed_in
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Create New Clients."""
    raise NotAllowed


def _list(request: HttpRequest, actor: Actor, route: str, typed: str) -> HttpResponse:
    managing = route == "manage-clients"
    if not actor.sees_clients or (managing and not actor.manages_users):
        raise NotAllowed
    context: dict[str, Any] = {
        "title": "Manage users" if managing else "My clients",
        "base_url": reverse(route),
        "search_url": reverse(f"{route}-search"),
        "tabs": [],
        "aside": "",
        "views": [],
        "noun": "active clients",
        "q": typed,
        "params": {"show": "", "sort": "name", "therapist": "", "tag": ""},
        "filters": [],
        "rows": [],
        "page": {"total": 0, "start": None, "shown": 0, "next": None, "previous": None},
        "may": {"create": managing and actor.may(Permission.CLIENTS_CREATE), "import_": False, "edit": False},
    }
    return pages.page(request, LIST, context, block="rows")


routes = [
    path("manage/clients/", managed, name="manage-clients"),
    path("manage/clients/search/", managed_search, name="manage-clients-search"),
    path("manage/clients/add/", add, name="clients-add"),
    path("clients/", mine, name="my-clients"),
    path("clients/search/", mine_search, name="my-clients-search"),
]
