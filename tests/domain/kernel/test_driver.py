"""Statements that go to the database's driver, past Django's cursors."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from kinfold.config.postgres.base import MOST_PREPARED
from kinfold.domain.access.models import Role
from kinfold.domain.kernel import driver
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast

RENAMED = "UPDATE access_role SET name_key = %s WHERE id = %s"
READ = "SELECT name_key FROM access_role WHERE id = %s"


def _two_roles(cast: Cast) -> list[str]:
    """The ids of two roles as the database holds them."""
    with entered(cast.alder.practice_id):
        field = Role._meta.pk
        found = Role.objects.values_list("id", flat=True)[:2]
        return [field.get_db_prep_value(role_id, connection) for role_id in found]


@pytest.mark.django_db(transaction=True)
def test_a_refused_change_is_undone_with_its_transaction_and_prepared_statements_live_on(cast: Cast) -> None:
    one, other = _two_roles(cast)
    with entered(cast.alder.practice_id):
        ((before,),), ((taken,),) = (driver.fetched(READ, [which]) for which in (one, other))
        with pytest.raises(IntegrityError), transaction.atomic():
            _rename(one, "another", taken)
        assert driver.fetched(READ, [one]) == [(before,)]
        with transaction.atomic():
            assert driver.changed(RENAMED, ["another", one]) == 1
            with pytest.raises(IntegrityError), transaction.atomic():
                driver.changed(RENAMED, [taken, one])
            assert driver.fetched(READ, [one]) == [("another",)]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_can_begin_with_such_a_statement(cast: Cast) -> None:
    one, _ = _two_roles(cast)
    ((before,),) = _read(cast, one)
    with entered(cast.alder.practice_id, writing=True):
        _rename(one, "another")
        transaction.set_rollback(True)
    assert _read(cast, one) == [(before,)]


def test_more_statements_than_a_connection_keeps_are_answered_again_and_again(cast: Cast) -> None:
    one, _ = _two_roles(cast)
    (answer,) = _read(cast, one)
    with entered(cast.alder.practice_id):
        for _ in range(2):
            for number in range(MOST_PREPARED + 5):
                assert driver.fetched(f"{READ} AND {number} = {number}", [one]) == [answer]


@pytest.mark.django_db(transaction=True)
def test_after_a_lost_connection_the_next_one_answers(cast: Cast) -> None:
    one, _ = _two_roles(cast)
    (answer,) = _read(cast, one)
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # a file is not lost
        return
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        _read(cast, one)
    connection.close_if_unusable_or_obsolete()
    assert _read(cast, one) == [answer]


@pytest.mark.django_db(transaction=True)
def test_a_statement_whose_table_was_changed_is_prepared_again(cast: Cast) -> None:
    one, _ = _two_roles(cast)
    (answer,) = _read(cast, one)
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # it looks for itself
        return
    connection.connection.pgconn.exec_(b"DEALLOCATE ALL")
    with pytest.raises(DatabaseError):
        _read(cast, one)
    assert _read(cast, one) == [answer]


def _rename(role_id: str, *names: str) -> None:
    for name in names:
        assert driver.changed(RENAMED, [name, role_id]) == 1


def _read(cast: Cast, role_id: str) -> list[tuple[str]]:
    with entered(cast.alder.practice_id):
        return driver.fetched(READ, [role_id])
