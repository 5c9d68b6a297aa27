"""Many rows into one table in one go, the fastest way each database has while its locks stay on.

PostgreSQL takes each column as one text and splits it up (COPY is not allowed where row-level security holds, and
arrays cost the driver twenty times as much); SQLite takes rows one after another without leaving C. Objects of the ORM
would cost ten times as much for 100,000 people.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any, Final, TypeVar

from django.db import connection, models

BATCH: Final = 20_000
_NAMED_AT_ONCE: Final = 5_000
# Characters that no checked value can hold.
_BETWEEN: Final = "\x02"
_NULL: Final = "\x03"
_SQLITE_CACHE_KB: Final = 200_000
_SQLITE_DEFAULT_KB: Final = 2_000

Values = Sequence[Any]
T = TypeVar("T")


def insert(model: type[models.Model], same: Mapping[str, Any], each: Mapping[str, Values]) -> int:
    """Add rows: `same` holds the values that all share, `each` one value for every row; names are attribute names.

    Values are as their fields take them, and ids and dates may also be text. Returns how many rows were added.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields if field.column}
    if missing := fields.keys() - same.keys() - each.keys():
        raise TypeError(f"{model.__name__} needs {sorted(missing)}")
    count = len(next(iter(each.values())))
    add = _split_up if connection.vendor == "postgresql" else _one_by_one
    for start in range(0, count, BATCH):
        batch = {name: values[start : start + BATCH] for name, values in each.items()}
        add(model._meta.db_table, fields, same, batch)
    return count


@contextmanager
def many_rows() -> Iterator[None]:
    """Give the running transaction room for some hundred thousand rows, and take it back afterwards.

    SQLite would write its pages out and read them in again and again, since it keeps 2 MB of them; PostgreSQL would
    give up after the time that is enough for everything else.
    """
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            f"PRAGMA cache_size=-{_SQLITE_CACHE_KB}" if sqlite else "SET LOCAL statement_timeout = '15min'"
        )
    try:
        yield
    finally:
        if sqlite:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA cache_size=-{_SQLITE_DEFAULT_KB}")


def blocks(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """Some thousand ids at a time, for statements that name them.

    PostgreSQL knows nothing yet of rows that came a moment ago, and reads whole tables to find those that a subquery
    names; SQLite takes some 32,000 values in one statement.
    """
    for start in range(0, len(ids), _NAMED_AT_ONCE):
        yield ids[start : start + _NAMED_AT_ONCE]


def ordered_ids(count: int) -> list[str]:
    """New ids that sort in the order in which they are made, as RFC 9562 describes version 7.

    Rows that arrive together then lie together in every index; 48 random bits tell imports of one millisecond apart.
    """
    prefix = int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62
    random = secrets.token_bytes(6 * count)
    found = []
    for number in range(count):
        counter = (number >> 14) << 64 | (number & 0x3FFF) << 48
        value = prefix | counter | int.from_bytes(random[6 * number : 6 * number + 6])
        text = f"{value:032x}"
        found.append(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
    return found


def _names(fields: Mapping[str, Any], used: Sequence[str]) -> str:
    return ", ".join(connection.ops.quote_name(fields[name].column) for name in used)


def _split_up(
    table: str, fields: Mapping[str, Any], same: Mapping[str, Any], each: Mapping[str, Values]
) -> None:
    count = len(next(iter(each.values())))
    columns = ", ".join(["string_to_table(%s, %s, %s)"] * len(each))
    given = ", ".join(f"c{place}" for place in range(len(each)))
    chosen = [f"c{place}::{fields[name].db_type(connection)}" for place, name in enumerate(each)]
    chosen += [f"%s::{fields[name].db_type(connection)}" for name in same]
    sql = (
        f"INSERT INTO {connection.ops.quote_name(table)} ({_names(fields, [*each, *same])}) "  # noqa: S608 - no input
        f"SELECT {', '.join(chosen)} FROM ROWS FROM ({columns}) AS given ({given}) LIMIT %s"
    )
    texts = [value for values in each.values() for value in (_joined(values), _BETWEEN, _NULL)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*same.values(), *texts, count])


def _joined(values: Values) -> str:
    """Values as one text. One more stands at the end and is left out again, since no text is no row."""
    text = _BETWEEN.join([_NULL if value is None else str(value) for value in values]) + _BETWEEN
    if text.count(_BETWEEN) != len(values):
        raise ValueError("A control character came as far as the database.")
    return text


def _one_by_one(
    table: str, fields: Mapping[str, Any], same: Mapping[str, Any], each: Mapping[str, Values]
) -> None:
    count = len(next(iter(each.values())))
    sql = (
        f"INSERT INTO {connection.ops.quote_name(table)} ({_names(fields, [*each, *same])}) "  # noqa: S608 - no input
        f"VALUES ({', '.join(['%s'] * (len(each) + len(same)))})"
    )
    shared = [repeat(fields[name].get_db_prep_save(value, connection), count) for name, value in same.items()]
    columns = [
        [value and value.replace("-", "") for value in values]
        if fields[name].db_type(connection) == "char(32)"
        else values
        for name, values in each.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, zip(*columns, *shared, strict=True))  # type: ignore[arg-type]
