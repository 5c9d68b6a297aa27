"""Lists of clients, and of who is pending, on paper: all that a list holds, and not the page of it on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.queries.listing import ClientRow, ListClients, all_rows, list_clients
from kinfold.domain.clients.visibility import refuse_unless_sees_clients
from kinfold.domain.exports import pending
from kinfold.domain.intake.queries.invitations import ClientInvitationRow
from kinfold.domain.intake.queries.requests import RequestRow

says(
    clients__printed="opened a list of clients for printing",
    pending_clients__printed="opened the list of pending clients for printing",
)

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


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintPending:
    """Everybody who is pending."""


@dataclass(frozen=True, slots=True)
class PrintedPending:
    """Who was invited and has not finished, the first 1,000 who asked on the sign-up page, and how many there are."""

    invited: tuple[ClientInvitationRow, ...]
    asked: tuple[RequestRow, ...]
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


@query(Permission.CLIENTS_CREATE, records=True)
def print_pending(actor: Actor, data: PrintPending) -> PrintedPending:  # noqa: ARG001 - the shape of a query
    """Who is pending, for paper: those who were invited, and for those who may answer also those who asked (U10, U11).

    How many were on it is recorded.
    """
    invited, asked = pending.invited(actor), pending.asked(actor, MOST_PRINTED)
    trail.record(actor, "pending_clients.printed", detail={"rows": len(invited) + len(asked)})
    return PrintedPending(invited, asked, pending.how_many(actor, invited))
