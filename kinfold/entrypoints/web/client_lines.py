"""Clients as lines of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from kinfold.domain.access.actors import Actor
from kinfold.domain.care.queries.summing import ClientSessions, SumSessions, sum_sessions
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.queries.arranged import Details, ListDetails, list_details
from kinfold.domain.clients.queries.listing import ClientRow

from .client_forms import SEXES
from .drawing import filled, part
from .jinja import avatar, day, full_day, letters, phone

ROW = "pages/clients/row.html"
_therapist = part(ROW, "therapist_cell")
_tags = part(ROW, "tags_cell")
_notes = part(ROW, "notes_cell")
_risk = part(ROW, "risk_cell")
_missing = part(ROW, "missing_cell")

_AS_READ = frozenset({Column.KIND, Column.RISK})
_DETAILS = frozenset({Column.EMAIL, Column.PHONE, Column.BIRTH_DATE, Column.SEX_AT_BIRTH, Column.ADDED})
_SESSIONS = frozenset({Column.LAST_SESSION, Column.NEXT_SESSION, Column.PENDING_NOTES})
_KINDS = {"practice": "Practice client", "direct": "Direct client"}


def client_lines(
    actor: Actor,
    clients: Sequence[ClientRow],
    columns: Sequence[Column],
    *,
    may_edit: bool,
    focus: bool = False,
    ticks: bool = False,
    all_chosen: bool = False,
) -> Markup:
    """The lines of these clients in these columns. With `focus` the pencil takes it, after a line was edited.

    `ticks`: each line has a box to tick; `all_chosen`: all are ticked, and those on other pages too.
    """
    return filled(
        ROW,
        "client_row",
        lines_of(actor, clients, columns),
        columns=tuple(column.value for column in columns),
        may_edit=may_edit,
        focus=focus,
        ticks=ticks,
        all_chosen=all_chosen,
    )


def lines_of(
    actor: Actor, clients: Sequence[ClientRow], columns: Sequence[Column]
) -> Iterable[Mapping[str, str]]:
    """What stands in each column of each client. Columns that are not shown cost nothing."""
    lines: Iterable[dict[str, str]] = map(_line, clients)
    if _AS_READ.isdisjoint(columns) and _DETAILS.isdisjoint(columns) and _SESSIONS.isdisjoint(columns):
        return lines
    lines = list(lines)
    ids = tuple(client.id for client in clients)
    if not _DETAILS.isdisjoint(columns):
        _add(lines, ids, list_details(actor, ListDetails(client_ids=ids)), _details)
    if not _SESSIONS.isdisjoint(columns):
        _add(lines, ids, sum_sessions(actor, SumSessions(client_ids=ids)), _sessions)
    for line, client in zip(lines, clients, strict=True):
        line.update(kind=_KINDS[client.kind], risk=_risk(client.risk))
    return lines


def _line(client: ClientRow) -> dict[str, str]:
    return {
        "id": str(client.id),
        "first_name": client.first_name,
        "last_name": client.last_name,
        "tint": avatar(client.id),
        "initials": letters(client.first_name, client.last_name),
        "therapist": _therapist(client.therapist),
        "tags": _tags(client.tags),
        "external_id": client.external_id or _missing("Not set"),
        "updated": day(client.updated_at),
    }


def _add(lines: Sequence[dict[str, str]], ids: Sequence[UUID], found: Mapping[UUID, Any], told: Any) -> None:
    for line, client_id in zip(lines, ids, strict=True):
        line.update(told(found.get(client_id)))


def _details(details: Details | None) -> dict[str, str]:
    if details is None:  # gone between two questions
        return {column.value: "" for column in _DETAILS}
    return {
        "email": details.email or _missing("Not set"),
        "phone": phone(details.phone) if details.phone else _missing("Not set"),
        "birth_date": full_day(details.birth_date) if details.birth_date else _missing("Not known yet"),
        "sex_at_birth": SEXES[details.sex_at_birth],
        "added": day(details.added),
    }


def _sessions(found: ClientSessions | None) -> dict[str, str]:
    return {
        "last_session": _moment(found.last if found else None, "No sessions yet"),
        "next_session": _moment(found.next if found else None, "None booked"),
        "pending_notes": _notes(found.pending_notes if found else 0),
    }


def _moment(at: datetime | None, otherwise: str) -> str:
    return day(at) if at else _missing(otherwise)
