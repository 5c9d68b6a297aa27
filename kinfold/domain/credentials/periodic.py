"""What the worker does about credentials by the clock."""

from __future__ import annotations

from datetime import timedelta

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import every
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.queries import practice_names

from .commands.reminding import RemindOfExpiry, due_reminders, remind_of_expiry
from .days import day_of


@every(timedelta(hours=1))
def remind_of_what_expires() -> None:
    """Send the reminders that are due, practice by practice."""
    for practice in practice_names():
        # Looking first keeps the one writer of SQLite free on all the days on which nothing is due.
        with entered(practice.id):
            due = bool(due_reminders(day_of(clock.now())))
        if due:
            remind_of_expiry(
                system_actor(practice.id, "Reminders", Permission.LICENCES_MANAGE), RemindOfExpiry()
            )
