"""Who lacks the supervisor that a role of theirs requires (SPEC O17, O23)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared

from .models import MemberRole, Supervision
from .statuses import ON_THE_TEAM


def without_supervisor(now: datetime) -> frozenset[UUID]:
    """The members on the team who need a supervisor and have none now."""
    return frozenset(row[0] for row in _lacking(at=now))


@prepared
def _lacking(*, at: datetime) -> QuerySet[MemberRole, tuple[UUID]]:
    needing = MemberRole.objects.filter(
        holds(at),
        role__requires_supervision=True,
        member__ended_at__isnull=True,
        member__status__in=ON_THE_TEAM,
    )
    supervised = Supervision.objects.filter(holds(at)).values("supervisee_id")
    return needing.exclude(member_id__in=supervised).values_list("member_id").distinct()
