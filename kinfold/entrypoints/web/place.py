"""Whose clock and whose phone book a page is written by: those of the practice of the person who looks.

It is told once for each request, where the actor is known; until then it is UTC. What is typed as a day begins at that
practice's midnight. The API knows none of this: its moments are in UTC.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import phonenumbers

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput

_zone: ContextVar[tzinfo] = ContextVar("kinfold_zone", default=UTC)
_calling_code: ContextVar[int] = ContextVar("kinfold_calling_code", default=0)


def leave() -> None:
    """Forget where the last person was; each request begins with this."""
    _zone.set(UTC)
    _calling_code.set(0)


def enter(actor: Actor) -> None:
    """Write this page for someone of a practice."""
    _zone.set(ZoneInfo(actor.time_zone))
    _calling_code.set(phonenumbers.country_code_for_region(actor.country))


def zone() -> tzinfo:
    """The time zone of this page."""
    return _zone.get()


def calling_code() -> int:
    """The country code that readers of this page dial without saying so; 0 for none."""
    return _calling_code.get()


def today() -> date:
    """The day it is where this page is read."""
    return clock.now().astimezone(zone()).date()


def last_day(until: datetime) -> date:
    """The last day of a period that ends at this moment, which is not part of it: a midnight ends the day before."""
    return (until - timedelta(microseconds=1)).astimezone(zone()).date()


def midnight(actor: Actor, typed: str, field: str, *, after: int = 0) -> datetime | None:
    """The first moment of a typed day, or of one `after` it, in the practice's time zone; None when nothing was typed.

    Raises InvalidInput for what is no day.
    """
    if not typed.strip():
        return None
    try:
        return clock.midnight(date.fromisoformat(typed.strip()) + timedelta(days=after), actor.time_zone)
    except (ValueError, OverflowError):
        raise InvalidInput.one(field, "Enter a day, as YYYY-MM-DD.") from None
