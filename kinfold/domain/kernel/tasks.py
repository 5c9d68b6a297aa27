"""Background work: asked for in the transaction of the change that needs it, and done at least once.

    @task()
    def check_file(practice_id: UUID, import_id: UUID) -> None: ...

    later("kinfold.domain.imports.work.check_file", practice_id, import_id)

A task is queued if, and only if, the surrounding transaction commits. It is taken by one worker at a time; when that
worker dies, another begins it again within `LEASE` (docs/decisions/0004). So a task must bear being begun again: it
claims what it works on by a conditional update, or does nothing when there is nothing left to do. Only ids go in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import autodiscover_modules

from . import clock
from .models import PeriodicTask, QueuedTask

log = logging.getLogger(__name__)

F_ = TypeVar("F_", bound=Callable[..., None])

LEASE = timedelta(seconds=30)  # how long a dead worker's task waits
AT_MOST = timedelta(minutes=15)  # a task that runs longer hangs, and is ended with its worker
ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=5)  # before the second attempt; doubled each time


@dataclass(frozen=True, slots=True)
class Task:
    """One function that may be queued."""

    path: str
    function: Callable[..., None]
    at_most: timedelta
    attempts: int


@dataclass(frozen=True, slots=True)
class Periodic:
    """One function that runs by the clock."""

    path: str
    function: Callable[[], None]
    interval: timedelta


TASKS: dict[str, Task] = {}
PERIODIC: dict[str, Periodic] = {}


def task(*, at_most: timedelta = AT_MOST, attempts: int = ATTEMPTS) -> Callable[[F_], F_]:
    """Allow a function to be queued. It takes UUIDs and integers, and is begun at most `attempts` times."""

    def decorate(function: F_) -> F_:
        path = _path(function)
        TASKS[path] = Task(path, function, at_most, attempts)
        return function

    return decorate


def every(interval: timedelta) -> Callable[[F_], F_]:
    """Run a function without arguments by the clock, in one worker at a time. It stands in a module `periodic`."""

    def decorate(function: F_) -> F_:
        path = _path(function)
        PERIODIC[path] = Periodic(path, function, interval)
        return function

    return decorate


def later(path: str, *ids: UUID | int) -> None:
    """Queue a task within the running transaction: it happens if, and only if, that commits."""
    found(path)
    now = clock.now()
    QueuedTask.objects.create(path=path, arguments=[_plain(i) for i in ids], due_at=now, created_at=now)


def later_unless_queued(path: str, *ids: UUID | int) -> None:
    """As `later`, unless the same work waits already."""
    if not QueuedTask.objects.filter(
        path=path, arguments=[_plain(i) for i in ids], failed_at__isnull=True
    ).exists():
        later(path, *ids)


def run_pending() -> int:
    """Do everything that is due now, and what that queues, in this process; returns how many. For tests.

    Unlike a worker it lets a task's exception out, and leaves that task queued.
    """
    done = 0
    while (claimed := claim()) is not None:
        try:
            claimed.run()
        except BaseException as error:
            claimed.put_back(error)
            raise
        claimed.finish()
        done += 1
    return done


@dataclass(frozen=True, slots=True)
class Claimed:
    """A task that this process holds."""

    id: int
    claim: str
    task: Task
    arguments: tuple[Any, ...]
    attempts: int

    def run(self) -> None:
        """Do the work. Whether it is done is said by `finish` or `put_back`."""
        self.task.function(*self.arguments)

    def finish(self) -> None:
        """The work is done, unless another worker took it over meanwhile."""
        self._mine().delete()

    def put_back(self, error: BaseException) -> None:
        """The work failed: try again later, or keep it as failed when it was tried often enough."""
        now = clock.now()
        wait = FIRST_WAIT * 2 ** (self.attempts - 1)
        over = self.attempts >= self.task.attempts
        self._mine().update(
            claim="",
            claimed_until=None,
            due_at=now + wait,
            error=place_of(error),
            failed_at=now if over else None,
        )

    def hold_on(self) -> bool:
        """Keep the task for another `LEASE`; False when it is somebody else's by now."""
        return bool(self._mine().update(claimed_until=clock.now() + LEASE))

    def _mine(self) -> Any:
        return QueuedTask.objects.filter(pk=self.id, claim=self.claim)


def claim() -> Claimed | None:
    """Take the task that has been due for longest, also one whose worker has died; None when nothing is due."""
    now = clock.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    due = QueuedTask.objects.filter(free, due_at__lte=now, failed_at__isnull=True).order_by("due_at", "id")
    for pk, held_as, path, arguments, attempts in due.values_list(
        "id", "claim", "path", "arguments", "attempts"
    )[:5]:
        mine = uuid4().hex
        row = QueuedTask.objects.filter(pk=pk, claim=held_as, failed_at__isnull=True)
        try:
            known = found(path)
        except LookupError as error:
            row.update(error=place_of(error), failed_at=now)
            continue
        if attempts >= known.attempts:  # each attempt ended with its worker
            row.update(error="The worker died each time.", failed_at=now)
            continue
        with transaction.atomic():
            taken = row.update(claim=mine, claimed_until=now + LEASE, attempts=F("attempts") + 1)
        if taken:
            return Claimed(pk, mine, known, tuple(_revived(a) for a in arguments), attempts + 1)
    return None


def run_periodic() -> int:
    """Run the periodic tasks that are due; each is taken by one worker. Returns how many."""
    autodiscover_modules("periodic")
    now = clock.now()
    planned: dict[str, datetime] = dict(PeriodicTask.objects.values_list("path", "due_at"))
    ran = 0
    for periodic in PERIODIC.values():
        due_at = planned.get(periodic.path)
        if due_at is None:
            PeriodicTask.objects.bulk_create(
                [PeriodicTask(path=periodic.path, due_at=now)], ignore_conflicts=True
            )
            due_at = now
        if due_at > now:
            continue
        row = PeriodicTask.objects.filter(path=periodic.path, due_at=due_at)
        if row.update(due_at=now + periodic.interval, began_at=now):
            ran += 1
            try:
                periodic.function()
            except Exception as error:  # noqa: BLE001 - one that fails must not keep the others from running
                report(periodic.path, error)
    return ran


def last_seen() -> datetime | None:
    """When a worker last began a periodic task: a sign of life."""
    began = PeriodicTask.objects.filter(began_at__isnull=False).order_by("-began_at")
    return began.values_list("began_at", flat=True).first()


def failed() -> int:
    """How many tasks were given up."""
    return QueuedTask.objects.filter(failed_at__isnull=False).count()


def found(path: str) -> Task:
    """The task of this path. Raises LookupError for anything that was not declared one."""
    if path not in TASKS and path.startswith("kinfold."):
        try:
            import_module(path.rpartition(".")[0])
        except ModuleNotFoundError as error:
            raise LookupError(path) from error
    if path not in TASKS:
        raise LookupError(f"{path} is not a task")
    return TASKS[path]


def report(path: str, error: BaseException) -> None:
    """Log that a task failed, without the error's text."""
    log.error("%s failed: %s", path, place_of(error))


def place_of(error: BaseException) -> str:
    """What kind of error it was and where. Never its text, which may hold what people typed."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f" in {at.tb_frame.f_globals.get('__name__')}, line {at.tb_lineno}" if at else ""
    return f"{type(error).__name__}{where}"[:200]


def _path(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _plain(value: UUID | int) -> str | int:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, int):
        return value
    raise TypeError("a task takes ids only")


def _revived(value: str | int) -> UUID | int:
    return UUID(value) if isinstance(value, str) else value
