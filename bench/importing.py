"""J6: a file of many people, from choosing it to the last of them being there; and how others fare meanwhile."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

from . import load
from .admin_requests import DjangoAdmin
from .floors import HTML, PEER, RAW
from .kinfold_requests import Kinfold
from .people import people
from .raw import Raw
from .report import Results

COLUMNS = ("first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id")
PEER_ROWS = 2000  # it takes seconds for each thousand


def csv_file(rows: int, seed: str) -> bytes:
    """People nobody has yet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for person in people(rows, seed=seed):
        writer.writerow(person[: len(COLUMNS)])
    return text.getvalue().encode()


def measure_imports(
    rows: int,
    results: Results,
    kinfold: Kinfold,
    peer: DjangoAdmin | None,
    limit: Raw,
    *,
    quiet: float,
) -> None:
    """Rows per second of each, and J1's p95 while Kinfold imports next to what it is without."""
    results.add("J6", RAW, rows_per_s=limit.load(people(rows, seed="load")))
    content = csv_file(rows, f"file{uuid4().hex}")
    for pause in (False, True):
        alone = load.latencies(*_first_page(kinfold), quiet)
        results.add("J1 quiet", HTML, p50_ms=alone.p50, p95_ms=alone.p95)
        if not pause:
            _kinfold(rows, content, results, kinfold)
    if peer:
        few = min(rows, PEER_ROWS)
        content = csv_file(few, f"peer{uuid4().hex}")
        began = time.perf_counter()
        peer.upload("people.csv", content)
        results.add("J6", PEER, rows_per_s=few / (time.perf_counter() - began))


def _first_page(kinfold: Kinfold) -> tuple[int, Iterator[bytes], int]:
    asked = kinfold.page("J1")
    return asked.port, asked.requests, asked.expected


def _kinfold(rows: int, content: bytes, results: Results, kinfold: Kinfold) -> None:
    """Import the file while somebody else looks at the first page again and again."""
    others: list[float] = []
    over = threading.Event()

    def look() -> None:
        port, requests, expected = _first_page(kinfold)
        while not over.is_set():
            others.extend(load.latencies(port, requests, expected, 0.2, warm_up=0).ms)

    looking = threading.Thread(target=look)
    looking.start()
    began = time.perf_counter()
    try:
        kinfold.upload("people.csv", content)
        took = time.perf_counter() - began
    finally:
        over.set()
        looking.join()
    results.add("J6", HTML, rows_per_s=rows / took)
    timings = load.Timings(others)
    results.add("J1 during J6", HTML, p50_ms=timings.p50, p95_ms=timings.p95)
