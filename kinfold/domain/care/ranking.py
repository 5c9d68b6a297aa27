"""The orders of the list of clients by their sessions: the last one, the next one, and the notes that wait.

Each goes by what stands in the column (`queries.summing`): the sessions that whoever looks at the list may see.
"""

from __future__ import annotations

from django.db.models import Aggregate, Count, Max, Min, Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.care.queries.listing import to_finish
from kinfold.domain.care.queries.summing import held, to_come
from kinfold.domain.care.sight import sessions_seen_by
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.queries.ordering import RANKS, Ranks
from kinfold.domain.kernel import clock


def by_last_session(actor: Actor) -> Ranks:
    """When each client was last met."""
    return _ranks(actor, held(), Max("starts_at"))


def by_next_session(actor: Actor) -> Ranks:
    """When each client comes next."""
    return _ranks(actor, to_come(clock.now()), Min("starts_at"))


def by_pending_notes(actor: Actor) -> Ranks:
    """How many notes each client's sessions wait for."""
    return _ranks(actor, to_finish(), Count("id"))


def _ranks(actor: Actor, which: Q, rank: Aggregate) -> Ranks:
    sessions = sessions_seen_by(actor).filter(which).order_by()
    return dict(sessions.values("client_id").annotate(rank=rank).values_list("client_id", "rank"))


RANKS[Column.LAST_SESSION.value] = by_last_session
RANKS[Column.NEXT_SESSION.value] = by_next_session
RANKS[Column.PENDING_NOTES.value] = by_pending_notes
