"""`make bench`, in small: every job of every contender is really done, on this run's database."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connections

from bench.floors import CONTENDERS, HTML, JSON, PEER, RAW
from bench.installation import PEER as PEER_DATABASE
from bench.installation import RAW as RAW_DATABASE
from bench.installation import Installation
from bench.report import growth, table
from bench.run import JOBS, Plan, compare
from bench.seed import fill
from bench.teams import TEAM_JOBS, Size
from kinfold.domain.kernel.tasks import run_pending
from tests import engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Installation]:
    """This run's database as an installation, with empty ones beside it."""
    server = engine.postgres() if engine.engine() == "postgres" else None
    if server:
        for database in (PEER_DATABASE, RAW_DATABASE):
            server.create_database(database)
    name = engine.database_name(engine.worker_name()) if server else "kinfold"
    yield Installation(tmp_path, engine.engine(), server, settings.HOME, name)
    if server:
        for database in (PEER_DATABASE, RAW_DATABASE):
            server.drop_database(database)


@pytest.mark.django_db(transaction=True)
def test_the_bench_does_every_job_of_every_contender(live_server: LiveServer, made: Installation) -> None:
    plan = Plan(
        clients=120, engine=made.engine, rounds=1, seconds=0.01, at_once=2, import_rows=20, quiet=0.01
    )
    seeded = fill(plan.clients, {"small": Size(3, 0, 2), "large": Size(5, 2, 2)})
    with _worker():
        results = compare(plan, made, live_server.thread.port, seeded)

    measured = results.as_json()["jobs"]
    for job in JOBS:
        contenders = set(CONTENDERS) - ({PEER} if job in TEAM_JOBS else set())
        assert set(measured[job]) == contenders, job
        assert all(measured[job][one]["rps"] > 0 for one in contenders), job
    assert {one for one in measured["J6"] if measured["J6"][one]["rows_per_s"] > 0} == {HTML, PEER, RAW}
    assert {one for one in measured["J7"] if measured["J7"][one]["ms"] > 0} == {JSON, PEER}
    assert "J7: " in table(results)
    assert measured["J1 during J6"][HTML]["p95_ms"] > 0
    assert "J4 kinfold_json: p50 of J1" in table(results)
    assert "team kinfold_html: p50 of the large practice" in table(results)
    assert "×" in growth({120: results, 1200: results})


@contextmanager
def _worker() -> Iterator[None]:
    """Does what is queued, as the worker of an installation."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.02):
            run_pending()
        connections.close_all()

    working = threading.Thread(target=work)
    working.start()
    try:
        yield
    finally:
        over.set()
        working.join()
