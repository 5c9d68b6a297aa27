"""The database's schema: whether it is up to date, and bringing it there as its owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder


def is_new() -> bool:
    """Whether this database holds nothing yet."""
    return "django_migrations" not in connection.introspection.table_names()


def pending() -> list[str]:
    """The migrations that this Kinfold has and this database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def update() -> list[str]:
    """Apply what is pending; returns it. On PostgreSQL this runs as the tables' owner, where one is configured.

    Raises a ClickException for a database that stopped halfway through migrations that are one today (decision 0020).
    """
    if _stopped_halfway():
        raise click.ClickException(
            "The database is of an unreleased Kinfold, too old for this one. Bring it up to date with the Kinfold of "
            "commit 1d18012 first. Nothing was changed."
        )
    with _as_owner():
        done = pending()
        call_command("migrate", interactive=False, verbosity=0)
    return done


def _stopped_halfway() -> bool:
    loader = MigrationExecutor(connection).loader
    recorded = MigrationRecorder(connection).applied_migrations()
    parts = [[part in recorded for part in folded.replaces] for folded in loader.replacements.values()]
    return any(any(part) and not all(part) for part in parts)


@contextmanager
def _as_owner() -> Iterator[None]:
    owner = settings.MIGRATION_DATABASE
    if owner is None:
        yield
        return
    before = dict(connection.settings_dict)
    connection.close()
    options = {**owner["OPTIONS"], "options": ""}  # a migration may take longer than a request
    connection.settings_dict.update(owner, OPTIONS=options)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
