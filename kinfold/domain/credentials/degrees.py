"""Which degree somebody had on a day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from .models import Degree, DegreePeriod


def degree_on(member_id: UUID, day: date) -> Degree | None:
    """A member's degree on the day of a service, as it is known now; None where none is on record (SPEC 8.6)."""
    open_rows = DegreePeriod.objects.filter(member_id=member_id, until__isnull=True)
    known = [row for row in open_rows if row.held_from is None or row.held_from <= day]
    latest = max(known, key=lambda row: row.held_from or date.min, default=None)
    return Degree(latest.degree) if latest else None
