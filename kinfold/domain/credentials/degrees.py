"""Which degree somebody had on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .models import Degree, DegreePeriod


@dataclass(frozen=True, slots=True)
class HeldDegree:
    """A degree, and from which day somebody has had it; without `held_from`, as long as they have been here."""

    degree: Degree
    held_from: date | None


def degrees_of(member_ids: Collection[UUID]) -> dict[UUID, list[HeldDegree]]:
    """The degrees of each of these members, as they are known now; who has none on record is left out."""
    found: dict[UUID, list[HeldDegree]] = {}
    on_record = DegreePeriod.objects.filter(member_id__in=member_ids, until__isnull=True)
    for member_id, degree, held_from in on_record.values_list("member_id", "degree", "held_from"):
        found.setdefault(member_id, []).append(HeldDegree(Degree(degree), held_from))
    return found


def held_on(degrees: Iterable[HeldDegree], day: date) -> HeldDegree | None:
    """The one of somebody's degrees that counts for a day; None where none is on record for it (SPEC 8.6)."""
    had = [held for held in degrees if held.held_from is None or held.held_from <= day]
    return max(had, key=lambda held: held.held_from or date.min, default=None)
