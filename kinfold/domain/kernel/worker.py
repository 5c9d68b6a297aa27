"""The worker: the process that does queued work.

A few threads take tasks; one more keeps hold of what they work on, and ends the whole process when a task hangs, so
that whatever started the worker starts a fresh one. Killing it at any moment loses nothing: what it held is taken
over when its lease ends (docs/decisions/0004).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import Error, close_old_connections, connection, connections

from . import tasks

log = logging.getLogger(__name__)

POLL = 0.5  # seconds between two looks at an empty queue
# One piece of work is soon followed by the next: whoever waited for a file to be checked imports it then.
POLL_SOON, SOON = 0.05, 10.0
PERIODIC_POLL = 5.0
AFTER_DATABASE_TROUBLE = 5.0
GRACE = 10.0  # seconds that a running task has when the worker is asked to end
HUNG = 70  # the exit status of a worker whose task ran for too long


class Worker:
    """Does queued work until `stop` is set."""

    def __init__(self, *, threads: int = 2) -> None:
        self.stop = threading.Event()
        self._threads = threads
        self._held: dict[int, tuple[tasks.Claimed, float]] = {}
        self._lock = threading.Lock()
        self._worked_at = -SOON

    def run(self) -> None:
        """Work. Returns when `stop` is set and what was being done is finished, or has had its grace."""
        loops: list[tuple[str, Callable[[], None], Callable[[], float]]] = [
            *((f"work-{n}", self._work, self._until_next_look) for n in range(self._threads)),
            ("clock", self._clock, lambda: PERIODIC_POLL),
        ]
        if connection.vendor == "sqlite":
            connection.leave_log()  # type: ignore[attr-defined]
            loops.append(("log", self._move_log, lambda: POLL))
        running = [
            threading.Thread(target=self._loop, args=(step, pause), name=name, daemon=True)
            for name, step, pause in loops
        ]
        keeper = threading.Thread(target=self._keep_hold, name="keeper", daemon=True)
        for thread in (*running, keeper):
            thread.start()
        self.stop.wait()
        deadline = time.monotonic() + GRACE
        for thread in running:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _until_next_look(self) -> float:
        return POLL_SOON if time.monotonic() - self._worked_at < SOON else POLL

    def _loop(self, step: Callable[[], None], pause: Callable[[], float]) -> None:
        wait = 0.0
        while not self.stop.wait(wait):
            try:
                step()
                wait = pause()
            except Error as error:
                tasks.report("The database", error)
                wait = AFTER_DATABASE_TROUBLE
            close_old_connections()
        connections.close_all()

    def _work(self) -> None:
        while not self.stop.is_set() and (claimed := tasks.claim()) is not None:
            with self._lock:
                self._held[claimed.id] = (claimed, time.monotonic())
            try:
                claimed.run()
            except Exception as error:  # noqa: BLE001 - whatever a task raises, the worker goes on
                tasks.report(claimed.task.path, error)
                close_old_connections()
                claimed.put_back(error)
            else:
                claimed.finish()
            finally:
                self._worked_at = time.monotonic()
                with self._lock:
                    del self._held[claimed.id]

    def _clock(self) -> None:
        tasks.run_periodic()

    def _move_log(self) -> None:
        connection.move_log()  # type: ignore[attr-defined]

    def _keep_hold(self) -> None:
        while True:
            time.sleep(tasks.LEASE.total_seconds() / 3)
            with self._lock:
                held = list(self._held.values())
            for claimed, began in held:
                if time.monotonic() - began > claimed.task.at_most / timedelta(seconds=1):
                    log.critical("%s hangs: ending this worker.", claimed.task.path)
                    os._exit(HUNG)
                try:
                    claimed.hold_on()
                except Error as error:
                    tasks.report("The database", error)
                    close_old_connections()
