"""The columns of a list of clients: their heads, and keeping how somebody arranged them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.commands.arranging import ArrangeList, arrange_list
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.clients.queries.listing import ClientSort
from kinfold.domain.kernel.columns import moved
from kinfold.domain.kernel.errors import InvalidInput

from . import columns, pages

LIST = "pages/clients/list.html"
SORTED = {sort.column for sort in ClientSort}


@require_POST
@pages.signed_in
def arrange(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep which columns are shown and in which order, after a box was ticked, a column moved, or Reset."""
    order = moved(request.POST.getlist("order"), request.POST.get("move", ""))
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
    if wanted.columns is None:  # how many rows: the list alone is drawn again
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Trigger": "columns-changed"})
    return columns.changed(request, LIST, get_layout(actor, GetLayout()).columns, back)


def heads(shown: Sequence[Column]) -> list[dict[str, str]]:
    """The heads of the columns that are shown; `sort` is the key of the order by it, "" where there is none."""
    return [
        {"name": column.value, "label": column.label, "sort": column.value if column in SORTED else ""}
        for column in shown
    ]


routes = [path("clients/columns/", arrange, name="clients-columns")]
