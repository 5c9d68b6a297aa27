"""Who is pending, for files and for paper: all who wait, and no client (U10, U11).

Who may answer requests has those who asked on the sign-up page, with what only they said of themselves, besides those
who were invited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final, Self
from zoneinfo import ZoneInfo

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.intake.queries.invitations import (
    ClientInvitationRow,
    ListClientInvitations,
    list_client_invitations,
)
from kinfold.domain.intake.queries.requests import MOST, ListRequests, RequestRow, list_requests


class PendingColumn(StrEnum):
    """One fact about somebody who is pending. `needs` is the permission without which nobody has it."""

    label: str
    needs: Permission

    def __new__(cls, value: str, label: str, needs: Permission = Permission.CLIENTS_CREATE) -> Self:
        """A column is its name, its title, and what having it needs."""
        column = str.__new__(cls, value)
        column._value_ = value
        column.label = label
        column.needs = needs
        return column

    STATE = "state", "State"
    NAME = "name", "Name"
    EMAIL = "email", "Email"
    PHONE = "phone", "Phone", Permission.CLIENTS_ACCEPT
    BIRTH_DATE = "birth_date", "Date of birth", Permission.CLIENTS_ACCEPT
    NOTE = "note", "Note", Permission.CLIENTS_ACCEPT
    ASKED_FOR = "asked_for", "Asked for", Permission.CLIENTS_ACCEPT
    THERAPIST = "therapist", "Therapist"
    INVITED_BY = "invited_by", "Invited by"
    SINCE = "since", "Since"
    EXPIRES = "expires", "Expires"


_COLUMNS: Final = {column.value: column for column in PendingColumn}
_STATES: Final = {
    "pending": "Invited",
    "expired": "Invitation expired",
    "outdated": "Invitation to be sent again",
}
_ASKED: Final = "Request by the sign-up page"


def invited(actor: Actor) -> tuple[ClientInvitationRow, ...]:
    """Who was invited and has not finished."""
    rows = list_client_invitations(actor, ListClientInvitations())
    return tuple(row for row in rows if row.answered_at is None)


def asked(actor: Actor, most: int) -> tuple[RequestRow, ...]:
    """Who asked on the sign-up page and waits for an answer, up to so many; nobody for who may not answer."""
    return tuple(islice(_asked(actor), most)) if actor.may(Permission.CLIENTS_ACCEPT) else ()


def how_many(actor: Actor, known: Sized | None = None) -> int:
    """How many are pending, of those whom the actor sees. `known` are the invited ones, where they were read."""
    answers = actor.may(Permission.CLIENTS_ACCEPT)
    waiting = list_requests(actor, ListRequests(limit=1)).total if answers else 0
    return len(invited(actor) if known is None else known) + waiting


def allowed(actor: Actor, names: Iterable[str]) -> tuple[str, ...]:
    """Those columns that exist and that the actor may have now."""
    known = (_COLUMNS[name] for name in names if name in _COLUMNS)
    return tuple(column.value for column in known if actor.may(column.needs))


def every() -> tuple[str, ...]:
    """All columns there are."""
    return tuple(_COLUMNS)


def unknown(names: Iterable[str]) -> bool:
    """Whether any of them is no column of this kind."""
    return any(name not in _COLUMNS for name in names)


def headings(names: Iterable[str]) -> list[str]:
    """What stands above the columns."""
    return [_COLUMNS[name].label for name in names]


def lines(actor: Actor, names: Iterable[str], most: int) -> Iterator[list[str]]:
    """What stands in these columns, a line for each who is pending: those who were invited, then those who asked."""
    zone, wanted = ZoneInfo(actor.time_zone), tuple(names)
    values = [_of_invited(row, zone) for row in invited(actor)]
    values += [_of_asked(row, zone) for row in asked(actor, max(most - len(values), 0))]
    for theirs in values:
        yield [theirs.get(name, "") for name in wanted]


def _of_invited(row: ClientInvitationRow, zone: ZoneInfo) -> dict[str, str]:
    return {
        PendingColumn.STATE: _STATES[row.state],
        PendingColumn.NAME: row.name if row.name != row.email else "",
        PendingColumn.EMAIL: row.email,
        PendingColumn.THERAPIST: row.therapist,
        PendingColumn.INVITED_BY: row.invited_by,
        PendingColumn.SINCE: _day(row.invited_at, zone),
        PendingColumn.EXPIRES: _day(row.expires_at, zone),
    }


def _of_asked(row: RequestRow, zone: ZoneInfo) -> dict[str, str]:
    return {
        PendingColumn.STATE: _ASKED,
        PendingColumn.NAME: row.name,
        PendingColumn.EMAIL: row.email,
        PendingColumn.PHONE: row.phone,
        PendingColumn.BIRTH_DATE: row.birth_date.isoformat(),
        PendingColumn.NOTE: row.about,
        PendingColumn.ASKED_FOR: row.therapist,
        PendingColumn.SINCE: _day(row.asked_at, zone),
    }


def _asked(actor: Actor) -> Iterator[RequestRow]:
    page = list_requests(actor, ListRequests(limit=MOST))
    yield from page.rows
    while page.next:
        page = list_requests(actor, ListRequests(after=page.next, limit=MOST))
        yield from page.rows


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()
