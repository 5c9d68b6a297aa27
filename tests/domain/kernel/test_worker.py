"""The worker as a program: killed at any moment, it loses nothing; alive, it keeps what it works on."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from kinfold.domain.kernel import clock, tasks
from kinfold.domain.kernel.models import Once, QueuedTask
from kinfold.domain.kernel.worker import HUNG
from tests import engine
from tests.domain.kernel import hasty
from tests.mailserver import worker

if TYPE_CHECKING:
    from collections.abc import Callable

HASTY = hasty.__name__
PATIENCE = 180.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the workers of this test have noted so far, without their process numbers."""
    file = tmp_path / "notes"
    file.touch()
    monkeypatch.setenv("KINFOLD_TEST_HASTY", str(file))
    return lambda: [line.split()[0] for line in file.read_text().splitlines()]


def until(holds: Callable[[], object]) -> None:
    """Wait for something that a worker does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never happened"
        Event().wait(0.05)


def queue(name: str, *numbers: int) -> None:
    """Ask for one of the hasty tasks."""
    tasks.later(f"{HASTY}.{name}", *numbers)


def test_what_a_killed_worker_was_doing_is_begun_again_by_another(notes: Callable[[], list[str]]) -> None:
    queue("wait", 1, 600)
    with worker(HASTY) as first:
        until(lambda: "begin-1" in notes())
        first.kill()
        first.wait()
    QueuedTask.objects.update(arguments=[1, 0])  # the second time it need not take so long
    with worker(HASTY):
        until(lambda: "end-1" in notes())
        until(lambda: not QueuedTask.objects.exists())
    assert notes() == ["begin-1", "begin-1", "end-1"]


def test_a_worker_that_was_killed_while_idle_is_not_missed(notes: Callable[[], list[str]]) -> None:
    queue("wait", 1, 0)
    with worker(HASTY) as first:
        until(lambda: "end-1" in notes())
        first.kill()
        first.wait()
    queue("wait", 2, 0)
    with worker(HASTY):
        until(lambda: "end-2" in notes())


def test_a_task_longer_than_its_lease_stays_with_its_worker(notes: Callable[[], list[str]]) -> None:
    queue("wait", 1, 75)  # more than two leases
    with worker(HASTY), worker(HASTY):
        until(lambda: "end-1" in notes())
        until(lambda: not QueuedTask.objects.exists())
    assert notes() == ["begin-1", "end-1"]


def test_a_task_that_hangs_ends_its_worker_and_counts_as_an_attempt(notes: Callable[[], list[str]]) -> None:
    queue("hang", 1)
    with worker(HASTY) as first:
        assert first.wait(PATIENCE) == HUNG
    row = QueuedTask.objects.get()
    assert (row.attempts, row.failed_at) == (1, None)
    assert notes() == ["begin-1"]


def test_what_was_committed_comes_into_the_database_file_without_anybody_waiting_for_it(
    tmp_path: Path,
) -> None:
    if engine.engine() != "sqlite":
        return
    copy = tmp_path / "copy.sqlite3"

    def there() -> bool:
        shutil.copyfile(connection.settings_dict["NAME"], copy)  # and not the log beside it
        with closing(sqlite3.connect(copy)) as alone:
            try:
                return bool(alone.execute("SELECT 1 FROM kernel_once WHERE what = 'moved'").fetchall())
            except sqlite3.DatabaseError:  # the worker was at it
                return False

    Once.objects.create(what="moved", at=clock.now())
    assert not there()
    with worker():
        until(there)


def test_two_workers_share_the_work_and_do_each_task_once(notes: Callable[[], list[str]]) -> None:
    for number in range(24):
        queue("wait", number, 0)
    with worker(HASTY), worker(HASTY):
        until(lambda: not QueuedTask.objects.exists())
    assert sorted(notes()) == sorted([f"{word}-{n}" for n in range(24) for word in ("begin", "end")])
