"""The Columns menu of a list: showing, hiding and moving columns, each person their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from kinfold.domain.kernel.columns import Placed

from . import pages


def menu(columns: Iterable[Placed[Any]]) -> list[dict[str, Any]]:
    """The lines of the Columns menu; the first column is always shown."""
    return [
        {"name": column.value, "label": column.label, "shown": shown, "locked": place == 0}
        for place, (column, shown) in enumerate(columns)
    ]


def changed(request: HttpRequest, template: str, columns: Iterable[Placed[Any]], back: str) -> HttpResponse:
    """The menu as it is now, for htmx; the list follows by itself. `template` has it as its block columns_form."""
    response = pages.page(request, template, {"columns": menu(columns), "back": back}, block="columns_form")
    response.headers["HX-Trigger"] = "columns-changed"
    return response
