"""Django's PostgreSQL backend with one transaction for all that is read while one request is answered.

A transaction for each question takes as long as a question: BEGIN with the practice for row-level security, and COMMIT.
Django knows nothing of the transaction for reading, which begins and ends behind its back; so it ends before Django
begins one of its own, and what is written is never part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.backends.postgresql import base
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. Row-level security reads the practice from `setting`."""

    setting = "kinfold.practice"
    _told: UUID | None = None  # which practice the transaction for reading was told, if there is one
    _within: UUID | None = None  # for which practice somebody is reading just now

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

    def end_reading(self) -> None:
        """End the transaction for reading, if there is one. In a failed one PostgreSQL takes COMMIT for ROLLBACK."""
        if self._told is not None:
            self._told = None
            if self.connection is not None and not self.connection.closed:
                self._execute("COMMIT", ExecStatus.COMMAND_OK)

    def _tell(self, practice_id: UUID) -> None:
        self.ensure_connection()
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
            result = self.connection.pgconn.exec_(sql.encode())
            if result.status != expected:
                raise error_from_result(result, encoding="utf-8")

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
            sql = f"BEGIN; SELECT set_config('{self.setting}', '{self._within}', true)"
            self._execute(sql, ExecStatus.TUPLES_OK)
