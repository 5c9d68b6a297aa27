"""One run: prepare everything, then measure round by round, each contender next to the others."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from . import load, raw
from .admin_requests import DjangoAdmin
from .asked import Asked
from .floors import HTML, JSON, PEER, RAW
from .importing import measure_imports
from .installation import PEER as PEER_DATABASE
from .installation import Installation, free_port, installation, serving
from .kinfold_requests import Kinfold
from .people import prefixes
from .reassigning import measure_reassigning
from .report import Results
from .teams import TEAM_JOBS, about

JOBS = ("J1", "J2", "J3", "J3 supervisor", "J4", "J5", *TEAM_JOBS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure."""

    clients: int
    engine: str
    rounds: int = 3
    seconds: float = 1.0
    at_once: int = 8
    import_rows: int = 0
    peer: bool = True
    quiet: float = 3.0  # seconds of looking at J1 before and after an import
    only: tuple[str, ...] = ()

    def wants(self, job: str) -> bool:
        """Whether a job is part of this run; `J3` stands for both of its lists, `team` for that of both practices."""
        return not self.only or job in self.only or job.split(maxsplit=1)[0] in self.only


def say(what: str) -> None:
    """Progress, apart from the results."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def measure(plan: Plan, folder: Path) -> Results:
    """Everything a plan asks for, on databases of its own under `folder`."""
    with ExitStack() as stack:
        made = stack.enter_context(installation(folder, plan.engine))
        say(f"seeding {plan.clients:,} clients on {plan.engine}")
        made.output("kinfold", "migrate")
        seeded = made.run("bench.seed", str(plan.clients))
        made.settle(made.kinfold)
        port = free_port()
        stack.enter_context(serving(made, kinfold_server(port), port))
        return compare(plan, made, port, seeded)


def compare(plan: Plan, made: Installation, port: int, seeded: dict[str, Any]) -> Results:
    """What a plan asks for, of the Kinfold that serves an installation on this port, with its peer beside it."""
    results = Results(plan.clients, plan.engine)
    with ExitStack() as stack:
        kinfold = Kinfold(port, seeded)
        limit = raw.Raw(made, seeded["practice"])
        peer = None
        if plan.peer:
            seeded_peer = made.run("bench.peer.seed", str(plan.clients))
            made.settle(PEER_DATABASE)
            port = free_port()
            stack.enter_context(serving(made, peer_server(port), port))
            peer = DjangoAdmin(port, seeded_peer, seeded["deep"])
        for job in filter(plan.wants, JOBS):
            say(job)
            _rounds(plan, results, job, kinfold, peer, _raw(limit, seeded, job))
        if plan.wants("J7"):
            say("J7")
            measure_reassigning(plan.rounds, results, kinfold, peer)
        if plan.import_rows and plan.wants("J6"):
            say(f"J6 with {plan.import_rows:,} rows")
            measure_imports(plan.import_rows, results, kinfold, peer, limit, quiet=plan.quiet)
    return results


def kinfold_server(port: int) -> list[str]:
    """As an operator starts it: the web server and the worker in one."""
    return [sys.executable, "-m", "kinfold", "run", "--port", str(port)]


def peer_server(port: int) -> list[str]:
    """The same web server with the same number of processes; one thread each was its best here."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "1", "bench.peer.wsgi:application"),
    ]


def _rounds(
    plan: Plan,
    results: Results,
    job: str,
    kinfold: Kinfold,
    peer: DjangoAdmin | None,
    limit: raw.Ready,
) -> None:
    asked: dict[str, Asked] = {HTML: kinfold.page(job), JSON: kinfold.api(job)}
    if peer and job not in TEAM_JOBS:  # the peer has no team
        asked[PEER] = peer.job(job)
    for _ in range(plan.rounds):
        alone = raw.latencies(limit, plan.seconds / 2)
        busy = raw.rate(limit, plan.seconds / 2, plan.at_once)
        results.add(job, RAW, p50_ms=alone.p50, p95_ms=alone.p95, rps=busy)
        for contender, one in asked.items():
            alone = load.latencies(one.port, one.requests, one.expected, plan.seconds)
            busy = load.rate(one.port, one.requests, one.expected, plan.seconds, plan.at_once)
            results.add(job, contender, p50_ms=alone.p50, p95_ms=alone.p95, rps=busy)


def _raw(limit: raw.Raw, seeded: dict[str, Any], job: str) -> raw.Ready:
    practice = limit.practice
    match job:
        case "J1":
            return limit.asking([("J1", ())])
        case "J2":
            words = [raw.search_word(prefix) for prefix in prefixes()]
            return limit.asking([("J2", (practice, word, raw.after(word))) for word in words])
        case "J3":
            therapist, tag = UUID(seeded["therapist"]), UUID(seeded["tag"])
            return limit.asking([("J3 therapist", (therapist,)), ("J3 tag", (practice, tag))])
        case "J3 supervisor":
            return limit.asking([("J3 supervisor", (practice, practice))])
        case "J4":
            return limit.asking([("J4", limit.place_of(UUID(seeded["cursor"])))])
        case "J5":
            return limit.inserting()
        case _ if job in TEAM_JOBS:
            asked = about(job, seeded)
            return limit.asking([(asked.what, asked.parameters)], practice=asked.practice)
    raise KeyError(job)
