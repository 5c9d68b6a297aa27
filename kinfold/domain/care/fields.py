"""What may stand in the fields of a session, and why not otherwise."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, Problem

from .models import SessionStatus

SHORTEST: Final = 5
LONGEST: Final = 480
EARLIEST: Final = timedelta(days=10 * 365)
LATEST: Final = timedelta(days=2 * 365)
CODE_LENGTH: Final = 20

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]*")
_FAR = "Choose a day within the past 10 years or the next 2."
_TOO_EARLY = "A session that is booked is today or later. Record an earlier one as completed or as a no-show."
_TOO_LATE = "This session has not begun yet, so it can only be booked."


def checked_session(
    now: datetime, zone: str, *, starts_at: datetime | None, minutes: int, service_code: str, status: str
) -> dict[str, Any]:
    """The fields of a session as they will be stored, `starts_at` only when it is given. `zone`: whose days count.

    Raises InvalidInput naming each that cannot be.
    """
    code = service_code.strip()
    problems: list[Problem] = []
    fields: dict[str, Any] = {"minutes": minutes, "service_code": code.upper()}
    if status not in (SessionStatus.SCHEDULED, SessionStatus.COMPLETED, SessionStatus.NO_SHOW):
        problems.append(Problem("status", "Choose scheduled, completed or no-show."))
    if starts_at is not None:
        if sentence := _moment_problem(now, zone, starts_at, status):
            problems.append(Problem("starts_at", sentence))
        else:
            fields["starts_at"] = starts_at.astimezone(UTC).replace(second=0, microsecond=0)
    if not SHORTEST <= minutes <= LONGEST:
        problems.append(Problem("minutes", f"Enter how long it takes, {SHORTEST} to {LONGEST} minutes."))
    if len(code) > CODE_LENGTH or (code and not _CODE.fullmatch(code)):
        problems.append(
            Problem("service_code", f"Enter a code of letters and digits, at most {CODE_LENGTH} characters.")
        )
    if problems:
        raise InvalidInput(problems)
    return fields


def _moment_problem(now: datetime, zone: str, starts_at: datetime, status: str) -> str:
    try:
        at = starts_at.astimezone(UTC)
    except OverflowError:  # the first and last hours of the calendar, seen from another zone
        return _FAR
    if not now - EARLIEST <= at <= now + LATEST:
        return _FAR
    if status == SessionStatus.SCHEDULED:
        return _TOO_EARLY if at < clock.midnight(now.astimezone(ZoneInfo(zone)).date(), zone) else ""
    return _TOO_LATE if at > now else ""
