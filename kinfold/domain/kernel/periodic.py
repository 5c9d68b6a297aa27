"""What the worker does about its own queue by the clock."""

from __future__ import annotations

from datetime import timedelta

from . import clock
from .models import QueuedTask
from .tasks import every

FAILED_KEPT = timedelta(days=30)


@every(timedelta(hours=6))
def forget_failed_tasks() -> None:
    """Remove tasks that were given up long ago. Until then `kinfold check` counts them."""
    QueuedTask.objects.filter(failed_at__lt=clock.now() - FAILED_KEPT).delete()
