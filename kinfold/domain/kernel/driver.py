"""Straight to the database's driver, for statements that were written before.

Django's cursors take as long as the database needs for a small question. They are used all the same where somebody
listens to what is executed, as tests do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

T = TypeVar("T")


def fetched(sql: str, parameters: Sequence[Any], *, binary: bool = False) -> list[Any]:
    """The rows that a statement answers with. Placeholders are `%s`.

    `binary`: PostgreSQL may send values as it holds them, which is a third of the work, above all for moments.
    """
    way = {"binary": True} if binary else {}
    return _with_cursor("execute", sql, parameters, lambda cursor: list(cursor.fetchall()), **way)


def changed(sql: str, parameters: Sequence[Any]) -> int:
    """How many rows a statement changed."""
    return _with_cursor("execute", sql, parameters, _count)


def changed_by_each(sql: str, rows: Iterable[Sequence[Any]]) -> int:
    """How many rows were changed by a statement that is executed for each row of parameters."""
    return _with_cursor("executemany", sql, rows, _count)


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _with_cursor(way: str, sql: str, parameters: Any, use: Callable[[Any], T], **told: bool) -> T:
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            getattr(cursor, way)(sql, parameters)
            return use(cursor)
    database.validate_thread_sharing()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            sql = _in_words_of_sqlite(sql)
            told = {}
        cursor = database.connection.cursor()
        getattr(cursor, way)(sql, parameters, **told)
        return use(cursor)


@lru_cache(maxsize=1024)
def _in_words_of_sqlite(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")
