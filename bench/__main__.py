"""`python -m bench --clients 100000 --engine sqlite`: what `make bench` runs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .installation import ENGINES, ROOT
from .report import growth, table
from .run import Plan, measure

OUT = ROOT / "bench" / "out"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument(
        "--sizes", default="", help="numbers of clients, for example 10000,100000: measures growth"
    )
    parser.add_argument("--jobs", default="", help="only these, for example J1,J4")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each single measurement")
    parser.add_argument("--import-rows", type=int, help="rows of J6; as many as clients by default")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    only = tuple(filter(None, asked.jobs.split(",")))
    sizes = [int(size) for size in asked.sizes.split(",") if size]
    results = {}
    for clients in sizes or [asked.clients]:
        plan = Plan(
            clients=clients,
            engine=asked.engine,
            rounds=asked.rounds,
            seconds=asked.seconds,
            import_rows=0 if sizes else asked.import_rows or clients,
            only=only,
        )
        with tempfile.TemporaryDirectory(prefix="kinfold-bench-", ignore_cleanup_errors=True) as folder:
            results[clients] = measure(plan, Path(folder))
        print(table(results[clients]), end="\n\n")
    if sizes:
        print(growth(results))
    else:
        print(f"written to {results[asked.clients].write(asked.out)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
