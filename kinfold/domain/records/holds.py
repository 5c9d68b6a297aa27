"""Which records are under a legal hold now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from .models import LegalHold


def held(client_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Of some clients, those whose records must not be destroyed."""
    open_holds = LegalHold.objects.filter(client_id__in=client_ids, until__isnull=True)
    return frozenset(open_holds.values_list("client_id", flat=True))


def all_held() -> QuerySet[LegalHold, tuple[UUID]]:
    """The clients of all holds that are open, for questions about many."""
    return LegalHold.objects.filter(until__isnull=True).values_list("client_id")
