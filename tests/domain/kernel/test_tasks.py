"""Background work: queued with the change, done at least once, by one worker at a time, and never silently lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from kinfold.domain.kernel import clock, tasks
from kinfold.domain.kernel.models import PeriodicTask, QueuedTask

HERE = __name__
done: list[tuple[object, ...]] = []
ran: list[str] = []


@tasks.task(attempts=3)
def note(first: UUID, second: int = 0) -> None:
    """Remember what it was called with."""
    done.append((first, second))


@tasks.task(attempts=3)
def stumble() -> None:
    """Fail with a text that nobody may read."""
    raise ValueError("anna.novak@mail.example")


@tasks.task()
def chain(depth: int) -> None:
    """Queue the next one."""
    done.append((depth,))
    if depth:
        tasks.later(f"{HERE}.chain", depth - 1)


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()
    ran.clear()


@pytest.fixture
def _only_our_periodic_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    autodiscover_modules("periodic")  # now, so that they register where they belong
    monkeypatch.setattr(tasks, "PERIODIC", {})


@pytest.mark.django_db
def test_a_task_gets_the_ids_it_was_queued_with() -> None:
    some_id = uuid4()
    tasks.later(f"{HERE}.note", some_id, 7)
    assert tasks.run_pending() == 1
    assert done == [(some_id, 7)]
    assert not QueuedTask.objects.exists()


@pytest.mark.django_db
def test_a_task_may_queue_another() -> None:
    tasks.later(f"{HERE}.chain", 2)
    assert tasks.run_pending() == 3
    assert done == [(2,), (1,), (0,)]


@pytest.mark.django_db(transaction=True)
def test_a_task_is_queued_only_when_its_transaction_commits() -> None:
    with transaction.atomic():
        tasks.later(f"{HERE}.chain", 0)
        transaction.set_rollback(True)
    assert tasks.run_pending() == 0


@pytest.mark.parametrize(
    "path", ["os.system", "kinfold.domain.kernel.tasks.run_pending", "kinfold.nowhere.go", "x"]
)
def test_only_declared_functions_can_be_queued(path: str) -> None:
    with pytest.raises(LookupError):
        tasks.later(path)


def test_only_ids_go_into_the_queue() -> None:
    with pytest.raises(TypeError):
        tasks.later(f"{HERE}.note", "Anna Novak")  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_row_that_names_something_else_is_given_up_and_not_run() -> None:
    QueuedTask.objects.create(path="os.getpid", due_at=clock.now(), created_at=clock.now())
    assert tasks.run_pending() == 0
    assert tasks.failed() == 1


@pytest.mark.django_db
def test_a_failing_task_waits_longer_each_time_and_is_given_up_at_last() -> None:
    tasks.later(f"{HERE}.stumble")
    now = clock.now()
    for wait in (5, 10, 20):
        with clock.frozen_at(now):
            with pytest.raises(ValueError, match="anna"):
                tasks.run_pending()
            assert tasks.run_pending() == 0
        now += timedelta(seconds=wait)
    with clock.frozen_at(now + timedelta(days=1)):
        assert tasks.run_pending() == 0
    row = QueuedTask.objects.get()
    assert (row.attempts, row.failed_at is not None) == (3, True)
    assert "ValueError" in row.error
    assert "anna" not in row.error
    assert tasks.failed() == 1


@pytest.mark.django_db
def test_a_task_that_somebody_works_on_is_left_to_them_until_they_are_silent_for_too_long() -> None:
    now = clock.now()
    with clock.frozen_at(now):
        tasks.later(f"{HERE}.chain", 0)
        theirs = tasks.claim()
        assert theirs is not None
        assert tasks.claim() is None
    with clock.frozen_at(now + timedelta(seconds=20)):
        assert theirs.hold_on()
    with clock.frozen_at(now + timedelta(seconds=45)):
        assert tasks.claim() is None
    with clock.frozen_at(now + timedelta(seconds=55)):
        ours = tasks.claim()
        assert ours is not None
        assert ours.attempts == 2
        assert not theirs.hold_on()
        theirs.finish()  # too late: it is ours now
        assert QueuedTask.objects.count() == 1
        ours.finish()
        assert not QueuedTask.objects.exists()


@pytest.mark.django_db
def test_a_task_that_kills_its_worker_each_time_is_given_up() -> None:
    tasks.later(f"{HERE}.note", uuid4())
    now = clock.now()
    for round_ in range(3):
        with clock.frozen_at(now + timedelta(minutes=round_)):
            assert tasks.claim() is not None
    with clock.frozen_at(now + timedelta(minutes=3)):
        assert tasks.claim() is None
    assert tasks.failed() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("_only_our_periodic_tasks")
def test_a_periodic_task_runs_once_in_each_interval() -> None:
    now = clock.now()

    @tasks.every(timedelta(minutes=5))
    def sweep() -> None:
        ran.append("sweep")

    for minutes in (0, 1, 4, 5, 6, 17):
        with clock.frozen_at(now + timedelta(minutes=minutes)):
            tasks.run_periodic()
    assert ran == ["sweep"] * 3
    assert tasks.last_seen() == now + timedelta(minutes=17)


@pytest.mark.django_db
@pytest.mark.usefixtures("_only_our_periodic_tasks")
def test_a_periodic_task_that_fails_does_not_keep_the_others_from_running(
    caplog: pytest.LogCaptureFixture,
) -> None:

    @tasks.every(timedelta(minutes=5))
    def breaks() -> None:
        raise ValueError("anna.novak@mail.example")

    @tasks.every(timedelta(minutes=5))
    def works() -> None:
        ran.append("works")

    assert tasks.run_periodic() == 2
    assert ran == ["works"]
    assert "ValueError" in caplog.text
    assert "anna" not in caplog.text
    assert PeriodicTask.objects.filter(began_at__isnull=False).count() == 2
