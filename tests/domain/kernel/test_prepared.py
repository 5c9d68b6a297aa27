"""Questions whose SQL is written once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.test.utils import CaptureQueriesContext

from kinfold.domain.clients.models import Client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.prepared import NotPreparable, prepared, prepared_update
from kinfold.domain.kernel.tenancy import NoPractice, entered
from kinfold.domain.team.models import Member
from tests.personas import Cast

pytestmark = pytest.mark.django_db


@prepared
def _clients(order: str, *, before: datetime, not_named: str, primary: UUID) -> QuerySet[Client, Any]:
    found = Client.objects.filter(created_at__lt=before, primary_id=primary).exclude(first_name=not_named)
    return found.order_by(order).values_list("id", "created_at", "birth_date")


def test_a_prepared_question_answers_as_its_queryset_does(cast: Cast) -> None:
    tomorrow, lin = clock.now() + timedelta(days=1), cast.lin.member_id
    with entered(cast.alder.practice_id):
        for order in ("sort_key", "-sort_key"):
            for name in ("Nobody", "Ben"):
                expected = (
                    Client.objects.filter(created_at__lt=tomorrow, primary_id=lin)
                    .exclude(first_name=name)
                    .order_by(order)
                    .values_list("id", "created_at", "birth_date")
                )
                assert _clients(order, before=tomorrow, not_named=name, primary=lin) == list(expected)
        assert _clients("id", before=cast.began - timedelta(days=1), not_named="", primary=lin) == []


@prepared
def _labelled(label: str, number: int, *, primary: UUID) -> QuerySet[Client, Any]:
    found = Client.objects.filter(primary_id=primary).exclude(last_name__endswith="%s'")
    return found.values_list(Value(label), Value(number)).distinct()


@pytest.mark.parametrize("label", ["100 % of %s, %%s", "O'Brien \\' \x1f", "7", "", "1.10"])
def test_what_belongs_to_a_shape_is_taken_as_it_is(cast: Cast, label: str) -> None:
    """It becomes part of the SQL."""
    with entered(cast.alder.practice_id):
        assert _labelled(label, -3, primary=cast.lin.member_id) == [(label, -3)]


def test_several_answers_are_merged_in_one_question_and_cut_off_together(cast: Cast) -> None:
    @prepared
    def of_one(*, primary: UUID, not_named: str) -> QuerySet[Client, Any]:
        found = Client.objects.filter(primary_id=primary).exclude(first_name=not_named)
        return found.order_by("first_name").values_list("id", "first_name")[:2]

    therapists = [cast.theo.member_id, cast.lin.member_id, uuid4()]
    with entered(cast.alder.practice_id):
        theirs = Client.objects.filter(primary_id__in=therapists).exclude(first_name="Ben")
        expected = list(theirs.order_by("-first_name").values_list("id", "first_name"))
        assert len({first_name for _, first_name in expected}) > 1
        for limit in (1, 10):
            with CaptureQueriesContext(connection) as queries:
                found = of_one.merged("primary", therapists, order="2 DESC", limit=limit, not_named="Ben")
            assert found == expected[:limit]
            assert len(queries) == 1
        assert of_one.merged("primary", [], order="2 DESC", limit=10, not_named="Ben") == []


def test_postgresql_answers_about_each_of_the_merged_rows_in_the_same_question(cast: Cast) -> None:
    @prepared
    def of_one(*, primary: UUID) -> QuerySet[Client, Any]:
        found = Client.objects.filter(primary_id=primary).order_by("sort_key", "id")
        return found.values_list("id", "sort_key")[:2]

    @prepared
    def about_one(*, row_id: UUID) -> QuerySet[Client, Any]:
        return Client.objects.filter(pk=row_id).exclude(first_name="100 %").values_list("first_name", "id")

    therapists = [cast.theo.member_id, cast.lin.member_id]
    with entered(cast.alder.practice_id):
        rows = of_one.merged("primary", therapists, order="sort_key DESC, id DESC", limit=3)
        assert len(rows) > 1
        if connection.vendor != "postgresql":
            return  # SQLite cannot look from one part of a question into another
        with CaptureQueriesContext(connection) as queries:
            found = of_one.merged(
                "primary", therapists, order="sort_key DESC, id DESC", limit=3, about=about_one
            )
        assert [row_id for _, row_id in found] == [row_id for row_id, _ in rows]
        assert len(queries) == 1
    with entered(cast.birch.practice_id):
        assert of_one.merged("primary", therapists, order="sort_key, id", limit=3, about=about_one) == []


def test_a_prepared_question_asks_the_practice_that_is_entered(cast: Cast) -> None:
    tomorrow = clock.now() + timedelta(days=1)

    @prepared
    def everyone(*, before: datetime) -> QuerySet[Client, Any]:
        return Client.objects.filter(created_at__lt=before).values_list("first_name").order_by("first_name")

    with entered(cast.alder.practice_id):
        assert everyone(before=tomorrow) == [("Anna",), ("Ben",), ("Dora",), ("Uma",)]
    with entered(cast.birch.practice_id):
        assert everyone(before=tomorrow) == [("Finn",)]
    with pytest.raises(NoPractice):
        everyone(before=tomorrow)


def test_a_prepared_question_is_one_query_each_time(cast: Cast) -> None:
    with entered(cast.alder.practice_id):
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                _clients("-id", before=clock.now(), not_named="x", primary=cast.theo.member_id)
            assert len(queries) == 1


def test_a_shape_that_can_match_nothing_is_answered_without_asking(cast: Cast) -> None:
    @prepared
    def nobody(*, id_: UUID) -> QuerySet[Member, Any]:
        return Member.objects.filter(id=id_, status__in=[]).values_list("id")

    with entered(cast.alder.practice_id), CaptureQueriesContext(connection) as queries:
        assert nobody(id_=uuid4()) == []
    assert not queries.captured_queries


def test_a_question_that_decides_by_the_clock_is_refused(cast: Cast) -> None:
    @prepared
    def recent(*, id_: UUID) -> QuerySet[Client, Any]:
        return Client.objects.filter(id=id_, created_at__lt=clock.now()).values_list("id")

    with entered(cast.alder.practice_id), pytest.raises(NotPreparable):
        recent(id_=uuid4())


def test_a_question_that_does_not_use_what_it_is_given_is_refused(cast: Cast) -> None:
    @prepared
    def forgetful(*, id_: UUID, name: str) -> QuerySet[Client, Any]:
        return Client.objects.filter(id=id_).values_list("id")

    @prepared
    def changing(*, name: str) -> QuerySet[Client, Any]:
        return Client.objects.filter(first_name__startswith=name).values_list("id")

    with entered(cast.alder.practice_id):
        with pytest.raises(NotPreparable):
            forgetful(id_=uuid4(), name="Ben")
        with pytest.raises(NotPreparable):
            changing(name="Ben")


def test_a_question_that_asks_another_one_first_is_refused(cast: Cast) -> None:
    @prepared
    def curious(*, at: datetime) -> QuerySet[Client, Any]:
        first = list(Client.objects.values_list("id", flat=True))
        return Client.objects.filter(id__in=first, created_at__lt=at).values_list("id")

    with entered(cast.alder.practice_id), pytest.raises(NotPreparable):
        curious(at=datetime.now(UTC))


@pytest.mark.parametrize("value", [None, True, 1.5, ["a"]])
def test_values_that_would_change_the_query_belong_to_its_shape(cast: Cast, value: object) -> None:
    @prepared
    def asked(*, value: Any) -> QuerySet[Client, Any]:
        return Client.objects.filter(first_name=value).values_list("id")

    with entered(cast.alder.practice_id), pytest.raises(NotPreparable):
        asked(value=value)


def test_a_prepared_update_changes_what_its_queryset_holds_and_says_how_many(cast: Cast) -> None:
    @prepared_update
    def rename(*, primary: UUID, to: str, born: date) -> tuple[QuerySet[Client], dict[str, Any]]:
        rows = Client.objects.filter(primary_id=primary)
        return rows, {"first_name": to, "birth_date": born, "version": F("version") + 1}

    born = date(1971, 3, 5)
    with entered(cast.alder.practice_id, writing=True):
        of_lin = Client.objects.filter(primary_id=cast.lin.member_id)
        before = dict(Client.objects.values_list("id", "version"))
        with CaptureQueriesContext(connection) as queries:
            renamed = rename(primary=cast.lin.member_id, to="Zoë", born=born)
        assert len(queries) == 1
        assert renamed == of_lin.count() > 0
        for client in Client.objects.all():
            is_lins = client.primary_id == cast.lin.member_id
            assert (client.first_name == "Zoë", client.birth_date == born) == (is_lins, is_lins)
            assert client.version == before[client.id] + is_lins
        assert rename(primary=uuid4(), to="Nobody", born=born) == 0
    with pytest.raises(NoPractice):
        rename(primary=cast.lin.member_id, to="Zoë", born=born)
