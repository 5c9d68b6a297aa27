"""Whoever edits the audit trail behind Kinfold's back is found out, whatever they change (RELIABILITY 1.12).

The attacker here may write anything to the database, knows how hashes are made and does it right, and lacks only the
installation's key. Rows are changed as the database's own superuser, past every lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from kinfold.domain.access.actors import system_actor
from kinfold.domain.audit import trail
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests import engine
from tests.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.personas import Cast

ROUNDS = 200
ENTRIES = 14
TABLES = ("audit_auditentry", "audit_auditdetail", "audit_audithead")


class Attacker:
    """Writes to the database directly."""

    def __init__(self, run: Callable[[str, list[Any]], Any], practice_id: UUID, random: Random) -> None:
        self._run = run
        self.practice_id = practice_id
        self.random = random
        self.sqlite = connection.vendor == "sqlite"

    def run(self, sql: str, *values: Any) -> None:
        """One statement; values as the database takes them."""
        self._run(sql.replace("%s", "?") if self.sqlite else sql, [self._plain(v) for v in values])

    def _plain(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return value.hex if self.sqlite else value
        return value

    def where(self, number: int) -> tuple[str, UUID, int]:
        """The end of a statement about one entry of the practice, and its values."""
        return "WHERE practice_id = %s AND number = %s", self.practice_id, number

    def entries(self) -> list[AuditEntry]:
        """The chain as it stands."""
        with entered(self.practice_id):
            return list(AuditEntry.objects.order_by("number"))

    def set(self, table: str, column: str, value: Any, number: int | None = None) -> None:
        """Change one cell, of the head unless a number is given."""
        if number is None:
            self.run(f"UPDATE {table} SET {column} = %s WHERE practice_id = %s", value, self.practice_id)
        else:
            where, *values = self.where(number)
            self.run(f"UPDATE {table} SET {column} = %s {where}", value, *values)

    def delete(self, number: int) -> None:
        """Remove one entry."""
        where, *values = self.where(number)
        self.run(f"DELETE FROM audit_auditentry {where}", *values)

    def move_head(self, entry: AuditEntry | None) -> None:
        """Let the head point at an entry, as well as it can be done without the key."""
        self.set("audit_audithead", "number", entry.number if entry else 0)
        self.set("audit_audithead", "hash", entry.hash if entry else trail.START)


def edit_a_field(attacker: Attacker) -> None:
    """Any field of any entry."""
    entry = attacker.random.choice(attacker.entries())
    moment = connection.ops.adapt_datetimefield_value(entry.at + timedelta(microseconds=1))
    column, value = attacker.random.choice(
        [
            ("at", moment),
            ("action", entry.action + "."),
            ("outcome", "refused" if entry.outcome == "done" else "done"),
            ("actor_kind", "guest" if entry.actor_kind != "guest" else "member"),
            ("actor_id", uuid4()),
            ("token_id", uuid4()),
            ("subject_kind", entry.subject_kind + "x"),
            ("subject_id", uuid4()),
            ("detail_digest", "f" * 64),
            ("hash", "0" * 64),
            ("number", entry.number + 1000),
        ]
    )
    attacker.set("audit_auditentry", column, value, entry.number)


def edit_a_field_and_mend_the_chain(attacker: Attacker) -> None:
    """As above, with every later hash made anew."""
    entries = attacker.entries()
    place = attacker.random.randrange(len(entries))
    entries[place].action = "nothing.happened"
    attacker.set("audit_auditentry", "action", "nothing.happened", entries[place].number)
    previous = entries[place - 1].hash if place else trail.START
    for entry in entries[place:]:
        entry.hash = previous = trail.chained(previous, entry)
        attacker.set("audit_auditentry", "hash", entry.hash, entry.number)
    attacker.move_head(entries[-1])


def delete_an_entry(attacker: Attacker) -> None:
    """Any, also the first and the last."""
    attacker.delete(attacker.random.choice(attacker.entries()).number)


def swap_two_entries(attacker: Attacker) -> None:
    """Their places, or only their numbers' contents."""
    one, two = (entry.number for entry in attacker.random.sample(attacker.entries(), 2))
    for before, after in ((one, 900_000), (two, one), (900_000, two)):
        attacker.set("audit_auditentry", "number", after, before)


def cut_the_tail(attacker: Attacker) -> None:
    """The last few, and the head follows."""
    entries = attacker.entries()
    keep = attacker.random.randrange(len(entries))
    for entry in entries[keep:]:
        attacker.delete(entry.number)
    attacker.move_head(entries[keep - 1] if keep else None)


def add_a_forged_entry(attacker: Attacker) -> None:
    """One that continues the chain rightly."""
    last = attacker.entries()[-1]
    with entered(attacker.practice_id):
        forged = AuditEntry(
            practice_id=attacker.practice_id,
            number=last.number + 1,
            at=clock.now(),
            action="client.opened",
            outcome="done",
            actor_kind="member",
            subject_kind="",
        )
        forged.hash = trail.chained(last.hash, forged)
        forged.save(force_insert=True)
    attacker.move_head(forged)


def edit_the_head(attacker: Attacker) -> None:
    """Its number, hash or seal, or all of it gone."""
    column, value = attacker.random.choice(
        [("number", 3), ("hash", "a" * 64), ("seal", "b" * 64), ("practice_id", None)]
    )
    if value is None:
        attacker.run("DELETE FROM audit_audithead WHERE practice_id = %s", attacker.practice_id)
    else:
        attacker.set("audit_audithead", column, value)


def edit_a_detail(attacker: Attacker) -> None:
    """What an entry says beside itself: its text, its salt, or whose it is."""
    numbers = [entry.number for entry in attacker.entries() if entry.detail_digest]
    number = attacker.random.choice(numbers)
    column, value = attacker.random.choice(
        [("body", json.dumps({"count": -1})), ("salt", "0" * 32), ("number", 900_000)]
    )
    attacker.set("audit_auditdetail", column, value, number)


def swap_two_details(attacker: Attacker) -> None:
    """Each then stands beside the other's entry."""
    numbers = [entry.number for entry in attacker.entries() if entry.detail_digest]
    one, two = attacker.random.sample(numbers, 2)
    for before, after in ((one, 900_000), (two, one), (900_000, two)):
        attacker.set("audit_auditdetail", "number", after, before)


ATTACKS = (
    edit_a_field,
    edit_a_field_and_mend_the_chain,
    delete_an_entry,
    swap_two_entries,
    cut_the_tail,
    add_a_forged_entry,
    edit_the_head,
    edit_a_detail,
    swap_two_details,
)


@pytest.fixture
def attacker(transactional_db: None, cast: Cast) -> Generator[Attacker, None, None]:
    """Somebody with the database's superuser, and a trail of some entries, half of them with a detail."""
    practice_id = cast.alder.practice_id
    system = system_actor(practice_id, "Test")
    with entered(practice_id, writing=True):
        for number in range(ENTRIES):
            detail = {"count": number} if number % 2 else None
            trail.record(system, "client.changed", subject=("client", uuid4()), detail=detail)
    if engine.engine() == "postgres":
        url = engine.postgres().url(SUPERUSER, engine.database_name(engine.worker_name()))
        with psycopg.connect(url, autocommit=True) as direct:
            yield Attacker(direct.execute, practice_id, Random())
    else:
        import sqlite3

        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as direct_file:
            direct_file.execute("PRAGMA synchronous=OFF")
            yield Attacker(direct_file.execute, practice_id, Random())


def test_every_one_of_many_random_edits_is_found(attacker: Attacker) -> None:
    seed = Random().randrange(10**9)
    attacker.random = Random(seed)
    for table in TABLES:
        attacker.run(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    missed = []
    try:
        for round_ in range(ROUNDS):
            attack = ATTACKS[round_ % len(ATTACKS)]
            attack(attacker)
            if trail.verify(attacker.practice_id).fault is None:
                missed.append((attack.__name__, seed, round_))
            for table in TABLES:
                attacker.run(f"DELETE FROM {table}")
                attacker.run(f"INSERT INTO {table} SELECT * FROM kept_{table}")
    finally:
        for table in TABLES:
            attacker.run(f"DROP TABLE kept_{table}")
    assert missed == []
    assert trail.verify(attacker.practice_id).fault is None, "the test did not put it right again"


def test_a_detail_with_a_number_that_is_too_long_for_most_is_found_as_well(attacker: Attacker) -> None:
    attacker.run(
        "UPDATE audit_auditdetail SET body = %s WHERE practice_id = %s",
        json.dumps({"rows": 2**70}),
        attacker.practice_id,
    )
    fault = trail.verify(attacker.practice_id).fault
    assert fault is not None
    assert "The detail of entry" in fault


def test_a_detail_may_be_purged_by_law_and_the_chain_still_holds(attacker: Attacker) -> None:
    before = trail.verify(attacker.practice_id).entries
    attacker.run("DELETE FROM audit_auditdetail WHERE practice_id = %s", attacker.practice_id)
    verdict = trail.verify(attacker.practice_id)
    assert (verdict.fault, verdict.entries) == (None, before)


def test_another_installation_key_is_noticed(attacker: Attacker, settings: Any) -> None:
    settings.SECRET_KEY = "another key"
    fault = trail.verify(attacker.practice_id).fault
    assert fault is not None
    assert "key" in fault


@pytest.mark.django_db
def test_the_chain_of_one_practice_says_nothing_about_another(cast: Cast) -> None:
    one, two = (trail.verify(p.practice_id) for p in (cast.alder, cast.birch))
    assert (one.fault, two.fault) == (None, None)
    assert one.entries
    assert two.entries
