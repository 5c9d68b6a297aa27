"""Rows that are written while Kinfold goes on, on PostgreSQL: whoever uses the database next learns what came of it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from kinfold.domain.clients.models import Client, Tag
from kinfold.domain.kernel.many import change, insert, ordered_ids
from kinfold.domain.kernel.tenancy import entered
from tests.at_once import at_once, until_somebody_waits

if TYPE_CHECKING:
    from tests.personas import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def add(cast: Cast, *keys: str) -> None:
    """Tags with these names."""
    each = {"id": ordered_ids(len(keys)), "name": list(keys), "key": list(keys)}
    insert(Tag, {"practice_id": cast.alder.practice_id, "made_in_id": None}, each)


def keys(cast: Cast) -> set[str]:
    """Of the tags that are there for good."""
    with entered(cast.alder.practice_id):
        return set(Tag.objects.values_list("key", flat=True))


def add_twice_and_ask(cast: Cast) -> None:
    """A tag that cannot be, and whoever asks next."""
    add(cast, "one")
    add(cast, "one")
    Tag.objects.count()


def add_twice_and_regret(cast: Cast) -> None:
    """A tag that cannot be, and somebody who stops before they learn of it."""
    add(cast, "two", "two")
    raise ZeroDivisionError


def add_twice_and_look_away(cast: Cast) -> None:
    """A tag that cannot be, and somebody who takes that for what may well happen to another."""
    add(cast, "one", "one")
    with suppress(IntegrityError), transaction.atomic():
        add(cast, "two")


def test_what_was_written_is_there_for_every_way_to_ask(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        add(cast, "one")
        assert Tag.objects.filter(key="one").exists()
        for client in Client.objects.order_by("id").iterator(chunk_size=1):
            change(Client.objects.filter(pk=client.pk), version=F("version") + 7)
            add(cast, f"of {client.pk}")
        add(cast, "two")
        with connection.cursor() as cursor:
            add(cast, "three")
            cursor.execute("SELECT count(*) FROM clients_tag WHERE key IN ('one', 'two', 'three')")
            assert cursor.fetchone() == (3,)
        assert Client.objects.filter(version__gt=7).count() == Client.objects.count() > 1
    assert keys(cast) >= {"one", "two", "three", f"of {cast.anna.id}"}


def test_what_cannot_be_written_fails_whoever_asks_next_and_nothing_stays(cast: Cast) -> None:
    before = keys(cast)
    with pytest.raises(IntegrityError), entered(cast.alder.practice_id, writing=True):
        add_twice_and_ask(cast)
    assert keys(cast) == before


def test_what_cannot_be_written_fails_the_commit_when_nobody_asked(cast: Cast) -> None:
    before = keys(cast)
    with pytest.raises(IntegrityError), entered(cast.alder.practice_id, writing=True):
        add(cast, "one", "one")
    assert keys(cast) == before


def test_what_failed_and_was_taken_for_something_else_cannot_be_committed(cast: Cast) -> None:
    before = keys(cast)
    with pytest.raises(DatabaseError), entered(cast.alder.practice_id, writing=True):
        add_twice_and_look_away(cast)
    assert keys(cast) == before


def test_who_waits_for_what_was_written_lets_the_others_in_the_process_go_on(cast: Cast) -> None:
    practice_id, theirs = cast.alder.practice_id, threading.Event()
    with entered(practice_id):
        anna = Client.objects.filter(pk=cast.anna.id)
        before = anna.get().version

    def first() -> None:
        with entered(practice_id, writing=True):
            anna.update(version=F("version") + 1)
            theirs.set()
            until_somebody_waits()

    def second() -> None:
        theirs.wait(30)
        with entered(practice_id, writing=True):
            change(anna, version=F("version") + 1)

    at_once([first, second])
    with entered(practice_id):
        assert anna.get().version == before + 2


def test_who_thinks_better_of_it_gets_their_own_error_and_can_go_on(cast: Cast) -> None:
    before = keys(cast)
    # SQLite has written it, and said that it cannot be, before there was time to think.
    own = ZeroDivisionError if connection.vendor == "postgresql" else IntegrityError
    with entered(cast.alder.practice_id, writing=True):
        add(cast, "outside")
        with pytest.raises(own), transaction.atomic():
            add_twice_and_regret(cast)
        add(cast, "after")
    assert keys(cast) == before | {"outside", "after"}
    with pytest.raises(own), entered(cast.alder.practice_id, writing=True):
        add_twice_and_regret(cast)
    assert keys(cast) == before | {"outside", "after"}
