"""What the worker does about idempotency keys by the clock."""

from __future__ import annotations

from datetime import timedelta

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tasks import every
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.queries import practice_names

from .doors import REPLAYS_KEPT
from .models import Replay


@every(timedelta(hours=6))
def forget_old_replays() -> None:
    """Remove what was done under a key so long ago that nobody retries it."""
    for practice in practice_names():
        with entered(practice.id, writing=True):
            Replay.objects.filter(at__lt=clock.now() - REPLAYS_KEPT).delete()
