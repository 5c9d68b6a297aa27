"""What can be asked about a practice without being in it, and its switches at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.kernel.periods import holds

from .models import Practice, Switch, SwitchPeriod


def is_on(switch: Switch, at: datetime) -> bool:
    """Whether a switch of the entered practice was on at a moment."""
    return SwitchPeriod.objects.filter(holds(at), switch=switch).exists()


def any_practice() -> bool:
    """Whether this installation has been set up at all."""
    return Practice.objects.exists()


@dataclass(frozen=True, slots=True)
class PracticeName:
    """A practice as whoever runs the installation knows it."""

    id: UUID
    slug: str
    name: str
    demo: bool


def practice_names() -> tuple[PracticeName, ...]:
    """Every practice of this installation, by short name; for the command line, not for people of a practice."""
    rows = Practice.objects.order_by("slug").values_list("id", "slug", "name", "demo")
    return tuple(PracticeName(*row) for row in rows)
