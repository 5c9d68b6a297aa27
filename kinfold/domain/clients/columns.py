"""The columns of the list of clients: which there are, and in which order each person has them (SPEC U58, U59)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple, Self

from kinfold.domain.access.permissions import Permission


class Column(StrEnum):
    """One fact about a client. `needs` is the permission without which nobody sees it in a list."""

    label: str
    needs: Permission | None

    def __new__(cls, value: str, label: str, needs: Permission | None = None) -> Self:
        """A column is its name, its title, and what seeing it needs."""
        column = str.__new__(cls, value)
        column._value_ = value
        column.label = label
        column.needs = needs
        return column

    NAME = "name", "Name"
    THERAPIST = "therapist", "Primary therapist"
    TAGS = "tags", "Tags", Permission.CLIENTS_PROFILE
    EXTERNAL_ID = "external_id", "External ID", Permission.CLIENTS_PROFILE
    UPDATED = "updated", "Last update"
    EMAIL = "email", "Email", Permission.CLIENTS_PROFILE
    PHONE = "phone", "Phone", Permission.CLIENTS_PROFILE
    BIRTH_DATE = "birth_date", "Date of birth", Permission.CLIENTS_PROFILE
    SEX_AT_BIRTH = "sex_at_birth", "Sex at birth", Permission.CLIENTS_PROFILE
    KIND = "kind", "Kind"
    ADDED = "added", "Added", Permission.CLIENTS_PROFILE
    LAST_SESSION = "last_session", "Last session", Permission.SESSIONS_SEE
    NEXT_SESSION = "next_session", "Next session", Permission.SESSIONS_SEE
    PENDING_NOTES = "pending_notes", "Pending notes", Permission.SESSIONS_SEE


BY_NAME: Final[dict[str, Column]] = {column.value: column for column in Column}

# Shown to who has not arranged them, in this order.
DEFAULT: Final = (Column.NAME, Column.THERAPIST, Column.TAGS, Column.EXTERNAL_ID, Column.UPDATED)
PAGE_SIZES: Final = (25, 50, 100)
PAGE_SIZE: Final = 50


class Placed(NamedTuple):
    """A column in its place, shown or hidden."""

    column: Column
    shown: bool


def arranged(wanted: Iterable[Placed]) -> tuple[Placed, ...]:
    """All columns in order: first the name, which is always shown, then as wanted, then those nobody spoke of."""
    places: dict[Column, bool] = {Column.NAME: True}
    for column, shown in wanted:
        places.setdefault(column, shown)
    for column in Column:
        places.setdefault(column, False)
    return tuple(Placed(column, shown) for column, shown in places.items())


def read(stored: Iterable[str]) -> tuple[Placed, ...]:
    """As `written` wrote them. A column that is no more is left out."""
    names = ((name.removeprefix("-"), not name.startswith("-")) for name in stored)
    return arranged(Placed(BY_NAME[name], shown) for name, shown in names if name in BY_NAME)


def written(columns: Iterable[Placed]) -> list[str]:
    """Each column's name in order, with a hyphen before those that are hidden."""
    return [column.value if shown else f"-{column.value}" for column, shown in columns]
