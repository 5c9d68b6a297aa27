"""Django's SQLite backend with a fair queue for writers.

SQLite lets writers poll for its lock; with several processes some wait very long. Here a writer first takes a file
lock, which the kernel hands on in order and frees when a process dies, and only then begins its transaction.
"""

from __future__ import annotations

import fcntl
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, SafeUUID

from django.db.backends.sqlite3 import base, operations


def _moment(stored: bytes) -> datetime:
    return datetime.fromisoformat(f"{stored.decode()}+00:00")


# Half of reading a page of a list went into these two; Django's own look at every value for other forms of it, which
# a database that only Django writes to does not hold. Moments are stored in UTC and without saying so.
base.Database.register_converter("datetime", _moment)  # type: ignore[attr-defined]
_set_number = UUID.int.__set__  # type: ignore[attr-defined,misc]
_set_safe = UUID.is_safe.__set__  # type: ignore[attr-defined,misc]
_unknown = SafeUUID.unknown  # the enumeration takes as long to give it as all the rest


_ROOM_KB = 200_000
_USUAL_KB = 2_000
_MUCH = 20_000  # pages, 80 MB
_MOVES_BESIDE_WRITERS = base.Database.sqlite_version_info >= (3, 51, 3)  # type: ignore[attr-defined]


class DatabaseOperations(operations.DatabaseOperations):
    """Reads ids and moments as they are stored here, and nothing else."""

    def adapt_datetimefield_value(self, value: Any) -> Any:
        """A moment as it is stored: in UTC, without saying so."""
        if type(value) is datetime and value.tzinfo is UTC:
            return value.isoformat(" ")[: -len("+00:00")]
        return super().adapt_datetimefield_value(value)

    def convert_uuidfield_value(self, value: str | None, *_: Any) -> UUID | None:
        """An id of 32 hexadecimal digits."""
        if value is None:
            return None
        found = UUID.__new__(UUID)
        _set_number(found, int(value, 16))
        _set_safe(found, _unknown)
        return found

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """A moment; columns give it as one already, expressions as text."""
        if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
            return value
        return super().convert_datetimefield_value(value, expression, connection)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; holds the gate from BEGIN IMMEDIATE until commit or rollback."""

    ops_class = DatabaseOperations
    _commits_move_log = True
    _has_room = False
    _pages_seen = 0  # in the log, when it was looked at last

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate: int | None = None
        self._holding = False

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open the database file readable by its own account only."""
        name = str(conn_params["database"])
        if not self.is_in_memory_db():
            if not Path(name).exists():
                os.close(os.open(name, os.O_CREAT | os.O_RDWR, 0o600))
            self._gate = os.open(f"{name}.gate", os.O_CREAT | os.O_RDWR, stat.S_IRUSR | stat.S_IWUSR)
        connection = super().get_new_connection(conn_params)
        if not self._commits_move_log:
            connection.execute("PRAGMA wal_autocheckpoint=0")
        return connection

    @classmethod
    def leave_log(cls) -> None:
        """No commit of this process moves the log any more, since the process calls `move_log` again and again."""
        cls._commits_move_log = not _MOVES_BESIDE_WRITERS

    def move_log(self) -> None:
        """Move what was committed from the log into the database file, as far as nobody has to wait for it.

        Else whoever commits does it now and then, while all other writers wait: a third of reassigning a thousand.
        While somebody writes, the disk has enough to do: so it is moved when nothing was added since the last call, or
        when much waits. Older SQLite must not do it beside a writer (docs/decisions/0001); there a commit goes on
        doing it.
        """
        if not _MOVES_BESIDE_WRITERS:
            return
        with self.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(NOOP)")
            _, pages, moved = cursor.fetchone()
            added, self._pages_seen = pages != self._pages_seen, pages
            if moved < pages and (pages - moved >= _MUCH or not added):
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def give_room(self) -> None:
        """Let the running transaction keep 200 MB of pages in memory until it ends.

        With the 2 MB that is enough for everything else, many changed pages would be written out, read in again and
        written once more.
        """
        with self.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size=-{_ROOM_KB}")
        self._has_room = True

    def _take_room_back(self) -> None:
        if self._has_room and self.connection is not None:
            self._has_room = False
            self.connection.execute(f"PRAGMA cache_size=-{_USUAL_KB}")

    def _start_transaction_under_autocommit(self) -> None:
        self._enter_gate()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_gate()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._leave_gate()
            self._take_room_back()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_gate()
            self._take_room_back()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._leave_gate()
            if self._gate is not None:
                os.close(self._gate)
                self._gate = None

    def _enter_gate(self) -> None:
        if self._gate is not None and not self._holding:
            fcntl.flock(self._gate, fcntl.LOCK_EX)
            self._holding = True

    def _leave_gate(self) -> None:
        if self._gate is not None and self._holding:
            self._holding = False
            fcntl.flock(self._gate, fcntl.LOCK_UN)
