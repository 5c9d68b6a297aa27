"""Who may take new sessions: clinicians whose status does (SPEC section 2), whatever runs out on paper meanwhile."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.statuses import allowed_now


def taking_sessions(now: datetime) -> QuerySet[Member]:
    """The members with whom sessions can be booked."""
    clinical = MemberRole.objects.filter(holds(now), role__clinical=True)
    return Member.objects.filter(
        allowed_now(lambda standing: standing.takes_sessions, now),
        ended_at__isnull=True,
        pk__in=clinical.values("member_id"),
    )
