"""The columns of the team list (SPEC section 4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self


class Column(StrEnum):
    """One fact about a member, with its title."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """A column is its name and its title."""
        column = str.__new__(cls, value)
        column._value_ = value
        column.label = label
        return column

    NAME = "name", "Name"
    STATUS = "status", "Status"
    ROLES = "roles", "Roles"
    SUPERVISOR = "supervisor", "Supervisor"
    CLIENTS = "clients", "Clients"
    LICENCE = "licence", "License"
    SEEN = "seen", "Last active"
    EMAIL = "email", "Email"
    JOINED = "joined", "Joined"


# Shown to who has not arranged them, in this order.
DEFAULT: Final = (
    Column.NAME,
    Column.STATUS,
    Column.ROLES,
    Column.SUPERVISOR,
    Column.CLIENTS,
    Column.LICENCE,
    Column.SEEN,
)
