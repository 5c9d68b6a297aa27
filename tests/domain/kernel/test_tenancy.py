"""Three locks around a practice's rows: managers, composite keys, row-level security."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.identity.limits import Limit, SlowDown, take
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.row_security import tenant_tables
from kinfold.domain.kernel.tenancy import NoPractice, entered, reading_together
from kinfold.domain.team.models import Member, Supervision
from tests.personas import Cast


def test_without_a_practice_nothing_can_be_read(cast: Cast) -> None:
    with pytest.raises(NoPractice):
        Client.objects.count()
    with pytest.raises(NoPractice):
        Member._base_manager.all()


def test_inside_a_practice_only_its_rows_exist(cast: Cast) -> None:
    with entered(cast.birch.practice_id):
        found = set(Client.objects.values_list("id", flat=True))
    assert cast.finn.id in found
    assert cast.anna.id not in found


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_link_into_another_practice(cast: Cast) -> None:
    with pytest.raises(IntegrityError), entered(cast.birch.practice_id, writing=True):
        Assignment.objects.create(
            client_id=cast.anna.id, member_id=cast.fran.member_id, kind="primary", level=3, since=clock.now()
        )
    with pytest.raises(IntegrityError), entered(cast.birch.practice_id, writing=True):
        Supervision.objects.create(
            supervisor_id=cast.fran.member_id, supervisee_id=cast.theo.member_id, since=clock.now()
        )


def test_a_join_carries_the_practice(cast: Cast) -> None:
    with entered(cast.alder.practice_id):
        sql = str(Assignment.objects.filter(client__last_name="x", member__status="active").query)
    assert sql.count('"practice_id" = ') >= 3


def test_the_practice_of_a_row_is_never_written_again(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        client = Client.objects.get(pk=cast.anna.id)
        client.practice_id = cast.birch.practice_id
        client.save()
    with entered(cast.alder.practice_id):
        assert Client.objects.filter(pk=cast.anna.id).exists()


def test_postgresql_hides_rows_even_from_sql_without_a_filter(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # the second lock is the last one here
        return
    with entered(cast.birch.practice_id), connection.cursor() as cursor:
        for table in tenant_tables():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE practice_id <> %s', [cast.birch.practice_id]
            )
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT count(*) FROM clients_client")
        assert cursor.fetchone()[0] > 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kinfold.practice', '', true)")
        cursor.execute("SELECT count(*) FROM clients_client")
        assert cursor.fetchone() == (0,)


def test_every_tenant_table_of_postgresql_is_secured(db: None) -> None:
    if connection.vendor != "postgresql":
        assert tenant_tables()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"
        )
        secured = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role = cursor.fetchone()
    assert set(tenant_tables()) <= secured
    assert role == (False, False)


def test_a_practice_is_entered_by_its_id_only() -> None:
    with pytest.raises(TypeError), entered("' OR 1=1"):  # type: ignore[arg-type]
        raise AssertionError("a string was taken for a practice")


def test_leaving_an_inner_practice_returns_to_the_outer_one(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        with entered(cast.birch.practice_id):
            assert Client.objects.filter(pk=cast.finn.id).exists()
        assert Client.objects.filter(pk=cast.anna.id).exists()
        assert not Client.objects.filter(pk=uuid4()).exists()


# --- reading together -----------------------------------------------------------------------------------------------


def began() -> object:
    """When the transaction began in which this is asked; on SQLite, which reads without one, nothing."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_what_is_read_together_is_one_transaction_and_what_is_written_is_another(cast: Cast) -> None:
    with reading_together():
        with entered(cast.alder.practice_id):
            first = began()
            assert Client.objects.filter(pk=cast.anna.id).exists()
        with entered(cast.alder.practice_id):
            assert began() == first
            with entered(cast.alder.practice_id, writing=True):
                assert began() != first or first is None
                Client.objects.filter(pk=cast.anna.id).update(first_name="Anne")
            assert Client.objects.filter(pk=cast.anna.id, first_name="Anne").exists()
        with suppress(ZeroDivisionError), entered(cast.alder.practice_id, writing=True):
            Client.objects.filter(pk=cast.anna.id).update(first_name="Nobody")
            raise ZeroDivisionError
        with entered(cast.alder.practice_id):
            assert Client.objects.get(pk=cast.anna.id).first_name == "Anne"
            with transaction.atomic():
                assert Client.objects.filter(pk=cast.anna.id).exists()
            assert Client.objects.filter(pk=cast.anna.id).exists()


@pytest.mark.django_db(transaction=True)
def test_a_try_counted_between_readings_lasts_when_a_later_reading_fails(cast: Cast) -> None:
    twice = Limit("test.twice", burst=2, pause=3600)
    take(twice, "here")
    with reading_together():
        with entered(cast.alder.practice_id):
            assert Client.objects.filter(pk=cast.anna.id).exists()
        take(twice, "here")
        with pytest.raises(DatabaseError), entered(cast.alder.practice_id), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
    with pytest.raises(SlowDown):
        take(twice, "here")


@pytest.mark.django_db(transaction=True)
def test_reading_together_keeps_practices_apart_and_goes_on_after_a_failure(cast: Cast) -> None:
    with reading_together():
        with entered(cast.alder.practice_id):
            with suppress(ZeroDivisionError), entered(cast.birch.practice_id):
                assert Client.objects.filter(pk=cast.finn.id).exists()
                raise ZeroDivisionError
            assert Client.objects.filter(pk=cast.anna.id).exists()
        with pytest.raises(DatabaseError), entered(cast.alder.practice_id), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        with entered(cast.birch.practice_id):
            assert Client.objects.filter(pk=cast.finn.id).exists()
        with pytest.raises(NoPractice):
            Client.objects.count()
    test_postgresql_hides_rows_even_from_sql_without_a_filter(cast)
