"""What the worker does about logins by the clock."""

from __future__ import annotations

from datetime import timedelta

from kinfold.domain.identity import commands
from kinfold.domain.kernel.tasks import every


@every(timedelta(hours=1))
def forget_what_ended() -> None:
    """Delete sessions, counters, codes, links and notices that no longer mean anything."""
    commands.forget_what_ended()
