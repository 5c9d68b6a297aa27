"""What can be asked about a practice without being in it, and its switches at a moment."""

from __future__ import annotations

from datetime import datetime

from kinfold.domain.kernel.periods import holds

from .models import Practice, Switch, SwitchPeriod


def is_on(switch: Switch, at: datetime) -> bool:
    """Whether a switch of the entered practice was on at a moment."""
    return SwitchPeriod.objects.filter(holds(at), switch=switch).exists()


def any_practice() -> bool:
    """Whether this installation has been set up at all."""
    return Practice.objects.exists()
