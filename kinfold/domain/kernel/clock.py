"""The time, from one place, so that periods and limits can be tested with a moved clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

_frozen: ContextVar[datetime | None] = ContextVar("kinfold_clock", default=None)


def now() -> datetime:
    """The current moment, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The current date, in UTC."""
    return now().date()


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment`, for tests and for replaying a past question."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
