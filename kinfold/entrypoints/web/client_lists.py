"""Reading from an address or a form which clients a list holds: for the list, and for all that is done to all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import QueryDict

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.listing import MOST_TAGS, ClientSort, ListClients

from . import pages, place

VIEWS: Final = ("active", "pending", "archived")
UNASSIGNED: Final = "none"
RISKS: Final = (("high", "High"), ("moderate", "Moderate"), ("low", "Low"), ("none", "None"))
REGISTRATION: Final = {
    "none": "Not registered",
    "sent": "Code sent",
    "expired": "Code expired",
    "registered": "Registered",
}


def view_of(asked: QueryDict) -> str:
    """Which of the three views is shown."""
    view = asked.get("show", "")
    return view if view in VIEWS else "active"


def narrowed(actor: Actor, asked: QueryDict, typed: str, *, own: bool) -> ListClients:
    """The list as it is narrowed down, without a page of it. `own`: only one's own clients are wanted.

    What somebody may not narrow by is left out. Raises InvalidInput for what is no day.
    """
    therapist, risk = asked.get("therapist", ""), asked.get("risk", "")
    more = actor.may(Permission.CLIENTS_PROFILE)
    return ListClients(
        archived=view_of(asked) == "archived",
        search=typed,
        therapist_id=actor.member_id if own else pages.a_uuid(therapist),
        unassigned=therapist == UNASSIGNED and not own,
        tag_ids=tags_in(asked) if more else (),
        risk=risk if risk in dict(RISKS) and actor.may(Permission.CLIENTS_RISK) else "",
        registration=_registration(asked) if more else "",
        created_since=place.midnight(actor, asked.get("added", ""), "added") if more else None,
        updated_since=place.midnight(actor, asked.get("changed", ""), "changed"),
        sort=_sort(actor, asked.get("sort", "")),
    )


def asked_for(wanted: ListClients) -> dict[str, str]:
    """A list as an address asks for it, without words: the other way round of `narrowed`."""
    return {
        "show": "archived" if wanted.archived else "active",
        "sort": wanted.sort.value,
        "therapist": UNASSIGNED if wanted.unassigned else str(wanted.therapist_id or ""),
        "tag": ",".join(map(str, wanted.tag_ids)),
        "risk": wanted.risk,
        "registration": wanted.registration,
        "added": _day(wanted.created_since),
        "changed": _day(wanted.updated_since),
    }


def _day(moment: datetime | None) -> str:
    return moment.astimezone(place.zone()).date().isoformat() if moment else ""


def carried(asked: QueryDict) -> dict[str, str]:
    """What narrows and sorts a list, as it was asked for, for a form that goes on with all of it."""
    shown = view_of(asked)
    names = ("sort", "therapist", "risk", "registration", "added", "changed")
    return {
        "show": "" if shown == "active" else shown,
        "tag": ",".join(map(str, tags_in(asked))),
        **{name: asked.get(name, "")[:60] for name in names},
    }


def tags_in(asked: QueryDict) -> tuple[UUID, ...]:
    """The tags that all clients of a list have: one after another, or several with commas between them."""
    named = (tag for text in asked.getlist("tag") for tag in text.split(","))
    return tuple(dict.fromkeys(tag_id for tag in named if (tag_id := pages.a_uuid(tag))))[:MOST_TAGS]


def _registration(asked: QueryDict) -> str:
    state = asked.get("registration", "")
    return state if state in REGISTRATION else ""


def _sort(actor: Actor, wanted: str) -> ClientSort:
    sort = ClientSort(wanted) if wanted in set(ClientSort) else ClientSort.NAME
    needed = sort.column.needs
    return sort if needed is None or actor.may(needed) else ClientSort.NAME
