"""Which practice the running code works for.

The doors (`access.doors`) enter a practice before anything else happens. Without one, tenant tables cannot be read
at all; on PostgreSQL row-level security holds the same line inside the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

_practice: ContextVar[UUID | None] = ContextVar("kinfold_practice", default=None)
_together: ContextVar[bool] = ContextVar("kinfold_reading_together", default=False)

RLS_SETTING = "kinfold.practice"


class NoPractice(RuntimeError):
    """Tenant data was touched outside a practice: a fault in Kinfold, never in what a person did."""


def current_practice_id() -> UUID:
    """The practice that was entered. Raises NoPractice outside of one."""
    practice_id = _practice.get()
    if practice_id is None:
        raise NoPractice("Enter a practice before reading or writing its data.")
    return practice_id


@contextmanager
def entered(practice_id: UUID, *, writing: bool = False) -> Iterator[None]:
    """Work for one practice.

    With `writing`, everything inside is one transaction. PostgreSQL needs a transaction for reading too, since its
    row-level security variable must not outlive it; SQLite must not have one then, since it would take the write lock.
    """
    if not isinstance(practice_id, UUID):
        raise TypeError("a practice is entered by its UUID")
    before = _practice.get()
    database: Any = connections[DEFAULT_DB_ALIAS]  # `django.db.connection` looks for it at each attribute
    if before == practice_id and database.in_atomic_block:
        yield
        return
    postgres = database.vendor == "postgresql"
    token = _practice.set(practice_id)
    try:
        if not (postgres or writing):
            yield
            return
        if postgres and not writing and _reads_together(database):
            with database.reading(practice_id):
                yield
            return
        nested = database.in_atomic_block
        with transaction.atomic():
            if postgres:
                if nested:
                    _tell_postgres(database, practice_id)
                else:
                    _begin_on_postgres(database, practice_id)
            yield
            if postgres and nested:
                _tell_postgres(database, before)
    finally:
        _practice.reset(token)


@contextmanager
def reading_together() -> Iterator[None]:
    """On PostgreSQL, read whatever is read inside in one transaction, not in one each.

    Each question still sees what was committed before it. What is written inside has transactions of its own.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or _together.get():
        yield
        return
    token = _together.set(True)
    try:
        yield
    finally:
        _together.reset(token)
        database.end_reading()


def _reads_together(database: Any) -> bool:
    listened_to = database.execute_wrappers or database.queries_logged
    return _together.get() and not database.in_atomic_block and not listened_to


@contextmanager
def imagined(practice_id: UUID) -> Iterator[None]:
    """Write queries as if in a practice, without asking any (`kernel.prepared`)."""
    token = _practice.set(practice_id)
    try:
        yield
    finally:
        _practice.reset(token)


def _begin_on_postgres(database: Any, practice_id: UUID) -> None:
    """Begin the transaction and say its practice."""
    if database.execute_wrappers or database.queries_logged:  # somebody listens to what is executed
        _tell_postgres(database, practice_id)
    else:
        database.begin(practice_id)


def _tell_postgres(database: Any, practice_id: UUID | None) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(%s, %s, true)", [RLS_SETTING, str(practice_id) if practice_id else ""]
        )
