"""Holds that end on their day (SPEC section 2).

Every other change of a status asks more than the team knows, and stands in `lifecycle`: `statuses` for those who stay,
`leaving` for those who go.
"""

from __future__ import annotations

from dataclasses import dataclass

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.models import Member, MemberStatus

says(member__hold_ended="ended a hold on its day")


@dataclass(frozen=True, kw_only=True, slots=True)
class EndHolds:
    """All holds whose time is over."""


@command(Permission.MEMBERS_STATUS)
def end_holds(actor: Actor, data: EndHolds) -> None:
    """Write down that holds have ended whose last day is over. They counted as ended from that moment on."""
    now = clock.now()
    over = Member.objects.filter(status=MemberStatus.ON_HOLD, hold_until__lte=now)
    if not over.exists():
        trail.nothing_changed()
        return
    hold_team()
    ids = list(over.order_by("sort_key", "id").values_list("id", flat=True))
    over.update(status=MemberStatus.ACTIVE, hold_until=None, updated_at=now)
    trail.record_all(actor, [trail.Event("member.hold_ended", ("member", member_id)) for member_id in ids])
