"""What can be asked about a practice without being in it, and its switches at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.kernel.tenancy import current_practice_id

from .models import Practice, Switch, SwitchPeriod


def is_on(switch: Switch, at: datetime) -> bool:
    """Whether a switch of the entered practice was on at a moment."""
    return SwitchPeriod.objects.filter(holds(at), switch=switch).exists()


def emails_are_optional() -> bool:
    """Whether the entered practice takes clients who have no e-mail address (SPEC 8.13)."""
    return not _emails_needed(practice_id=current_practice_id())[0][0]


@prepared
def _emails_needed(*, practice_id: UUID) -> QuerySet[Practice, tuple[bool]]:
    return Practice.objects.filter(pk=practice_id).values_list("clients_need_email")


def zone_here() -> str:
    """The time zone of the entered practice."""
    return str(_zone(practice_id=current_practice_id())[0][0])


@prepared
def _zone(*, practice_id: UUID) -> QuerySet[Practice, tuple[str]]:
    return Practice.objects.filter(pk=practice_id).values_list("time_zone")


def any_practice() -> bool:
    """Whether this installation has been set up at all."""
    return Practice.objects.exists()


def support_address() -> str:
    """Whom people write to who have not signed in: known where the installation has one practice, else ""."""
    addresses = Practice.objects.values_list("support_email", flat=True)[:2]
    return addresses[0] if len(addresses) == 1 else ""


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
