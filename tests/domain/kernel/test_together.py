"""Rows that are added in one message with what comes after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kinfold.domain.clients.models import Tag
from kinfold.domain.kernel.driver import together
from kinfold.domain.kernel.many import insert, ordered_ids
from kinfold.domain.kernel.tenancy import entered

if TYPE_CHECKING:
    from tests.personas import Cast

pytestmark = pytest.mark.django_db


def add(cast: Cast, *keys: str) -> None:
    """Tags with these names."""
    each = {"id": ordered_ids(len(keys)), "name": list(keys), "key": list(keys)}
    insert(Tag, {"practice_id": cast.alder.practice_id, "made_in_id": None}, each)


def test_rows_of_any_number_go_in_one_message_to_postgresql_and_all_are_there(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        with CaptureQueriesContext(connection) as asked, together():
            add(cast, "one%s")
            add(cast, "two", "three")
            add(cast, "four")
        if connection.vendor == "postgresql":
            assert len(asked) == 1
        keys = set(Tag.objects.values_list("key", flat=True))
    assert keys >= {"one%s", "two", "three", "four"}


@transaction.atomic
@together()
def add_twice(cast: Cast, key: str, *, then: Exception | None = None) -> None:
    """Tags of which one cannot be, or that somebody thinks better of."""
    add(cast, "one", key)
    if then:
        raise then
    add(cast, key)


def test_a_row_that_cannot_be_added_takes_the_others_with_it(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        before = set(Tag.objects.values_list("key", flat=True))
        with pytest.raises(IntegrityError):
            add_twice(cast, "two")
        with pytest.raises(ZeroDivisionError):
            add_twice(cast, "two", then=ZeroDivisionError())
        add(cast, "three")  # nothing waits any more
        assert set(Tag.objects.values_list("key", flat=True)) == before | {"three"}
