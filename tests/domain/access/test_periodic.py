"""What is kept only for a while is forgotten by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kinfold.domain.access.models import Replay
from kinfold.domain.access.periodic import forget_old_replays
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.kernel.periodic import forget_failed_tasks
from kinfold.domain.kernel.tenancy import entered

if TYPE_CHECKING:
    from tests.personas import Cast


@pytest.mark.django_db
def test_keys_are_forgotten_in_every_practice_after_a_day(cast: Cast) -> None:
    now = clock.now()
    for person in (cast.olu, cast.fran):
        with entered(person.practice_id, writing=True):
            for key, hours in (("old", 25), ("young", 23)):
                Replay.objects.create(
                    actor_id=person.member_id,
                    key_digest=key,
                    command="x",
                    data_digest="x",
                    at=now - timedelta(hours=hours),
                )
    forget_old_replays()
    for person in (cast.olu, cast.fran):
        with entered(person.practice_id):
            assert list(Replay.objects.values_list("key_digest", flat=True)) == ["young"]


@pytest.mark.django_db
def test_tasks_that_were_given_up_are_forgotten_after_a_month() -> None:
    now = clock.now()
    for path, days in (("old", 31), ("young", 29)):
        QueuedTask.objects.create(path=path, due_at=now, created_at=now, failed_at=now - timedelta(days=days))
    QueuedTask.objects.create(path="waiting", due_at=now, created_at=now - timedelta(days=90))
    forget_failed_tasks()
    assert set(QueuedTask.objects.values_list("path", flat=True)) == {"young", "waiting"}
