"""Django's PostgreSQL backend with statements of Kinfold's own, and one transaction for all that one request reads.

A transaction for each question takes as long as a question: BEGIN with the practice for row-level security, and COMMIT.
Django knows nothing of the transaction for reading, which begins and ends behind its back; so it ends before Django
begins one of its own, and what is written is never part of it.

Statements that Kinfold wrote before are prepared and executed without a cursor, which takes as long as the rest. Of
those that only write, Kinfold waits for the end when it uses the database next, and works out meanwhile what follows.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from typing import Any, TypeAlias
from uuid import UUID

from django.db.backends.postgresql import base
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import DatabaseError, InFailedSqlTransaction, OperationalError, error_from_result
from psycopg.generators import fetch_many
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format, TransactionStatus

# The table of a statement was changed, or the statement is not known any more: it has to be prepared again.
OUT_OF_DATE = frozenset({b"0A000", b"26000"})
_Key: TypeAlias = tuple[bytes, tuple[int, ...]]  # SQL and the types of its parameters
MOST_PREPARED = 200  # statements on one connection; each takes PostgreSQL some memory


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. Row-level security reads the practice from `setting`."""

    setting = "kinfold.practice"
    _told: UUID | None = None  # which practice the transaction for reading was told, if there is one
    _within: UUID | None = None  # for which practice somebody is reading just now
    _statements: _Statements

    @contextmanager
    def reading(self, practice_id: UUID) -> Iterator[None]:
        """Read for a practice, in the transaction for reading or in a new one."""
        before = self._within
        self._tell(practice_id)
        self._within = practice_id
        try:
            yield
        finally:
            self._within = before
            if before is not None:
                self._tell(before)

    def _cursor(self, name: str | None = None) -> Any:
        """What is asked or written while nobody reads for a practice stands alone: a count of tries must last."""
        if self._told is not None and self._within is None:
            self.end_reading()
        return super()._cursor(name)  # type: ignore[misc]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection on which nothing is prepared yet. The driver, too, waits for what was sent before."""
        connection = super().get_new_connection(conn_params)
        wait = connection.wait
        statements = self._statements = _Statements(connection, wait)

        def settle_and_wait(*arguments: Any, **options: Any) -> Any:
            statements.settle()
            return wait(*arguments, **options)

        connection.wait = settle_and_wait
        return connection

    def answer(
        self, sql: str, parameters: Sequence[Any], *, binary: bool = False
    ) -> tuple[list[tuple[Any, ...]], int]:
        """What a statement answers with, or how many rows it changed; prepared, when it comes for the first time.

        Without a cursor, which takes as long to make, to look the statement up and to wait as all the rest. `binary`:
        the values of the answer come as PostgreSQL holds them.
        """
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            self._begin_unless_begun()
            return self._statements.executed(sql, parameters, Format.BINARY if binary else Format.TEXT)

    def send(self, sql: str, parameters: Sequence[Any]) -> None:
        """Let PostgreSQL write, and go on: whoever uses the connection next waits, and learns if it failed."""
        if not self.in_atomic_block:
            self.answer(sql, parameters)
            return
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            self._begin_unless_begun()
            self._statements.send(sql, parameters)

    def _begin_unless_begun(self) -> None:
        self._statements.settle()
        wire = self.connection.pgconn
        if not self.connection.autocommit and wire.transaction_status == TransactionStatus.IDLE:
            self._execute("BEGIN", ExecStatus.COMMAND_OK)

    def begin(self, practice_id: UUID) -> None:
        """Begin a transaction and say its practice in one message: two more would take as long as a question each."""
        # An id that was checked to be a UUID. The driver sees for itself that a transaction has begun.
        self._execute(
            f"BEGIN; SELECT set_config('{self.setting}', '{practice_id}', true)", ExecStatus.TUPLES_OK
        )

    def end_reading(self) -> None:
        """End the transaction for reading, if there is one. In a failed one PostgreSQL takes COMMIT for ROLLBACK."""
        if self._told is not None:
            self._told = None
            if self.connection is not None and not self.connection.closed:
                self._execute("COMMIT", ExecStatus.COMMAND_OK)

    def _tell(self, practice_id: UUID) -> None:
        self.ensure_connection()
        with self.wrap_database_errors:
            self._statements.settle()
        if self.connection.pgconn.transaction_status == TransactionStatus.INERROR:
            self.end_reading()
        if self._told == practice_id:
            return
        begin = "BEGIN; " if self._told is None else ""
        # An id that was checked to be a UUID.
        self._execute(
            f"{begin}SELECT set_config('{self.setting}', '{practice_id}', true)", ExecStatus.TUPLES_OK
        )
        self._told = practice_id

    def _execute(self, sql: str, expected: int) -> None:
        with self.wrap_database_errors:
            self._statements.settle()
            wire = self.connection.pgconn
            result = wire.exec_(sql.encode())
            if result.status != expected:
                raise _failure(wire, result)

    def _commit(self) -> Any:
        """PostgreSQL takes COMMIT of a failed transaction for ROLLBACK, which the driver does not tell.

        What was sent may have failed where nobody looks, as where a cursor is closed.
        """
        if self.connection is not None:
            with self.wrap_database_errors:
                self._statements.settle()
                if self.connection.pgconn.transaction_status == TransactionStatus.INERROR:
                    raise InFailedSqlTransaction("what failed before cannot be committed")
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        self._statements.forget()
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> Any:
        self._statements.forget()
        return super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _set_autocommit(self, autocommit: bool) -> None:
        """Django begins a transaction, or has ended one. Whoever reads goes on reading in it, and after it."""
        if autocommit:
            super()._set_autocommit(True)  # type: ignore[misc]
            if self._within is not None:
                self._tell(self._within)
            return
        self.end_reading()
        super()._set_autocommit(False)  # type: ignore[misc]
        if self._within is not None:
            self.begin(self._within)


class _Statements:
    """The statements that were prepared on one connection, those used last at the end."""

    def __init__(self, connection: Any, wait: Callable[..., Any]) -> None:
        self.connection = connection
        self._wait = wait
        self._values = Transformer.from_context(connection)
        self._names: OrderedDict[_Key, bytes] = OrderedDict()
        self._at_work: _Key | None = None  # what was sent and not waited for yet
        self._numbers = count()

    def executed(
        self, sql: str, parameters: Sequence[Any], form: Format
    ) -> tuple[list[tuple[Any, ...]], int]:
        """Execute a statement, and read what it answers with in this form."""
        self.settle()
        values, wire = self._values, self.connection.pgconn
        key, sent = self._in_form(sql, parameters)
        result = wire.exec_prepared(self._prepared(*key), sent, values.formats, form)
        if result.status == ExecStatus.TUPLES_OK:
            values.set_pgresult(result, format=form)
            rows = values.load_rows(0, result.ntuples, tuple)
            return rows, len(rows)
        if result.status == ExecStatus.COMMAND_OK:
            return [], result.command_tuples or 0
        raise self._failed(key, result)

    def send(self, sql: str, parameters: Sequence[Any]) -> None:
        """Send a statement that answers with nothing, and do not wait for its end."""
        self.settle()
        wire = self.connection.pgconn
        key, sent = self._in_form(sql, parameters)
        name = self._prepared(*key)
        wire.nonblocking = 0  # else what does not fit in at once would never be sent
        try:
            wire.send_query_prepared(name, sent, self._values.formats)
        finally:
            wire.nonblocking = 1
        self._at_work = key

    def settle(self) -> None:
        """Wait for what was sent, and raise why it failed if it did."""
        key = self._at_work
        if key is None:
            return
        # As the driver waits. Asked for a result that is not there yet, libpq would let no other thread go on, also not
        # the one that the statement waits for.
        try:
            results = self._wait(fetch_many(self.connection.pgconn))
        finally:
            self._at_work = None
        for result in results:
            if result.status != ExecStatus.COMMAND_OK:
                raise self._failed(key, result)

    def forget(self) -> None:
        """Wait for what was sent: it will be undone, so it does not matter whether it failed."""
        with suppress(DatabaseError):
            self.settle()

    def _in_form(self, sql: str, parameters: Sequence[Any]) -> tuple[_Key, Sequence[Any]]:
        values = self._values
        sent = values.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        return (_in_words_of_postgres(sql), tuple(values.types or ())), sent

    def _failed(self, key: _Key, result: Any) -> Exception:
        if result.error_field(DiagnosticField.SQLSTATE) in OUT_OF_DATE:
            self._names.pop(key, None)
        return _failure(self.connection.pgconn, result)

    def _prepared(self, sql: bytes, types: tuple[int, ...]) -> bytes:
        key = (sql, types)
        known = self._names.get(key)
        if known is not None:
            self._names.move_to_end(key)
            return known
        wire = self.connection.pgconn
        name = b"kinfold_%d" % next(self._numbers)
        result = wire.prepare(name, sql, types)
        if result.status != ExecStatus.COMMAND_OK:
            raise _failure(wire, result)
        self._names[key] = name
        if len(self._names) > MOST_PREPARED:
            _, oldest = self._names.popitem(last=False)
            wire.exec_(b"DEALLOCATE " + oldest)
        return name


def _failure(wire: Any, result: Any) -> Exception:
    """Why a statement failed. Of a lost connection libpq tells no kind, and whoever tries again looks for one."""
    if wire.status != ConnStatus.OK:
        return OperationalError("the connection to PostgreSQL was lost")
    return error_from_result(result, encoding="utf-8")


@lru_cache(maxsize=1024)
def _in_words_of_postgres(sql: str) -> bytes:
    numbers = count(1)
    return re.sub("%%|%s", lambda found: f"${next(numbers)}" if found[0] == "%s" else "%", sql).encode()
