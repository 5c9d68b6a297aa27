"""Clients as lines of a list."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from kinfold.domain.clients.queries.listing import ClientRow

from .drawing import filled, part
from .jinja import avatar, day, letters

ROW = "pages/clients/row.html"
_therapist = part(ROW, "therapist_cell")
_tags = part(ROW, "tags_cell")
_external_id = part(ROW, "external_id_cell")


def client_lines(
    clients: Iterable[ClientRow],
    *,
    may_edit: bool,
    names_only: bool,
    focus: bool = False,
    ticks: bool = False,
    all_chosen: bool = False,
) -> Markup:
    """The lines of these clients. With `focus` the pencil takes it, after a line was edited.

    `ticks`: each line has a box to tick; `all_chosen`: all are ticked, and those on other pages too.
    """
    lines = map(_line, clients)
    return filled(
        ROW,
        "client_row",
        lines,
        may_edit=may_edit,
        names_only=names_only,
        focus=focus,
        ticks=ticks,
        all_chosen=all_chosen,
    )


def _line(client: ClientRow) -> dict[str, str]:
    return {
        "id": str(client.id),
        "first_name": client.first_name,
        "last_name": client.last_name,
        "tint": avatar(client.id),
        "initials": letters(client.first_name, client.last_name),
        "therapist": _therapist(client.therapist),
        "tags": _tags(client.tags),
        "external_id": client.external_id or _external_id(""),
        "updated": day(client.updated_at),
    }
