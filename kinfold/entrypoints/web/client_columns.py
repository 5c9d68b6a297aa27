"""The columns of a list of clients: what stands in them, and the menu that shows, hides and orders them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.commands.arranging import ArrangeList, arrange_list
from kinfold.domain.clients.queries.arranged import GetLayout, Layout, get_layout
from kinfold.domain.kernel.errors import InvalidInput

from . import pages

LIST = "pages/clients/list.html"
SORTED = {Column.NAME: "name", Column.UPDATED: "updated"}


@require_POST
@pages.signed_in
def arrange(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep which columns are shown and in which order, after a box was ticked, a column moved, or Reset."""
    order = request.POST.getlist("order")
    moved, _, way = request.POST.get("move", "").partition(":")
    if moved in order[1:]:
        place = order.index(moved)
        order.insert(max(1, place - 1 if way == "up" else place + 1), order.pop(place))
    size = request.POST.get("page_size", "")
    wanted = ArrangeList(
        columns=() if "reset" in request.POST else tuple(order) if order else None,
        shown=frozenset(request.POST.getlist("shown")),
        page_size=int(size) if size.isascii() and size.isdecimal() and len(size) < 5 else None,
    )
    back = pages.safe_next(request, reverse(pages.clients_route(actor)))
    try:
        arrange_list(actor, wanted)
    except InvalidInput as refused:
        pages.warn(request, refused.problems[0].message)
        return pages.see_other(back)
    if not request.headers.get("HX-Request"):
        return pages.see_other(back)
    context = {"columns": menu(get_layout(actor, GetLayout())), "back": back}
    response = pages.page(request, LIST, context, block="columns_form")
    response.headers["HX-Trigger"] = "columns-changed"
    return response


def menu(layout: Layout) -> list[dict[str, Any]]:
    """The lines of the Columns menu."""
    return [
        {"name": column.value, "label": column.label, "shown": shown, "locked": column is Column.NAME}
        for column, shown in layout.columns
    ]


def heads(shown: Sequence[Column]) -> list[dict[str, str]]:
    """The heads of the columns that are shown; `sort` is the key of the order by it, "" where there is none."""
    return [{"name": column.value, "label": column.label, "sort": SORTED.get(column, "")} for column in shown]


routes = [path("clients/columns/", arrange, name="clients-columns")]
