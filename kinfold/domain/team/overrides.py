"""Overrides on the person: what one member may or may not do, whatever their roles say (SPEC section 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from kinfold.domain.kernel.periods import holds

from .models import MemberOverride


def overrides_at(at: datetime, member_ids: Collection[UUID] | None = None) -> Mapping[UUID, dict[str, bool]]:
    """The overrides that held at a moment, of everybody or of some members."""
    rows = MemberOverride.objects.filter(holds(at))
    if member_ids is not None:
        rows = rows.filter(member_id__in=member_ids)
    found: defaultdict[UUID, dict[str, bool]] = defaultdict(dict)
    for member_id, permission, allowed in rows.values_list("member_id", "permission", "allowed"):
        found[member_id][permission] = allowed
    return found
