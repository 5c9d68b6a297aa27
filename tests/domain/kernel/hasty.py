"""Tasks for workers that tests start and kill, and a lease short enough to wait for."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

from kinfold.domain.kernel import tasks

LEASE = timedelta(seconds=3)
if "KINFOLD_TEST_HASTY" in os.environ:  # in a worker only, not in the test's own process
    tasks.LEASE = LEASE


def note(what: str) -> None:
    """Write down what happens, for the test to read."""
    with Path(os.environ["KINFOLD_TEST_HASTY"]).open("a") as file:
        file.write(f"{what} {os.getpid()}\n")


@tasks.task()
def wait(number: int, tenths: int) -> None:
    """Take a while."""
    note(f"begin-{number}")
    threading.Event().wait(tenths / 10)
    note(f"end-{number}")


@tasks.task(at_most=timedelta(seconds=0.5))
def hang(number: int) -> None:
    """Never come back."""
    note(f"begin-{number}")
    threading.Event().wait()
