"""What a client's page shows of their care."""

from __future__ import annotations

from typing import Any

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.queries.listing import ListSessions, list_sessions
from kinfold.domain.care.queries.risk import GetRisk, get_risk
from kinfold.domain.care.queries.summing import NONE_YET, SumSessions, sum_sessions
from kinfold.domain.clients.queries.opening import ClientCard

from .client_forms import new_form_key
from .jinja import full_day, query, url

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


def risk_of(actor: Actor, card: ClientCard, form: dict[str, Any] | None) -> dict[str, Any] | None:
    """A client's level of risk with what is said about it; None for those who do not see it.

    `form` is what was typed and could not be saved.
    """
    if card.profile is None or not actor.may(Permission.CLIENTS_RISK):
        return None
    found = get_risk(actor, GetRisk(client_id=card.id))
    history = found.history or ()
    now = history[0] if history and found.level else None
    return {
        "level": found.level,
        "since": found.since,
        "now": now,
        "earlier": [
            {
                "level": period.level,
                "words": f"{full_day(period.since)} to {full_day(period.until)}" if period.until else "",
                "reason": period.reason,
                "set_by": period.set_by,
            }
            for period in history[bool(now) :]
        ],
        "reasons_hidden": found.history is None and found.level != "",
        "may_set": card.status == "active" and actor.may(Permission.CLIENTS_SET_RISK),
        "form": {
            **(form or {"values": {"level": found.level, "reason": ""}, "errors": {}}),
            "key": new_form_key(),
        },
    }
