"""Periods: rows with `since` and `until`, closed when something ends and never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from . import clock
from .errors import InvalidInput

FURTHEST = timedelta(days=50 * 365)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def holds(at: datetime) -> Q:
    """The rows of a period table that hold at a moment. A period includes its start and excludes its end."""
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def holds_or_will(at: datetime) -> Q:
    """The rows that hold at a moment or begin later. One that was called off before it began never will."""
    return Q(until__isnull=True) | (Q(until__gt=at) & Q(until__gt=F("since")))


def stands(since: datetime, until: datetime | None, at: datetime) -> str:
    """How a period stands at a moment: "ended", "planned" or "active"."""
    if until is not None and until <= at:
        return "ended"
    return "planned" if since > at else "active"


def begins(since: datetime | None, until: datetime | None, now: datetime, zone: str) -> datetime:
    """When a period that somebody in a time zone plans begins: now, unless a later moment is asked for.

    It cannot begin in the past, since what held then is not rewritten. Raises InvalidInput naming `since` or `until`.
    """
    if since is not None and since < clock.midnight(clock.today(zone), zone):
        raise InvalidInput.one("since", "Choose today or a later day.")
    refuse_far_away(now, since=since, until=until)
    start = max(since or now, now)
    if until is not None and until <= start:
        late = "The end lies before the beginning. Choose a later day."
        raise InvalidInput.one("until", late if start > now else "Choose today or a later day.")
    return start


def in_utc(field: str, moment: datetime) -> datetime:
    """A moment as it is compared with stored ones. Raises InvalidInput for one that nobody can mean.

    Near the ends of the calendar a moment has no day in another time zone.
    """
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise InvalidInput.one(field, f"Choose a moment between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    return moment.astimezone(UTC)


def refuse_far_away(now: datetime, **moments: datetime | None) -> None:
    """Raise InvalidInput naming a moment that nobody can mean: a year typed with a digit too many."""
    for field, moment in moments.items():
        if moment is not None and moment > now + FURTHEST:
            raise InvalidInput.one(field, "Choose a day within the next 50 years.")
