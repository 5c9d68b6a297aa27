"""Limits let a burst through, then slow down; the database counts, so parallel processes cannot beat them."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from kinfold.domain.identity import limits
from kinfold.domain.identity.limits import Limit, SlowDown
from kinfold.domain.identity.models import Attempts
from kinfold.domain.kernel import clock

NARROW = Limit("test, narrow", burst=5, pause=60)
WIDE = Limit("test, wide", burst=50, pause=60)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def tries(limit: Limit, subject: str, count: int) -> int:
    """How many of `count` tries are let through."""
    through = 0
    for _ in range(count):
        try:
            limits.take(limit, subject)
        except SlowDown:
            continue
        through += 1
    return through


@pytest.mark.django_db
def test_a_burst_goes_through_and_then_one_try_after_each_pause() -> None:
    with clock.frozen_at(NOON):
        assert tries(NARROW, "ana", 20) == 5
    with clock.frozen_at(NOON + timedelta(seconds=59)):
        assert tries(NARROW, "ana", 20) == 0
    with clock.frozen_at(NOON + timedelta(seconds=60)):
        assert tries(NARROW, "ana", 20) == 1
    with clock.frozen_at(NOON + timedelta(hours=1)):
        assert tries(NARROW, "ana", 20) == 5


@pytest.mark.django_db
def test_a_refusal_says_when_to_try_again() -> None:
    with clock.frozen_at(NOON):
        tries(NARROW, "ana", 5)
        with pytest.raises(SlowDown) as refused:
            limits.take(NARROW, "ana")
        assert refused.value.wait == 60
        assert refused.value.message == "Too many tries. Try again in 1 minute."
    with clock.frozen_at(NOON + timedelta(seconds=60)):
        limits.take(NARROW, "ana")


@pytest.mark.django_db
def test_subjects_and_limits_are_counted_apart() -> None:
    assert tries(NARROW, "ana", 9) == 5
    assert tries(NARROW, "ben", 9) == 5
    assert tries(WIDE, "ana", 9) == 9


@pytest.mark.django_db
def test_a_try_that_was_right_is_given_back() -> None:
    for _ in range(20):
        limits.take(NARROW, "ana")
        limits.give_back((NARROW, ("ana",)))
    assert tries(NARROW, "ana", 9) == 5


@pytest.mark.django_db
def test_whoever_is_stopped_by_the_narrow_limit_uses_nothing_of_the_wide_one() -> None:
    for _ in range(200):
        with suppress(SlowDown):
            limits.take_all((NARROW, ("ana",)), (WIDE, ("ana",)))
    assert tries(WIDE, "ana", 100) == 45


@pytest.mark.django_db
def test_a_try_refused_by_the_wide_limit_uses_nothing_of_the_narrow_one() -> None:
    tries(WIDE, "ana", 50)
    for _ in range(3):
        with pytest.raises(SlowDown):
            limits.take_all((NARROW, ("ana",)), (WIDE, ("ana",)))
    assert tries(NARROW, "ana", 9) == 5


@pytest.mark.django_db
def test_the_table_names_nobody_and_forgets_what_stops_nobody() -> None:
    with clock.frozen_at(NOON):
        limits.take(NARROW, "ana@example.org", "192.0.2.7")
        row = Attempts.objects.get()
        assert "ana" not in row.key
        assert "192" not in row.key
        limits.forget_past_attempts()
        assert Attempts.objects.count() == 1
    with clock.frozen_at(NOON + timedelta(seconds=61)):
        limits.forget_past_attempts()
        assert Attempts.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_fifty_processes_at_once_get_exactly_the_burst() -> None:
    assert in_processes(50, lambda _: limits.take(NARROW, "ana")) == 5
    assert in_processes(50, lambda _: limits.take(NARROW, "ana")) == 0


def in_processes(count: int, act: Callable[[int], object], refusal: type[Exception] = SlowDown) -> int:
    """Run `act` in `count` processes at the same time, with each one's number; how many were not refused."""
    connections.close_all()
    read_end, write_end = os.pipe()
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            verdict = 2
            try:
                os.close(write_end)
                os.read(read_end, 1)  # all start together, when the parent closes the pipe
                act(number)
                verdict = 0
            except refusal:
                verdict = 1
            finally:
                os._exit(verdict)
        children.append(child)
    os.close(read_end)
    os.close(write_end)
    verdicts = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(verdicts) <= {0, 1}
    return verdicts.count(0)
