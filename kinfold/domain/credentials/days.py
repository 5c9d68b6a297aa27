"""The day that counts for what expires, and how far ahead that is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kinfold.domain.kernel import clock
from kinfold.domain.practices.queries import zone_here

# From how many days ahead the person and those who keep licences are told, and it is shown (SPEC 4).
AHEAD = (90, 60, 30, 7)


def day_of(moment: datetime) -> date:
    """The day it is at a moment where the entered practice is."""
    return moment.astimezone(ZoneInfo(zone_here())).date()


def end_of(day: date) -> datetime:
    """The moment at which a day is over where the entered practice is."""
    return clock.midnight(day + timedelta(days=1), zone_here())


def step_of(expires_on: date, today: date) -> int | None:
    """The most urgent step of `AHEAD` that has been reached; None while none has, and once it has expired."""
    left = (expires_on - today).days
    return min((step for step in AHEAD if 0 <= left <= step), default=None)
