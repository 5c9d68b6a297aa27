"""Many rows into one table in one go, the fastest way each database has while its locks stay on.

PostgreSQL takes each column as one text and splits it up (COPY is not allowed where row-level security holds, and
arrays cost the driver twenty times as much); SQLite takes rows one after another without leaving C. Objects of the ORM
would cost ten times as much for 100,000 people.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

from . import driver

BATCH: Final = 20_000
_NAMED_AT_ONCE: Final = 5_000
# Characters that no checked value can hold.
_BETWEEN: Final = "\x02"
_NULL: Final = "\x03"
_BETWEEN_SQL: Final = r"E'\x02'"
_NULL_SQL: Final = r"E'\x03'"

Values = Sequence[Any]
T = TypeVar("T")


def insert(
    model: type[models.Model],
    same: Mapping[str, Any],
    each: Mapping[str, Values],
    *,
    unless_there: bool = False,
) -> int:
    """Add rows: `same` holds the values that all share, `each` one value for every row; names are attribute names.

    Values are as their fields take them; ids and dates may also be text, ids also without hyphens. `unless_there`
    leaves out rows that a unique key refuses. Returns how many rows were added.
    """
    count = len(next(iter(each.values())))
    write = _written_for(connection.vendor, model, tuple(same), tuple(each), unless_there, count == 1)
    shared = [field.get_db_prep_save(same[name], connection) for name, field in write.same]
    return sum(
        write.add(write, shared, [values[start : start + BATCH] for values in each.values()])
        for start in range(0, count, BATCH)
    )


@dataclass(frozen=True, slots=True)
class _Insert:
    """A statement that adds rows, the fields that all rows share, and the places of columns with ids."""

    sql: str
    same: list[tuple[str, Any]]
    ids: list[int]
    counted: bool  # whether the database must say how many there were
    add: Callable[[_Insert, list[Any], list[Values]], int]


@lru_cache(maxsize=128)
def _written_for(
    vendor: str,
    model: type[models.Model],
    same: tuple[str, ...],
    each: tuple[str, ...],
    unless_there: bool,
    alone: bool,
) -> _Insert:
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields if field.column}
    if missing := fields.keys() - set(same) - set(each):
        raise TypeError(f"{model.__name__} needs {sorted(missing)}")
    quote = connection.ops.quote_name
    columns = ", ".join(quote(fields[name].column) for name in (*each, *same))
    types = {name: fields[name].db_type(connection) for name in (*each, *same)}
    on_conflict = " ON CONFLICT DO NOTHING" if unless_there else ""
    if vendor == "postgresql" and alone:
        rows = f"VALUES ({', '.join(f'%s::{types[name]}' for name in (*each, *same))})"
        add = _alone
    elif vendor == "postgresql":
        given = ", ".join(f"c{place}" for place in range(len(each)))
        chosen = [f"c{place}::{types[name]}" for place, name in enumerate(each)]
        chosen += [f"%s::{types[name]}" for name in same]
        texts = ", ".join([f"string_to_table(%s, {_BETWEEN_SQL}, {_NULL_SQL})"] * len(each))
        rows = f"SELECT {', '.join(chosen)} FROM ROWS FROM ({texts}) AS given ({given}) LIMIT %s"  # noqa: S608
        add = _split_up
    else:
        rows = f"VALUES ({', '.join(['%s'] * (len(each) + len(same)))})"
        add = _one_by_one
    return _Insert(
        sql=f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {rows}{on_conflict}",
        same=[(name, fields[name]) for name in same],
        ids=[place for place, name in enumerate(each) if types[name] == "char(32)"],
        counted=unless_there,
        add=add,
    )


def change(rows: QuerySet[Any], **values: Any) -> None:
    """Give rows new values, as `update` does, without asking how many there were (`driver.written`)."""
    update: Any = rows.query.chain(UpdateQuery)
    update.add_update_values(values)
    try:
        sql, parameters = update.get_compiler(using=rows.db).as_sql()
    except EmptyResultSet:
        return
    driver.written(sql, parameters)


def expect_many_rows() -> None:
    """Give the running transaction room and time for some hundred thousand rows."""
    if connection.vendor == "sqlite":
        connection.give_room()  # type: ignore[attr-defined]
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15min'")


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


def _split_up(write: _Insert, shared: list[Any], columns: list[Values]) -> int:
    count = len(columns[0])
    return _add(write, [*shared, *map(_joined, columns), count], count)


def _alone(write: _Insert, shared: list[Any], columns: list[Values]) -> int:
    return _add(write, [*(values[0] for values in columns), *shared], 1)


def _add(write: _Insert, parameters: list[Any], count: int) -> int:
    if write.counted:
        return driver.changed(write.sql, parameters)
    driver.added(write.sql, parameters)
    return count


def _joined(values: Values) -> str:
    """Values as one text. One more stands at the end and is left out again, since no text is no row."""
    text = _BETWEEN.join([_NULL if value is None else str(value) for value in values]) + _BETWEEN
    if text.count(_BETWEEN) != len(values):
        raise ValueError("A control character came as far as the database.")
    return text


def _one_by_one(write: _Insert, shared: list[Any], columns: list[Values]) -> int:
    for place in write.ids:
        columns[place] = [value and value.replace("-", "") for value in columns[place]]
    rows = zip(*columns, *(repeat(value, len(columns[0])) for value in shared), strict=True)
    return driver.changed_by_each(write.sql, rows)
