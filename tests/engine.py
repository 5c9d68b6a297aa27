"""Which database the tests run on: `pytest --engine=sqlite|postgres` (or KINFOLD_TEST_ENGINE; SQLite by default).

A pytest plugin, loaded before Django reads its settings, because it decides them: each test process gets a
KINFOLD_HOME and a database of its own, the same way an operator would say it, by environment variables. Programs
that a test starts inherit them and so work on the same data. Migrations run once per test run; every process then
works on a copy.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres import APP, OWNER, Postgres, start

if TYPE_CHECKING:
    from collections.abc import Generator

ENGINES = ("sqlite", "postgres")
RUN_FOLDER = "KINFOLD_TEST_FOLDER"
RUN_ENGINE = "KINFOLD_TEST_ENGINE"
RUN_SOCKETS = "KINFOLD_TEST_POSTGRES"
TEMPLATE = "kinfold_template"
KEPT_VARIABLES = {RUN_FOLDER, RUN_ENGINE, RUN_SOCKETS, "KINFOLD_BROWSER"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --engine."""
    parser.getgroup("kinfold").addoption(
        "--picture", action="store_true", help="Keep the picture of the README that a journey takes."
    )
    parser.getgroup("kinfold").addoption(
        "--long", action="store_true", help="Run tests in their long form (ci/long)."
    )
    parser.getgroup("kinfold").addoption(
        "--engine",
        choices=ENGINES,
        default=os.environ.get(RUN_ENGINE, "sqlite"),
        help="the database to test on",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Set the environment before pytest-django loads the settings."""
    if not is_worker():
        _begin_run(early_config)
    _choose_installation(worker_name())
    return (yield)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to ci/long what only the long form asks: further ways to die, further rounds of the same."""
    if config.getoption("--long"):
        return
    left = [item for item in items if item.get_closest_marker("long")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_report_header() -> str:
    """Say which database it is."""
    return f"engine: {engine()}"


def is_worker() -> bool:
    """Whether this is one of xdist's processes, which share what the first process began."""
    return "PYTEST_XDIST_WORKER" in os.environ


def worker_name() -> str:
    """This test process's name: gw0, gw1, …, or main."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def engine() -> str:
    """sqlite or postgres."""
    return os.environ[RUN_ENGINE]


def run_folder() -> Path:
    """The folder of this test run, removed at its end."""
    return Path(os.environ[RUN_FOLDER])


def database_name(worker: str) -> str:
    """The name of one test process's database."""
    return f"kinfold_{worker}"


def _begin_run(config: pytest.Config) -> None:
    chosen = config.known_args_namespace.engine
    folder = Path(tempfile.mkdtemp(prefix="kinfold-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ[RUN_FOLDER] = str(folder)
    os.environ[RUN_ENGINE] = chosen
    if chosen == "postgres":
        server, stop = start(folder / "postgres")
        config.add_cleanup(stop)
        os.environ[RUN_SOCKETS] = server.socket_folder


def _choose_installation(worker: str) -> None:
    """Describe this process's installation in the variables that kinfold/config/settings.py reads."""
    for name in [name for name in os.environ if name.startswith("KINFOLD_") and name not in KEPT_VARIABLES]:
        del os.environ[name]
    home = run_folder() / worker
    os.environ["KINFOLD_HOME"] = str(home)
    os.environ["KINFOLD_SECRET_KEY"] = "a key for tests, known to everyone"
    if engine() == "postgres":
        server = postgres()
        os.environ["DATABASE_URL"] = server.url(APP, database_name(worker))
        os.environ["KINFOLD_MIGRATION_DATABASE_URL"] = server.url(OWNER, database_name(worker))
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{home / 'kinfold.sqlite3'}"


def postgres() -> Postgres:
    """The server of this run."""
    return Postgres(os.environ[RUN_SOCKETS])


def create_database() -> None:
    """Give this process its database, migrated; the first process to come migrates for all."""
    with (run_folder() / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = run_folder() / "migrated"
        if not made.exists():
            _migrate_template()
            made.touch()
        if engine() == "postgres":
            postgres().create_database(database_name(worker_name()), template=TEMPLATE)
            _let_transactions_stand_idle()
    if engine() == "sqlite":
        _copy_sqlite_template()


def _let_transactions_stand_idle() -> None:
    """Here a transaction is a whole test, or the stage of many; a machine that stands still would end all of them."""
    from django.db import connection

    connection.settings_dict["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"


def drop_database() -> None:
    """Close and remove this process's database."""
    from django.db import connections  # only now that the environment is set

    connections.close_all()
    if engine() == "postgres":
        postgres().drop_database(database_name(worker_name()))


def empty_database() -> None:
    """Bring every table back to what the migrations left: what a test with real transactions ends with."""
    from django.db import connections

    connections.close_all()
    if engine() == "postgres":
        _truncate()
    else:
        _copy_sqlite_template()


def _migrate_template() -> None:
    from django.core.management import call_command
    from django.db import connection

    settings = connection.settings_dict
    before = {"NAME": settings["NAME"], "USER": settings["USER"]}
    connection.close()
    if engine() == "postgres":
        postgres().create_database(TEMPLATE)
        settings.update(NAME=TEMPLATE, USER=OWNER)
    else:
        settings["NAME"] = str(_sqlite_template())
    try:
        call_command("migrate", interactive=False, verbosity=0)
        _note_tables_left_empty()
    finally:
        connection.close()
        settings.update(before)


def _note_tables_left_empty() -> None:
    from django.db import connection

    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        empty = []
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT 1 FROM {quote(table)} LIMIT 1")
            if cursor.fetchone() is None:
                empty.append(table)
    _empty_tables().write_text(json.dumps(empty))


def _empty_tables() -> Path:
    return run_folder() / "empty-tables.json"


def _sqlite_template() -> Path:
    return run_folder() / "template.sqlite3"


def _copy_sqlite_template() -> None:
    """Copy through SQLite itself: safe under the open connections of a live server's threads."""
    # Only now, when the settings have put the same library in place that Django uses: two SQLites in one process
    # take each other's file locks away.
    import sqlite3

    from django.db import connection

    connection.ensure_connection()
    with closing(sqlite3.connect(_sqlite_template())) as template:
        template.backup(connection.connection)
    connection.close()


def copy_sqlite_template(target: Path) -> None:
    """What the migrations left, as a database file for an installation of its own."""
    import sqlite3

    with (
        closing(sqlite3.connect(_sqlite_template())) as template,
        closing(sqlite3.connect(target)) as copy,
    ):
        template.backup(copy)
    target.chmod(0o600)


def _truncate() -> None:
    """Empty, as their owner, the tables that the migrations left empty."""
    from psycopg import sql

    tables = [sql.Identifier(table) for table in json.loads(_empty_tables().read_text())]
    postgres().execute(
        sql.SQL("TRUNCATE {} RESTART IDENTITY").format(sql.SQL(", ").join(tables)),
        database=database_name(worker_name()),
    )
