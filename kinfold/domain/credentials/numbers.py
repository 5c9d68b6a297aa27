"""Which NPI somebody is billed under."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from .models import NpiPeriod


def npis_of(member_ids: Collection[UUID]) -> dict[UUID, str]:
    """The NPI of each of these members, for any day: nobody gets another, so one that replaced it was a correction."""
    on_record = NpiPeriod.objects.filter(member_id__in=member_ids, until__isnull=True)
    return dict(on_record.values_list("member_id", "npi"))
