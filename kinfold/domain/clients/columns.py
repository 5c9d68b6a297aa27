"""The columns of the list of clients: which there are, and in which order each person has them (SPEC U58, U59)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self

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
    RISK = "risk", "Risk level", Permission.CLIENTS_RISK
    EMAIL = "email", "Email", Permission.CLIENTS_PROFILE
    PHONE = "phone", "Phone", Permission.CLIENTS_PROFILE
    BIRTH_DATE = "birth_date", "Date of birth", Permission.CLIENTS_PROFILE
    SEX_AT_BIRTH = "sex_at_birth", "Sex at birth", Permission.CLIENTS_PROFILE
    KIND = "kind", "Kind"
    ADDED = "added", "Added", Permission.CLIENTS_PROFILE
    LAST_SESSION = "last_session", "Last session", Permission.SESSIONS_SEE
    NEXT_SESSION = "next_session", "Next session", Permission.SESSIONS_SEE
    PENDING_NOTES = "pending_notes", "Pending notes", Permission.SESSIONS_SEE


# Shown to who has not arranged them, in this order.
DEFAULT: Final = (Column.NAME, Column.THERAPIST, Column.TAGS, Column.EXTERNAL_ID, Column.UPDATED)
PAGE_SIZES: Final = (25, 50, 100, 200)
PAGE_SIZE: Final = 50
