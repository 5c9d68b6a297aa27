"""Who lacks the supervisor that a role of theirs requires (SPEC O17, O23), and who is away and may need cover."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, QuerySet, Value

from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared

from .models import Member, MemberRole, Supervision
from .statuses import ON_THE_TEAM, allowed_now


class Concerning(NamedTuple):
    """Members whom somebody should look after: those without a supervisor they need, and those who are away."""

    lacking: frozenset[UUID]
    away: frozenset[UUID]


def concerning(now: datetime) -> Concerning:
    """Both in one question, since every page's menu asks."""
    rows = _concerning(at=now)
    return Concerning(
        frozenset(member_id for member_id, lacks in rows if lacks),
        frozenset(member_id for member_id, lacks in rows if not lacks),
    )


def without_supervisor(now: datetime) -> frozenset[UUID]:
    """The members on the team who need a supervisor and have none now."""
    return concerning(now).lacking


@prepared
def _concerning(*, at: datetime) -> QuerySet[MemberRole, Any]:
    needing = MemberRole.objects.filter(
        holds(at),
        role__requires_supervision=True,
        member__ended_at__isnull=True,
        member__status__in=ON_THE_TEAM,
    )
    supervised = Supervision.objects.filter(holds(at)).values("supervisee_id")
    away = Member.objects.filter(
        allowed_now(lambda standing: standing.needs_cover, at), ended_at__isnull=True
    )
    lacking = needing.exclude(member_id__in=supervised)
    return lacking.values_list("member_id", Value(True, BooleanField())).union(
        away.values_list("id", Value(False, BooleanField()))
    )
