"""Questions that every request asks, and changes that many make: the ORM writes their SQL once for all.

Writing SQL takes the ORM ten times as long as the database takes to answer (docs/decisions/performance.md). So it is
written once, and later only the values are filled in:

    @prepared
    def _roles_of(*, member_id: UUID, at: datetime) -> QuerySet[MemberRole]:
        return MemberRole.objects.filter(holds(at), member_id=member_id).values_list("role__name")

    _roles_of(member_id=…, at=…)  # a list of tuples

    _roles_of.merged("member_id", members, order="role__name ASC", limit=50, at=…)  # of several, in one order

    @prepared_update
    def _grow(*, by: int) -> tuple[QuerySet[PracticeTally], dict[str, Any]]:
        return PracticeTally.objects.all(), {"active_clients": F("active_clients") + by}

The function stays an ordinary queryset of tuples. Positional arguments are its shape: each shape is written once.
Keyword arguments are values, of which the function may only pass on, never decide anything by them: it is called
with stand-ins. The entered practice is a value like the others, filled in each time.
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from typing import Any, cast
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import JSONField, QuerySet
from django.db.models.sql import UpdateQuery
from psycopg.sql import Literal

from . import clock, driver
from .tenancy import current_practice_id, imagined

PRACTICE = "practice"
_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


class NotPreparable(TypeError):
    """A query cannot be written ahead of its values: a fault in Kinfold."""


@dataclass(frozen=True, slots=True)
class _Written:
    """SQL with the places of its values: each parameter is the name of a value and how it is sent, or a constant."""

    sql: str
    parameters: tuple[tuple[str | None, Any], ...]
    convert: Callable[[list[Any]], list[tuple[Any, ...]]]
    binary: bool

    def sent(self, values: dict[str, Any]) -> list[Any]:
        """The parameters for these values."""
        return [
            constant_or_send if name is None else constant_or_send(_value(name, values))
            for name, constant_or_send in self.parameters
        ]


class _Prepared:
    """What is written once for each shape."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self._build = build
        self._known: dict[Hashable, _Written | None] = {}
        functools.update_wrapper(cast("Any", self), build)

    def _written(self, shape: tuple[Hashable, ...], values: dict[str, Any]) -> _Written | None:
        key = (_engine(), shape, tuple(map(type, values.values())))
        try:
            return self._known[key]
        except KeyError:
            written = self._known[key] = _written(self._build, shape, values)
            return written


class Question(_Prepared):
    """A prepared query: called with its shape and values, it answers with rows."""

    def __call__(self, *shape: Hashable, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        written = self._written(shape, values)
        return _ask(written, written.sql, [written.sent(values)]) if written else []

    def merged(
        self,
        over: str,
        each: Sequence[Any],
        /,
        *shape: Hashable,
        order: str,
        limit: int,
        about: Question | None = None,
        **values: Any,
    ) -> list[tuple[Any, ...]]:
        """The first rows of the answers for each value of `over` taken together, in one question.

        `order` names columns. Where each answer comes out of an index in that order, so do these. With `about`, which
        PostgreSQL knows how to ask, what that answers about each of them instead: its only value is `row_id`.
        """
        if not each:
            return []
        all_values = [{**values, over: value} for value in each]
        written = self._written(shape, all_values[0])
        if written is None:
            return []
        sql = _merged(written.sql, len(each), order, limit)
        sent = [written.sent(one) for one in all_values]
        if about is None:
            return _ask(written, sql, sent)
        more = about._about_each()
        return _ask(more, _with_more(sql, more.sql, order), [*sent, more.sent({})])

    def _about_each(self) -> _Written:
        """This question about the `id` of each row of `m`."""
        key = (_engine(), "about each")
        known = self._known.get(key)
        if known is None:
            written = self._written((), {"row_id": uuid4()})
            if written is None:
                raise NotPreparable(f"{self._build.__name__} answers nothing")
            parameters = iter(written.parameters)

            def placed(place: re.Match[str]) -> str:
                return "m.id" if place[0] == "%s" and next(parameters)[0] == "row_id" else place[0]

            sql = re.sub("%%|%s", placed, written.sql)
            kept = tuple(parameter for parameter in written.parameters if parameter[0] != "row_id")
            known = self._known[key] = replace(written, sql=sql, parameters=kept)
        return known


class Change(_Prepared):
    """A prepared update: called with its shape and values, it says how many rows it changed."""

    def __call__(self, *shape: Hashable, **values: Any) -> int:
        """Change the rows."""
        written = self._written(shape, values)
        return driver.changed(written.sql, written.sent(values)) if written else 0


def prepared(build: Callable[..., QuerySet[Any, Any]]) -> Question:
    """Make a function that builds a queryset of tuples one that answers with its rows."""
    return Question(build)


def prepared_update(build: Callable[..., tuple[QuerySet[Any], dict[str, Any]]]) -> Change:
    """Make a function that says which rows of a queryset get which values one that changes them."""
    return Change(build)


def _ask(written: _Written, sql: str, sent: list[list[Any]]) -> list[tuple[Any, ...]]:
    rows = driver.fetched(sql, list(chain.from_iterable(sent)), binary=written.binary)
    return written.convert(rows)


@functools.lru_cache(maxsize=256)
def _merged(sql: str, times: int, order: str, limit: int) -> str:
    """One question for several of the same kind, always the same text: it is long, and looked up by."""
    answers = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS a{n}" for n in range(times))  # noqa: S608
    return f"{answers} ORDER BY {order} LIMIT {limit}"


@functools.lru_cache(maxsize=256)
def _with_more(sql: str, more: str, order: str) -> str:
    order = ", ".join(f"m.{column}" for column in order.split(", "))
    return f"SELECT f.* FROM ({sql}) AS m CROSS JOIN LATERAL ({more}) AS f ORDER BY {order}"  # noqa: S608


def _engine() -> str:
    """Which database is asked. Its connection would be looked for in whatever runs just now."""
    return str(connections.databases[DEFAULT_DB_ALIAS]["ENGINE"])


def _value(name: str, values: dict[str, Any]) -> Any:
    return current_practice_id() if name == PRACTICE else values[name]


def _written(build: Callable[..., Any], shape: tuple[Any, ...], values: dict[str, Any]) -> _Written | None:
    """Write the SQL twice, with two sets of stand-ins: what differs and is no stand-in was decided too early."""
    try:
        first, second = (_with_stand_ins(build, shape, values) for _ in range(2))
    except EmptyResultSet:  # nothing can ever match this shape
        return None
    if first.sql != second.sql or first.parameters != second.parameters:
        raise NotPreparable(
            f"{build.__name__} builds another query each time: give it what differs as values"
        )
    return _with_constants(first)


def _with_constants(written: _Written) -> _Written:
    """The constants as part of the SQL.

    PostgreSQL plans a statement once for all values if that is about as good as planning anew for each, which takes
    longer than the answer. It can tell only when it knows which status is asked for, not that some status is. And
    SQLite's driver looks for a way to send each value of a choice, which is no plain text.
    """
    connection.ensure_connection()
    parameters, kept = iter(written.parameters), []
    literal = _literal if connection.vendor == "sqlite" else _literal_of_postgres

    def filled(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return place[0]
        name, constant = parameter = next(parameters)
        if name is None and isinstance(constant, str | int):
            return literal(constant).replace("%", "%%")
        kept.append(parameter)
        return place[0]

    sql = re.sub("%%|%s", filled, written.sql)
    return replace(written, sql=sql, parameters=tuple(kept))


def _literal(constant: str | int) -> str:
    """A constant as SQLite reads it."""
    return (
        "'" + str.__str__(constant).replace("'", "''") + "'"
        if isinstance(constant, str)
        else str(int(constant))
    )


def _literal_of_postgres(constant: str | int) -> str:
    return Literal(constant).as_string(connection.connection)


def _with_stand_ins(build: Callable[..., Any], shape: tuple[Any, ...], values: dict[str, Any]) -> _Written:
    stand_ins = {name: _stand_in(value) for name, value in values.items()}
    practice = uuid4()
    with (
        imagined(practice),
        clock.frozen_at(cast("datetime", _stand_in(_EPOCH))),
        connection.execute_wrapper(_refuse),
    ):
        compiler = _compiler(build(*shape, **stand_ins))
        sql, parameters = compiler.as_sql()
    places = tuple(_place(parameter, {**stand_ins, PRACTICE: practice}) for parameter in parameters)
    if unused := stand_ins.keys() - {name for name, _ in places}:
        raise NotPreparable(f"{build.__name__} does not pass {sorted(unused)} on as they are")
    asked = compiler.select[: compiler.col_count] if compiler.select else ()  # an update asks for nothing
    fields = [entry[0] for entry in asked]
    # JSON is read from text by its field.
    binary = not any(isinstance(field.output_field, JSONField) for field in fields)
    return _Written(sql, places, _converter(compiler, fields), binary)


def _compiler(built: Any) -> Any:
    if not isinstance(built, tuple):
        return built.query.get_compiler(using=built.db)
    rows, values = built
    update = rows.query.chain(UpdateQuery)
    update.add_update_values(values)
    return update.get_compiler(using=rows.db)


def _converter(compiler: Any, fields: list[Any]) -> Callable[[list[Any]], list[tuple[Any, ...]]]:
    """Makes what the driver gives into what the fields hold: column by column, since most need nothing."""
    converters = list(compiler.get_converters(fields).items())
    if not converters:
        return list

    def convert(rows: list[Any]) -> list[tuple[Any, ...]]:
        if not rows:
            return rows
        columns = list(zip(*rows, strict=True))
        for place, (steps, expression) in converters:
            for step in steps:
                columns[place] = map(step, columns[place], repeat(expression), repeat(compiler.connection))
        return list(zip(*columns, strict=True))

    return convert


def _refuse(*_: Any) -> Any:
    raise NotPreparable("A query was executed while another one was written.")


def _stand_in(value: Any) -> Any:
    """Another value of the same kind that occurs nowhere else."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, datetime):
        return _EPOCH + timedelta(microseconds=secrets.randbelow(2**51))
    if isinstance(value, date):
        return (_EPOCH + timedelta(days=secrets.randbelow(2**15))).date()
    if isinstance(value, str):
        return secrets.token_hex(16)
    if isinstance(value, int) and not isinstance(value, bool):
        return 2**30 + secrets.randbelow(2**30)
    raise NotPreparable(f"a {type(value).__name__} cannot be a value: make it part of the shape")


def _place(parameter: Any, stand_ins: dict[str, Any]) -> tuple[str | None, Any]:
    for name, stand_in in stand_ins.items():
        for send in _ways(stand_in, parameter):
            if type(parameter) is not bool and send(stand_in) == parameter:
                return name, send
    return None, parameter


def _ways(stand_in: Any, parameter: Any) -> tuple[Callable[[Any], Any], ...]:
    """How a value of this kind may be sent to this database."""
    if isinstance(stand_in, UUID):
        return (_as_it_is,) if connection.features.has_native_uuid_field else (_as_hex,)
    if isinstance(stand_in, datetime):
        return (connection.ops.adapt_datetimefield_value,)
    if isinstance(stand_in, date):
        return (connection.ops.adapt_datefield_value,)
    if isinstance(stand_in, int):
        return (type(parameter),) if isinstance(parameter, int) else ()
    return (_as_it_is,)


def _as_it_is(value: Any) -> Any:
    return value


def _as_hex(value: UUID) -> str:
    return value.hex
