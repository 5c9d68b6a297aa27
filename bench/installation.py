"""An installation of its own for one run: a folder that is thrown away, its databases, the servers on free ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql

from tests.postgres import APP, OWNER, SUPERUSER, Postgres, start

from .load import HOST

ROOT = Path(__file__).resolve().parent.parent
KINFOLD = "kinfold_bench"
PEER = "peer_bench"
RAW = "raw_bench"
ENGINES = ("sqlite", "postgres")
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Installation:
    """Where everything of one run is."""

    folder: Path
    engine: str
    server: Postgres | None
    home: Path  # KINFOLD_HOME of this run
    kinfold: str = KINFOLD  # the database of Kinfold

    def url(self, database: str, role: str) -> str:
        """How one of the three databases is reached."""
        if self.server:
            return self.server.url(role, database)
        return f"sqlite:///{self.sqlite(database)}"

    def sqlite(self, database: str) -> Path:
        """The file of one of the three databases."""
        return (self.home if database == self.kinfold else self.folder) / f"{database}.sqlite3"

    def environment(self) -> dict[str, str]:
        """What every process of this run gets, and nothing of the installation one may be working in."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("KINFOLD_", "DJANGO_", "GRANIAN_"))}
        kept |= {
            "KINFOLD_HOME": str(self.home),
            "KINFOLD_SECRET_KEY": "a key for measuring, known to everyone",
            "DATABASE_URL": self.url(self.kinfold, APP),
            "BENCH_PEER_DATABASE_URL": self.url(PEER, OWNER),
        }
        if self.server:
            kept["KINFOLD_MIGRATION_DATABASE_URL"] = self.url(self.kinfold, OWNER)
        return kept

    def run(self, module: str, *arguments: str) -> dict[str, Any]:
        """Run a module of the bench in a process of its own; it prints one JSON object last."""
        return json.loads(self.output(module, *arguments).splitlines()[-1])  # type: ignore[no-any-return]

    def output(self, module: str, *arguments: str) -> str:
        """What a module prints when it is run."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return done.stdout

    def settle(self, database: str) -> None:
        """PostgreSQL looks its tables over and tidies them, as it does by itself after a minute. SQLite never does.

        Only who owns the tables may ask for it: for anyone else PostgreSQL skips them with a warning.
        """
        if self.server:
            self.server.execute(sql.SQL("VACUUM (ANALYZE)"), role=SUPERUSER, database=database)


@contextmanager
def installation(folder: Path, engine: str) -> Iterator[Installation]:
    """Empty databases for Kinfold, its peer and the raw measurements, gone at the end."""
    with ExitStack() as stack:
        server = None
        if engine == "postgres":
            # Commits wait for the disk here: that is part of what is measured.
            server, stop = start(folder / "postgres", durable=True)
            stack.callback(stop)
            for database in (KINFOLD, PEER, RAW):
                server.create_database(database)
        made = Installation(folder, engine, server, folder / "home")
        made.home.mkdir(mode=0o700)
        yield made


def superuser_url(made: Installation, database: str) -> str:
    """The raw measurements go around row-level security."""
    return made.url(database, SUPERUSER)


@contextmanager
def serving(made: Installation, command: list[str], port: int) -> Iterator[int]:
    """A server in a process group of its own, ready when it takes connections, ended at the end."""
    log = made.folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=made.environment(), stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await_port(process, port, log)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"a server did not start:\n{log.read_text(errors='replace')[-4000:]}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
