"""The numbers as a table with ratios for people, and as JSON for programs."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import floors
from .floors import CONTENDERS, FLOORS, HTML, JSON, PEER, RAW

BELOW = "below floor"


@dataclass(slots=True)
class Results:
    """Every round of every measure, by job, contender and unit (p50_ms, p95_ms, rps, rows_per_s, ms)."""

    clients: int
    engine: str
    rounds: dict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, job: str, contender: str, **measured: float) -> None:
        """Keep one round."""
        for unit, value in measured.items():
            self.rounds[job, contender, unit].append(value)

    def get(self, job: str, contender: str, unit: str) -> float | None:
        """The median of the rounds, or None when it was not measured."""
        values = self.rounds.get((job, contender, unit))
        return statistics.median(values) if values else None

    @property
    def jobs(self) -> list[str]:
        """What was measured, in order."""
        return list(dict.fromkeys(job for job, _, _ in self.rounds))

    def as_json(self) -> dict[str, Any]:
        """`{"clients": N, "jobs": {"J1": {"raw": {"p50_ms": …, "rps": …}, …}, …}}`."""
        jobs: dict[str, dict[str, dict[str, float]]] = {}
        for job, contender, unit in self.rounds:
            value = self.get(job, contender, unit)
            assert value is not None
            jobs.setdefault(job, {}).setdefault(contender, {})[unit] = round(value, 3)
        return {"clients": self.clients, "jobs": jobs}

    def write(self, folder: Path) -> Path:
        """Keep the JSON as `<engine>.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.engine}.json"
        path.write_text(json.dumps(self.as_json(), indent=2) + "\n")
        return path


def table(results: Results) -> str:
    """What was measured, and what it is worth next to the peer, the raw database and the floors."""
    lines = [
        f"{results.clients:,} clients on {results.engine}; medians; ms alone / per second with 8 at once",
        "",
        _row("job", *CONTENDERS),
    ]
    lines += [_row(job, *(_cell(results, job, one) for one in CONTENDERS)) for job in results.jobs]
    lines += ["", _row("times the admin", HTML, JSON, "floor, goal", "", "times raw ms")]
    for job in results.jobs:
        lines.extend(_verdict(results, job))
    lines += ["", *_limits(results)]
    return "\n".join(lines)


def _row(first: str, *cells: str) -> str:
    return f"{first:<15}" + "".join(f"{cell:>20}" for cell in cells)


def _cell(results: Results, job: str, contender: str) -> str:
    p50, rps = results.get(job, contender, "p50_ms"), results.get(job, contender, "rps")
    rows = results.get(job, contender, "rows_per_s")
    if rows is not None:
        return f"{rows:,.0f} rows/s"
    whole = results.get(job, contender, "ms")
    if whole is not None:
        return f"{whole:,.0f} ms"
    return "–" if p50 is None or rps is None else f"{p50:.2f} / {rps:,.0f}"


def ratio(results: Results, job: str, contender: str) -> float | None:
    """How many times the admin's rate."""
    took, theirs = results.get(job, contender, "ms"), results.get(job, PEER, "ms")
    if took and theirs:
        return theirs / took
    unit = "rows_per_s" if results.get(job, contender, "rows_per_s") else "rps"
    ours, theirs = results.get(job, contender, unit), results.get(job, PEER, unit)
    return ours / theirs if ours and theirs else None


def _verdict(results: Results, job: str) -> list[str]:
    lines = []
    for contender in (HTML, JSON):
        measured, wanted = ratio(results, job, contender), FLOORS.get((job, contender))
        if measured is None:
            continue
        cells = [f"{measured:.1f}×", ""] if contender == HTML else ["", f"{measured:.1f}×"]
        cells.append(f"{wanted.floor:.1f}×, {wanted.goal:.1f}×" if wanted else "")
        cells.append(_word(measured, wanted.floor, wanted.goal) if wanted else "")
        p50, limit = results.get(job, contender, "p50_ms"), results.get(job, RAW, "p50_ms")
        cells.append(f"{p50 / limit:.0f}×" if p50 and limit else "")
        lines.append(_row(job, *cells))
    return lines


def _word(measured: float, floor: float, goal: float) -> str:
    return BELOW if measured < floor else "goal" if measured >= goal else "floor"


def _limits(results: Results) -> list[str]:
    lines = []
    for contender in (HTML, JSON):
        first, deep = results.get("J1", contender, "p50_ms"), results.get("J4", contender, "p50_ms")
        if first and deep:
            lines.append(_at_most(f"J4 {contender}: p50 of J1", deep / first, floors.DEEP_AT_MOST))
        p50, p95 = results.get("J2", contender, "p50_ms"), results.get("J2", contender, "p95_ms")
        if p50 and p95:
            lines.append(_at_most(f"J2 {contender}: p95 of p50", p95 / p50, floors.SEARCH_P95_AT_MOST))
    for what in ("team", "access"):
        for contender in (HTML, JSON):
            small, large = (results.get(f"{what} {size}", contender, "p50_ms") for size in ("small", "large"))
            if small and large:
                said = f"{what} {contender}: p50 of the large practice, of the small one's"
                lines.append(_at_most(said, large / small, floors.LARGE_TEAM_AT_MOST))
    page = results.get("J1", HTML, "p50_ms")
    if page:
        lines.append(f"J1 page: {page:.2f} ms (goal under {floors.PAGE_GOAL_MS:.0f})")
    rows = results.get("J6", HTML, "rows_per_s")
    if rows:
        word = _word(rows, floors.IMPORT_FLOOR, floors.IMPORT_GOAL)
        lines.append(f"J6: {rows:,.0f} rows/s (floor {floors.IMPORT_FLOOR:,.0f}): {word}")
    took = results.get("J7", JSON, "ms")
    if took:
        word = _word(1 / took, 1 / floors.REASSIGN_FLOOR, 1 / floors.REASSIGN_GOAL)
        lines.append(f"J7: {took:,.0f} ms (floor {floors.REASSIGN_FLOOR:,.0f}): {word}")
    quiet, busy = results.get("J1 quiet", HTML, "p95_ms"), results.get("J1 during J6", HTML, "p95_ms")
    if quiet and busy:
        lines.append(_at_most("J1 page during J6: p95 of undisturbed", busy / quiet, floors.OTHERS_AT_MOST))
    return lines


def _at_most(what: str, measured: float, limit: float) -> str:
    return f"{what}: {measured:.2f}× (at most {limit:.1f}×): {'floor' if measured <= limit else BELOW}"


def growth(by_size: dict[int, Results]) -> str:
    """How p50 grows from the smallest to the largest practice."""
    small, large = min(by_size), max(by_size)
    lines = [f"p50 at {large:,} clients as a multiple of {small:,}", "", _row("job", HTML, JSON)]
    for job in by_size[small].jobs:
        cells = []
        for contender in (HTML, JSON):
            first, last = (by_size[n].get(job, contender, "p50_ms") for n in (small, large))
            if first is None or last is None:
                cells.append("–")
                continue
            grown = last / first
            word = (
                BELOW if grown > floors.GROWTH_AT_MOST else "goal" if grown <= floors.GROWTH_GOAL else "floor"
            )
            cells.append(f"{grown:.2f}× {word}")
        lines.append(_row(job, *cells))
    return "\n".join(lines)
