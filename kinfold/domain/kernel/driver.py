"""Straight to the database's driver, for statements that were written before.

Django's cursors take as long as the database needs for a small question. They are used all the same where somebody
listens to what is executed, as tests do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

T = TypeVar("T")
_Statement = tuple[str, Sequence[Any]]
_waiting: ContextVar[list[_Statement] | None] = ContextVar("kinfold_waiting", default=None)


def fetched(sql: str, parameters: Sequence[Any], *, binary: bool = False) -> list[Any]:
    """The rows that a statement answers with. Placeholders are `%s`.

    `binary`: PostgreSQL may send values as it holds them, which is a third of the work, above all for moments.
    """
    database = _ready()
    if not _is_listened_to(database) and database.vendor == "postgresql":
        rows: list[Any] = database.answer(sql, parameters, binary=binary)[0]
        return rows
    return _with_cursor(database, "execute", sql, parameters, lambda cursor: list(cursor.fetchall()))


def changed(sql: str, parameters: Sequence[Any]) -> int:
    """How many rows a statement changed. What waits is written with it."""
    if waiting := _waiting.get():
        sql, parameters = _as_one([*waiting, (sql, parameters)])
        waiting.clear()
    database = _ready()
    if not _is_listened_to(database) and database.vendor == "postgresql":
        count: int = database.answer(sql, parameters)[1]
        return count
    return _with_cursor(database, "execute", sql, parameters, _count)


def added(sql: str, parameters: Sequence[Any]) -> None:
    """Add rows; inside of `together` they wait for what comes after them."""
    waiting = _waiting.get()
    if waiting is None:
        written(sql, parameters)
    else:
        waiting.append((sql, parameters))


def written(sql: str, parameters: Sequence[Any]) -> None:
    """Write what nobody asks about at once: PostgreSQL is at work while what follows is worked out.

    Whoever uses the database next waits for it, and gets the error if there is one.
    """
    database = _ready()
    if database.vendor == "postgresql" and not _waiting.get() and not _is_listened_to(database):
        database.send(sql, parameters)
    else:
        changed(sql, parameters)


@contextmanager
def together() -> Iterator[None]:
    """On PostgreSQL, rows that are added inside go with the next change, or at the end: in one message for all.

    While they wait nothing may read them. A message takes as long as a small statement itself, on either side.
    """
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql" or _waiting.get() is not None:
        yield
        return
    waiting: list[_Statement] = []
    token = _waiting.set(waiting)
    try:
        yield
        if waiting:
            changed(*waiting.pop())
    finally:
        _waiting.reset(token)


def _as_one(statements: Sequence[_Statement]) -> _Statement:
    """Several statements as one. All of them see the rows that were there before; links are checked at the commit."""
    *first, (last, _) = statements
    named = ", ".join(f"s{place} AS ({sql})" for place, (sql, _) in enumerate(first))
    sql = f"WITH {named} {last}" if first else last
    return sql, [value for _, parameters in statements for value in parameters]


def changed_by_each(sql: str, rows: Iterable[Sequence[Any]]) -> int:
    """How many rows were changed by a statement that is executed for each row of parameters."""
    return _with_cursor(_ready(), "executemany", sql, rows, _count)


def _ready() -> Any:
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    return database


def _is_listened_to(database: Any) -> bool:
    return bool(database.execute_wrappers or database.queries_logged)


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _with_cursor(database: Any, way: str, sql: str, parameters: Any, use: Callable[[Any], T]) -> T:
    if _is_listened_to(database):
        with database.cursor() as cursor:
            getattr(cursor, way)(sql, parameters)
            return use(cursor)
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            sql = _in_words_of_sqlite(sql)
        cursor = database.connection.cursor()
        getattr(cursor, way)(sql, parameters)
        return use(cursor)


@lru_cache(maxsize=1024)
def _in_words_of_sqlite(sql: str) -> str:
    return re.sub("%%|%s", lambda found: "?" if found[0] == "%s" else "%", sql)
