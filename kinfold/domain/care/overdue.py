"""When a note is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FINISHED_WITHIN: Final = timedelta(days=3)


def overdue_before(now: datetime) -> datetime:
    """Notes of sessions that began before this moment are overdue, unless they are signed."""
    return now - FINISHED_WITHIN
