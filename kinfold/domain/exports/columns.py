"""What stands in the columns of an export, and who may have which.

Names and values are those that an import reads, so that a file that was exported can be imported. Whoever sees names
only exports names only: each column needs what it needs in a list (SPEC 3, HIPAA minimum necessary).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.queries.summing import NONE_YET, SumSessions, sum_sessions
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.fields import CLIENT_FIELDS, FIELD_BY_NAME, full_label
from kinfold.domain.clients.queries.arranged import GetLayout, ListDetails, get_layout, list_details
from kinfold.domain.clients.queries.fields import ListFieldValues, list_field_values
from kinfold.domain.clients.queries.listing import ClientRow

_NAMES: Final = ("first_name", "last_name")
_SESSIONS: Final[frozenset[str]] = frozenset({"last_session", "next_session", "pending_notes"})
_KINDS: Final = {"practice": "Practice client", "direct": "Direct client"}
_LIST: Final = {column.value: column for column in Column}


def shown_to(actor: Actor) -> tuple[str, ...]:
    """The columns of the actor's own list, the name in two."""
    return tuple(
        name
        for column in get_layout(actor, GetLayout()).shown
        for name in (_NAMES if column is Column.NAME else (column.value,))
    )


def everything_for(actor: Actor) -> tuple[str, ...]:
    """Everything that is kept of a client and that the actor may see: every field, external IDs among them."""
    fields = (field.name for field in CLIENT_FIELDS)
    more = (
        column.value for column in Column if column.value not in FIELD_BY_NAME and column is not Column.NAME
    )
    return tuple(name for name in (*fields, "status", *more) if _may_have(actor, name))


def _may_have(actor: Actor, name: str) -> bool:
    if name in _NAMES or name == "status":
        return True
    needed = _LIST[name].needs if name in _LIST else Permission.CLIENTS_PROFILE
    return needed is None or needed in actor.permissions


def allowed(actor: Actor, names: Iterable[str]) -> tuple[str, ...]:
    """Those columns that exist and that the actor may have now."""
    known = (name for name in names if name in FIELD_BY_NAME or name in _LIST or name == "status")
    return tuple(name for name in known if _may_have(actor, name))


def unknown(names: Iterable[str]) -> bool:
    """Whether any of them is no column at all."""
    return any(name not in FIELD_BY_NAME and name not in _LIST and name != "status" for name in names)


def headings(names: Iterable[str]) -> list[str]:
    """What stands above the columns."""
    return [_heading(name) for name in names]


def _heading(name: str) -> str:
    if name in FIELD_BY_NAME:
        return full_label(FIELD_BY_NAME[name])
    return _LIST[name].label if name in _LIST else "Status"


def lines(actor: Actor, clients: Sequence[ClientRow], names: Sequence[str]) -> Iterable[list[str]]:
    """What stands in these columns, a line for each client."""
    ids = tuple(client.id for client in clients)
    fields = tuple(name for name in names if name in FIELD_BY_NAME and name not in _NAMES)
    further = _further(actor, ids, fields, "added" in names)
    asked = not _SESSIONS.isdisjoint(names)
    sessions = sum_sessions(actor, SumSessions(client_ids=ids)) if asked else {}
    zone = ZoneInfo(actor.time_zone)
    for client in clients:
        values: dict[str, str] = {
            "first_name": client.first_name,
            "last_name": client.last_name,
            "therapist": client.therapist,
            "kind": _KINDS[client.kind],
            "status": client.status.capitalize(),
            "risk": client.risk,
            "updated": _day(client.updated_at, zone),
            **further.get(client.id, {}),
        }
        if asked:
            theirs = sessions.get(client.id, NONE_YET)
            values["last_session"] = _day(theirs.last, zone)
            values["next_session"] = _day(theirs.next, zone)
            values["pending_notes"] = str(theirs.pending_notes)
        yield [values.get(name, "") for name in names]


def _further(
    actor: Actor, ids: tuple[UUID, ...], fields: tuple[str, ...], added: bool
) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    if fields:
        values = list_field_values(actor, ListFieldValues(client_ids=ids, fields=fields))
        found = {client_id: dict(theirs) for client_id, theirs in values.items()}
    if added:
        zone = ZoneInfo(actor.time_zone)
        for client_id, details in list_details(actor, ListDetails(client_ids=ids)).items():
            found.setdefault(client_id, {})["added"] = _day(details.added, zone)
    return found


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat() if at else ""
