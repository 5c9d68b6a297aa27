"""Periods: rows with `since` and `until`, closed when something ends and never overwritten."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q


def holds(at: datetime) -> Q:
    """The rows of a period table that hold at a moment. A period includes its start and excludes its end."""
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def holds_or_will(at: datetime) -> Q:
    """The rows that hold at a moment or begin later. One that was called off before it began never will."""
    return Q(until__isnull=True) | (Q(until__gt=at) & Q(until__gt=F("since")))
