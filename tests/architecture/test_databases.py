"""Both databases stand as RELIABILITY section 2 asks, so that the rest of the suite tests the real thing."""

from __future__ import annotations

import ast
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests import engine
from tests.architecture.source import trees


def answer(sql: str) -> object:
    """The one value that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


@pytest.mark.django_db
def test_the_database_is_configured_as_promised() -> None:
    if engine.engine() == "sqlite":
        expected = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "trusted_schema": 0,
            "mmap_size": 0,
            "wal_autocheckpoint": 40_000,
        }
        assert {name: answer(f"PRAGMA {name}") for name in expected} == expected
        file = Path(settings.DATABASES["default"]["NAME"])
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    else:
        role = "SELECT {} FROM pg_roles WHERE rolname = current_user"
        assert answer(role.format("rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole")) is False
        assert answer("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0
        assert answer("SHOW statement_timeout") != "0"


@pytest.mark.django_db
def test_every_table_with_a_practice_has_row_level_security_on_postgresql() -> None:
    if engine.engine() == "sqlite":
        return
    unprotected = """
        SELECT string_agg(t.relname, ' ') FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'practice_id' AND NOT a.attisdropped
        WHERE n.nspname = 'public' AND t.relkind = 'r' AND NOT (t.relrowsecurity AND t.relforcerowsecurity)
    """
    # Who signs in has not entered a practice yet: the seat says which one it is.
    assert answer(unprotected) == "team_seat"


@pytest.mark.django_db(transaction=True)
def test_a_test_with_real_transactions_leaves_what_the_migrations_made_and_nothing_else() -> None:
    reference = ContentType.objects.count()
    assert reference > 0
    logins = get_user_model().objects
    logins.create(email="left@example.org", full_name="Left Behind")
    engine.empty_database()
    assert logins.count() == 0
    assert ContentType.objects.count() == reference


def test_rows_are_locked_without_their_key() -> None:
    """Else a new row that names one waits at commit for whoever waits for the end of the trail (clients/holding.py).

    No row names a practice's tally or the head of its trail.
    """
    locks = {
        f"{name}: {ast.unparse(call)}"
        for name, tree in trees("domain").items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "select_for_update"
    }
    bare = {lock for lock in locks if not lock.endswith("(no_key=True)")}
    assert len(bare) < len(locks)
    assert {lock.partition(": ")[2].partition(".")[0] for lock in bare} == {"PracticeTally", "AuditHead"}
