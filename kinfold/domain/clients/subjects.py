"""What clients are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit.subjects import names

from .visibility import visible_to


@names("client")
def client_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Clients by name, only those the reader may see now."""
    rows = visible_to(actor).filter(pk__in=set(ids)).values_list("id", "first_name", "last_name")
    return {client_id: f"{first} {last}".strip() for client_id, first, last in rows}
