"""What a client's page shows of their care."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.queries.listing import ListSessions, list_sessions
from kinfold.domain.care.queries.summing import NONE_YET, SumSessions, sum_sessions
from kinfold.domain.clients.queries.opening import ClientCard

from .jinja import query, url

SHOWN = 5


def sessions_of(actor: Actor, card: ClientCard) -> dict[str, Any] | None:
    """The latest sessions with a client, as far as this person sees any; None for those who may see none at all."""
    if not actor.may(Permission.SESSIONS_SEE):
        return None
    found = list_sessions(actor, ListSessions(client_id=card.id, limit=SHOWN))
    summed = sum_sessions(actor, SumSessions(client_ids=(card.id,))).get(card.id, NONE_YET)
    return {
        "rows": found.rows,
        "summed": summed,
        "more": found.next is not None,
        "all_url": url("care") + query({"client": card.id}),
        "book_url": url("care-new") + query({"client": card.id})
        if card.status == "active" and actor.may(Permission.SESSIONS_BOOK)
        else "",
        "here": url("client", client_id=card.id) + "#sessions",
    }
