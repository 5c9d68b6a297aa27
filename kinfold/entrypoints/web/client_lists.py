"""Reading from an address or a form which clients a list holds: for the list, and for acts on all of it."""

from __future__ import annotations

from typing import Final

from django.http import QueryDict

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.listing import ClientSort, ListClients

from . import pages

VIEWS: Final = ("active", "pending", "archived")
UNASSIGNED: Final = "none"
RISKS: Final = (("high", "High"), ("moderate", "Moderate"), ("low", "Low"), ("none", "None"))


def view_of(asked: QueryDict) -> str:
    """Which of the three views is shown."""
    view = asked.get("show", "")
    return view if view in VIEWS else "active"


def narrowed(actor: Actor, asked: QueryDict, typed: str, *, own: bool) -> ListClients:
    """The list as it is narrowed down, without a page of it. `own`: only one's own clients are wanted."""
    therapist, sort, risk = asked.get("therapist", ""), asked.get("sort", ""), asked.get("risk", "")
    return ListClients(
        archived=view_of(asked) == "archived",
        search=typed,
        therapist_id=actor.member_id if own else pages.a_uuid(therapist),
        unassigned=therapist == UNASSIGNED and not own,
        tag_id=pages.a_uuid(asked.get("tag", "")) if actor.may(Permission.CLIENTS_PROFILE) else None,
        risk=risk if risk in dict(RISKS) and actor.may(Permission.CLIENTS_RISK) else "",
        sort=ClientSort(sort) if sort in set(ClientSort) else ClientSort.NAME,
    )
