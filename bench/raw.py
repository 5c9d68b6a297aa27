"""The limits: the same questions straight to the driver, without a person, rights, a page or evidence."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any
from uuid import UUID, uuid4

import psycopg

try:  # the same SQLite as Kinfold runs on
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

from kinfold.domain.kernel.text import folded

from .installation import RAW, Installation, superuser_url
from .load import Timings
from .people import Person, people
from .teams import QUERIES as TEAM_QUERIES

_COLUMNS = "c.id, c.first_name, c.last_name, c.external_id, c.updated_at, c.primary_id"
_PAGE = "ORDER BY c.sort_key, c.id LIMIT 51"
_ACTIVE = "c.practice_id = ? AND c.status = 'active'"

QUERIES = {
    "J1": f"SELECT {_COLUMNS} FROM clients_client c WHERE {_ACTIVE} {_PAGE}",
    "J2": f"SELECT {_COLUMNS} FROM clients_client c WHERE {_ACTIVE} AND c.id IN (SELECT w.client_id "
    f"FROM clients_clientword w WHERE w.practice_id = ? AND w.word >= ? AND w.word < ?) {_PAGE}",
    "J3 therapist": f"SELECT {_COLUMNS} FROM clients_client c WHERE {_ACTIVE} AND c.primary_id = ? {_PAGE}",
    "J3 tag": f"SELECT {_COLUMNS} FROM clients_client c WHERE {_ACTIVE} AND c.id IN (SELECT t.client_id "
    f"FROM clients_clienttag t WHERE t.practice_id = ? AND t.tag_id = ?) {_PAGE}",
    "J3 supervisor": f"SELECT {_COLUMNS} FROM clients_client c WHERE {_ACTIVE} AND c.id IN (SELECT a.client_id "
    "FROM clients_assignment a WHERE a.practice_id = ? AND a.until IS NULL AND a.member_id IN (SELECT s.supervisee_id "
    f"FROM team_supervision s WHERE s.practice_id = ? AND s.until IS NULL)) {_PAGE}",
    "J4": f"SELECT {_COLUMNS} FROM clients_client c WHERE {_ACTIVE} AND (c.sort_key, c.id) > (?, ?) {_PAGE}",
    **TEAM_QUERIES,
}

_TABLE = """
CREATE TABLE person (id {uuid} PRIMARY KEY, practice_id {uuid} NOT NULL, status text NOT NULL, first_name text NOT NULL,
  last_name text NOT NULL, sort_key text NOT NULL, email text NOT NULL, birth_date {date} NOT NULL,
  sex_at_birth text NOT NULL, external_id text NOT NULL, created_at {moment} NOT NULL);
CREATE INDEX person_by_name ON person (practice_id, status, sort_key, id);
CREATE INDEX person_by_email ON person (practice_id, email);
CREATE INDEX person_by_external_id ON person (practice_id, external_id)
"""
_INSERT = f"INSERT INTO person VALUES ({', '.join('?' * 11)})"

Ask = Callable[[], Any]
Ready = Callable[[], AbstractContextManager[Ask]]


class Raw:
    """Both drivers behind the few things that are asked of them. SQL is written with `?`."""

    def __init__(self, made: Installation, practice: str) -> None:
        self.made = made
        self.postgres = made.engine == "postgres"
        self.practice = UUID(practice)
        with closing(self.connect(RAW)) as connection:
            kinds = ("uuid", "date", "timestamptz") if self.postgres else ("char(32)", "date", "datetime")
            for statement in _TABLE.format(uuid=kinds[0], date=kinds[1], moment=kinds[2]).split(";"):
                connection.execute(statement)

    def connect(self, database: str) -> Any:
        """One connection as a bare program would open it, as durable as Kinfold's."""
        if self.postgres:
            connection = psycopg.connect(superuser_url(self.made, database), autocommit=True)
            connection.prepare_threshold = 0
            return connection
        lite = sqlite3.connect(self.made.sqlite(database), isolation_level=None, timeout=20)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            lite.execute(f"PRAGMA {pragma}")
        return lite

    def value(self, given: Any) -> Any:
        """A value as this engine stores it."""
        if isinstance(given, UUID) and not self.postgres:
            return given.hex
        return given

    def sql(self, text: str) -> str:
        """A statement in the driver's spelling."""
        return text.replace("?", "%s") if self.postgres else text

    def rows(self, job: str, *parameters: Any) -> int:
        """How many rows a query gives: the measurements must not be of empty pages."""
        with closing(self.connect(self.made.kinfold)) as connection:
            return len(self._fetch(connection, job, parameters))

    def _fetch(self, connection: Any, job: str, parameters: tuple[Any, ...]) -> list[Any]:
        found: list[Any] = connection.execute(
            self.sql(QUERIES[job]), [self.value(p) for p in (self.practice, *parameters)]
        ).fetchall()
        return found

    def place_of(self, client_id: UUID) -> tuple[Any, ...]:
        """Where a client stands in the list: what paging by key starts after."""
        statement = self.sql("SELECT sort_key, id FROM clients_client WHERE practice_id = ? AND id = ?")
        with closing(self.connect(self.made.kinfold)) as connection:
            row = connection.execute(statement, [self.value(self.practice), self.value(client_id)]).fetchone()
        return tuple(row)

    def asking(self, asked: list[tuple[str, tuple[Any, ...]]], *, practice: UUID | None = None) -> Ready:
        """Makes, in the process that will use it, a function that asks the next of some queries, of one practice."""

        @contextmanager
        def ready() -> Iterator[Ask]:
            turns = cycle(
                [
                    (self.sql(QUERIES[job]), [self.value(p) for p in (practice or self.practice, *values)])
                    for job, values in asked
                ]
            )
            with closing(self.connect(self.made.kinfold)) as connection:
                yield lambda: connection.execute(*next(turns)).fetchall()

        return ready

    def inserting(self) -> Ready:
        """Makes a function that adds one person and commits."""

        @contextmanager
        def ready() -> Iterator[Ask]:
            rows = (self.row(person) for _ in count() for person in people(1000, seed=f"raw{uuid4().hex}"))
            statement = self.sql(_INSERT)
            with closing(self.connect(RAW)) as connection:
                yield lambda: connection.execute(statement, next(rows))

        return ready

    def row(self, person: Person) -> tuple[Any, ...]:
        """One row of the raw table."""
        now = datetime.now(UTC)
        return (
            self.value(uuid4()),
            self.value(self.practice),
            "active",
            person.first_name,
            person.last_name,
            f"{person.last_name}\x1f{person.first_name}".casefold(),
            person.email,
            person.birth_date if self.postgres else person.birth_date.isoformat(),
            person.sex_at_birth,
            person.external_id,
            now if self.postgres else now.isoformat(),
        )

    def load(self, rows: Iterable[Person]) -> float:
        """Rows per second of one COPY, or one executemany, in one transaction."""
        ready = [self.row(person) for person in rows]
        with closing(self.connect(RAW)) as connection:
            began = time.perf_counter()
            if self.postgres:
                with connection.transaction(), connection.cursor().copy("COPY person FROM STDIN") as copy:
                    for row in ready:
                        copy.write_row(row)
            else:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_INSERT, ready)
                connection.execute("COMMIT")
            return len(ready) / (time.perf_counter() - began)


def search_word(typed: str) -> str:
    """The beginning of a stored word."""
    return folded(typed)


def after(word: str) -> str:
    """What sorts right after every word that begins so."""
    return word[:-1] + chr(ord(word[-1]) + 1)


def latencies(ready: Ready, seconds: float) -> Timings:
    """How long each takes alone."""
    timings = Timings()
    with ready() as ask:
        for _ in range(3):
            ask()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until or len(timings.ms) < 2:
            began = time.perf_counter()
            ask()
            timings.ms.append((time.perf_counter() - began) * 1000)
    return timings


def rate(ready: Ready, seconds: float, processes: int = 8) -> float:
    """How many are answered in a second when eight processes ask at once, each on a connection of its own."""
    pipes = [_child(ready, seconds) for _ in range(processes)]
    return sum(_collected(pipes))


def _child(ready: Ready, seconds: float) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        signal.alarm(int(seconds) + 60)
        with ready() as ask:
            ask()
            done, began = 0, time.perf_counter()
            until = began + seconds
            while (now := time.perf_counter()) < until:
                ask()
                done += 1
            os.write(writing, struct.pack("d", done / (now - began)))
    finally:
        os._exit(0)


def _collected(pipes: list[tuple[int, int]]) -> Iterator[float]:
    for child, reading in pipes:
        answer = os.read(reading, 8)
        os.close(reading)
        os.waitpid(child, 0)
        if len(answer) != 8:
            raise RuntimeError("a process of the raw measurements failed")
        yield struct.unpack("d", answer)[0]
