"""Lists of clients on paper: all that a list holds, and not the page of it that is on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.queries.listing import ClientRow, ListClients, all_rows, list_clients
from kinfold.domain.clients.visibility import refuse_unless_sees_clients

says(clients__printed="opened a list of clients for printing")

MOST_PRINTED: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintClients:
    """Which list."""

    matching: ListClients


@dataclass(frozen=True, slots=True)
class PrintedList:
    """The first 1,000 clients of a list in its order, and how many there are."""

    rows: tuple[ClientRow, ...]
    total: int


@query(None, records=True)
def print_clients(actor: Actor, data: PrintClients) -> PrintedList:
    """A list as the actor sees it, for paper; how many were on it is recorded."""
    refuse_unless_sees_clients(actor)
    wanted = replace(data.matching, after=None, before=None, limit=1)
    total = list_clients(actor, wanted).total
    rows = tuple(row for some in all_rows(actor, wanted, MOST_PRINTED) for row in some)
    trail.record(actor, "clients.printed", detail={"rows": len(rows)})
    return PrintedList(rows, total)
