"""A list of clients for paper: all of it as it is filtered and sorted, with who printed it and when.

So is the list of who is pending.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.exports.printing import (
    MOST_PRINTED,
    PrintClients,
    PrintPending,
    print_clients,
    print_pending,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput

from . import client_columns, client_filters, pages
from .client_lines import client_lines
from .client_lists import asked_for, narrowed, view_of
from .jinja import query


@require_http_methods(["GET", "POST"])
@pages.signed_in
def printed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page to print. Typed words come by POST, and do not stand on it."""
    asked = request.POST if request.method == "POST" else request.GET
    if view_of(asked) == "pending":
        return _pending(request, actor)
    typed = asked.get("q", "")[:200] if request.method == "POST" else ""
    own = "own" in asked or "own" in request.GET
    try:
        wanted = narrowed(actor, asked, typed, own=own)
        found = print_clients(actor, PrintClients(matching=wanted))
    except InvalidInput as refused:
        pages.warn(request, refused.problems[0].message)
        return pages.see_other(reverse(pages.clients_route(actor)))
    layout = get_layout(actor, GetLayout())
    params = {**asked_for(wanted), **({"therapist": ""} if own else {})}
    told = client_filters.in_words(client_filters.chips(actor, params, own=own))
    context: dict[str, Any] = {
        "title": "Archived clients" if view_of(asked) == "archived" else "Active clients",
        "total": found.total,
        "shown": len(found.rows),
        "most": MOST_PRINTED,
        "filters": [*told, *(["Found by a search"] if typed.strip() else [])],
        "at": clock.now(),
        "heads": client_columns.heads(layout.shown),
        "lines": client_lines(actor, found.rows, layout.shown, may_edit=False),
        "back": f"{reverse(pages.clients_route(actor))}{query(params)}",
    }
    return pages.page(request, "pages/clients/print.html", context)


def _pending(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = print_pending(actor, PrintPending())
    context: dict[str, Any] = {
        "title": "Pending clients",
        "total": found.total,
        "shown": len(found.invited) + len(found.asked),
        "most": MOST_PRINTED,
        "filters": [],
        "at": clock.now(),
        "invited": found.invited,
        "asked": found.asked,
        "back": f"{reverse('manage-clients')}?show=pending",
    }
    return pages.page(request, "pages/clients/print_pending.html", context)


routes = [path("clients/print/", printed, name="clients-print")]
