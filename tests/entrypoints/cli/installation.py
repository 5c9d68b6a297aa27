"""An installation of its own for a test: a folder, a database, and `kinfold` run in it as a program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests import engine
from tests.postgres import APP, OWNER

if TYPE_CHECKING:
    from collections.abc import Generator

PASSWORD = "seven quiet herons wade at dawn"
PATIENCE = 180


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class Installation:
    """A folder and a database that nobody else uses."""

    home: Path
    database: str
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of this installation, without those of the test run."""
        others = ("KINFOLD_", "DJANGO_", "DATABASE_URL")
        mine = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return {**mine, "KINFOLD_HOME": str(self.home), **self.variables, **more}

    def kinfold(self, *arguments: str, **variables: str) -> Answer:
        """Run one command to its end, without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "kinfold", *arguments],
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Run a command that stays."""
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "kinfold", *arguments],
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def python(self, code: str) -> str:
        """Run some lines inside this installation, with Django ready."""
        lines = f"import django\ndjango.setup()\n{code}"
        done = subprocess.run(
            [sys.executable, "-c", lines],
            env=self.environment(DJANGO_SETTINGS_MODULE="kinfold.config.settings"),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def setup(
        self, slug: str = "alder-creek", owner: str = "olu@example.org", *more: str, password: str = PASSWORD
    ) -> Answer:
        """Make a practice."""
        names = (
            "--name",
            f"Practice {slug}",
            "--slug",
            slug,
            "--owner",
            owner,
            "--owner-name",
            "Olu Adeyemi",
        )
        return self.kinfold("setup", *names, *more, KINFOLD_OWNER_PASSWORD=password)


@contextmanager
def new_installation(
    folder: Path, *, migrated: bool, name: str = "kinfold_cli"
) -> Generator[Installation, None, None]:
    """An installation that nobody has set up yet, on the engine of this test run."""
    home = folder / "home"
    if engine.engine() == "sqlite":
        if migrated:
            home.mkdir(mode=0o700)
            engine.copy_sqlite_template(home / "kinfold.sqlite3")
        yield Installation(home, str(home / "kinfold.sqlite3"))
        return
    with _on_postgres(home, name, engine.TEMPLATE if migrated else "template0") as installation:
        yield installation


@contextmanager
def copy_of(kept: Installation, folder: Path) -> Generator[Installation, None, None]:
    """Another installation with the same key and the same rows as one in which nothing runs."""
    home = folder / "home"
    shutil.copytree(kept.home, home)
    if engine.engine() == "sqlite":
        yield Installation(home, str(home / "kinfold.sqlite3"))
        return
    with _on_postgres(home, "kinfold_cli", kept.database) as installation:
        yield installation


@contextmanager
def _on_postgres(home: Path, name: str, template: str) -> Generator[Installation, None, None]:
    server, database = engine.postgres(), f"{name}_{engine.worker_name()}"
    server.create_database(database, template=template)
    urls = {
        "DATABASE_URL": server.url(APP, database),
        "KINFOLD_MIGRATION_DATABASE_URL": server.url(OWNER, database),
    }
    try:
        yield Installation(home, database, urls)
    finally:
        server.drop_database(database)
