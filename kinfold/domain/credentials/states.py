"""How something that expires stands on a day, and the letters that a person may put behind their name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from .days import step_of


class ExpiryState(StrEnum):
    """Whether something holds."""

    HOLDS = "holds"
    SOON = "soon"
    EXPIRED = "expired"


def expiry_state(expires_on: date | None, today: date) -> ExpiryState:
    """How it stands: it expires soon from 90 days ahead on, and holds through its last day."""
    if expires_on is None:
        return ExpiryState.HOLDS
    if expires_on < today:
        return ExpiryState.EXPIRED
    return ExpiryState.HOLDS if step_of(expires_on, today) is None else ExpiryState.SOON


def titles(licences: Iterable[tuple[str, ExpiryState]]) -> str:
    """The types of the licences that hold, each once: "LCSW, LP". An expired one entitles nobody to its letters."""
    held = (title for title, state in licences if state is not ExpiryState.EXPIRED)
    return ", ".join(dict.fromkeys(held))
