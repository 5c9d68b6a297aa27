"""Acts at the same moment, on real connections: for tests of what must hold however many hurry."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, connections

from kinfold.domain.audit import trail
from kinfold.domain.kernel.errors import DomainError


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of these at the same moment, each on a connection of its own; what each returned or was refused with."""
    ready = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            ready.wait(30)
            outcomes[number] = acts[number]()
        except Exception as error:  # noqa: BLE001 - every outcome is counted, and only refusals are expected
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    faults = [
        fault for fault in outcomes if isinstance(fault, Exception) and not isinstance(fault, DomainError)
    ]
    assert not faults, faults
    return outcomes


def until_somebody_waits() -> None:
    """Go on when another connection waits for what this one holds. SQLite's writers wait before they begin."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for _ in range(20_000):
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted LIMIT 1")
            if cursor.fetchall():
                return
    raise AssertionError("nobody waits")


def kinds(outcomes: Sequence[object]) -> Counter[type]:
    """How often each refusal came."""
    return Counter(type(outcome) for outcome in outcomes if isinstance(outcome, Exception))


def before_the_trail(
    monkeypatch: pytest.MonkeyPatch, first: Callable[[], object], second: Callable[[], object]
) -> list[object]:
    """Let `first` do all but write its trail, then let `second` go as far as it can, and end both."""
    written, at_the_end, mine = threading.Event(), threading.Event(), threading.local()
    head = trail._head

    def heads() -> list[Any]:
        if getattr(mine, "first", False):
            written.set()
            at_the_end.wait(0.5)  # whoever waits for the first does not come here
        found = list(head())
        if getattr(mine, "second", False):
            at_the_end.set()
        return found

    def one() -> object:
        mine.first = True
        return first()

    def two() -> object:
        written.wait(5)
        mine.second = True
        return second()

    monkeypatch.setattr(trail, "_head", heads)
    return at_once([one, two])
