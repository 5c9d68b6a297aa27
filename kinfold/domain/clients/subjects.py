"""What clients and bulk acts are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit.subjects import names

from .commands.bulk import changes_of
from .visibility import visible_to


@names("client")
def client_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Clients by name, only those the reader may see now."""
    rows = visible_to(actor).filter(pk__in=set(ids)).values_list("id", "first_name", "last_name")
    return {client_id: f"{first} {last}".strip() for client_id, first, last in rows}


@names("change")
def change_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Bulk acts by how many clients were chosen, only those the reader may open."""
    if not actor.sees_clients:
        return {}
    rows = changes_of(actor).filter(pk__in=set(ids)).values_list("id", "rows")
    return {change_id: f"{count:,} client" + ("" if count == 1 else "s") for change_id, count in rows}
