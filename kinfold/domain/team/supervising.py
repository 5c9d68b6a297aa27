"""Who lacks the supervisor that a role of theirs requires (SPEC O17, O23), and who is away and may need cover."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared

from .models import Member, MemberRole, Supervision
from .statuses import ON_THE_TEAM, allowed_now


def without_supervisor(now: datetime) -> frozenset[UUID]:
    """The members on the team who need a supervisor and have none now."""
    return frozenset(member_id for (member_id,) in _lacking(at=now))


def lacking(at: datetime) -> QuerySet[MemberRole]:
    """The roles for which members on the team need a supervisor whom they do not have."""
    needing = MemberRole.objects.filter(
        holds(at),
        role__requires_supervision=True,
        member__ended_at__isnull=True,
        member__status__in=ON_THE_TEAM,
    )
    return needing.exclude(member_id__in=Supervision.objects.filter(holds(at)).values("supervisee_id"))


def away(at: datetime) -> QuerySet[Member]:
    """The members whose clients need somebody else for a while."""
    return Member.objects.filter(
        allowed_now(lambda standing: standing.needs_cover, at), ended_at__isnull=True
    )


@prepared
def _lacking(*, at: datetime) -> QuerySet[MemberRole, tuple[UUID]]:
    return lacking(at).values_list("member_id")
