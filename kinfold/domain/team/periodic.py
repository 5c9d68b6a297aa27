"""What the worker does about the team by the clock."""

from __future__ import annotations

from datetime import timedelta

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tasks import every
from kinfold.domain.practices.queries import practice_names

from .commands.statuses import EndHolds, end_holds


@every(timedelta(minutes=10))
def end_holds_on_their_day() -> None:
    """Make members active whose hold is over."""
    for practice in practice_names():
        end_holds(system_actor(practice.id, "Holds", Permission.MEMBERS_STATUS), EndHolds())
