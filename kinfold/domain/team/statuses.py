"""The ladder: what each status allows and where it leads. The one table that everybody asks (SPEC section 2).

Nothing else in Kinfold compares a status: it asks here who may sign in, take clients, keep them, be listed. A hold with
a last day ends by the clock: from then on the member counts as active, also while the worker is late with saying so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.kernel.periods import holds

from .models import MemberStatus, MemberStatusPeriod


class Entry(Enum):
    """How far a status lets somebody in."""

    WORK = "what their roles allow"
    LOOK_BACK = "their own profile and history, to read"
    NONE = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One line of the ladder.

    `takes_clients` is also who is offered where a therapist, a supervisor or a cover is chosen. `view` is the view of
    Team Members in which such people are found, "" for none.
    """

    entry: Entry
    takes_clients: bool = False
    takes_sessions: bool = False
    keeps_clients: bool = False
    needs_cover: bool = False
    view: str = ""
    leads_to: frozenset[MemberStatus] = frozenset()

    @property
    def works(self) -> bool:
        """Whether somebody signs in and does what their roles allow."""
        return self.entry is Entry.WORK


_ACTIVE, _HOLD, _INACTIVE, _ARCHIVED, _REMOVED = MemberStatus

# Down the ladder one may go from anywhere, up only to active, so that nobody gets back half of their access unseen.
LADDER: Final[dict[MemberStatus, Standing]] = {
    _ACTIVE: Standing(
        entry=Entry.WORK,
        takes_clients=True,
        takes_sessions=True,
        keeps_clients=True,
        view="active",
        leads_to=frozenset({_HOLD, _INACTIVE, _ARCHIVED, _REMOVED}),
    ),
    _HOLD: Standing(
        entry=Entry.WORK,
        keeps_clients=True,
        needs_cover=True,
        view="active",
        leads_to=frozenset({_ACTIVE, _HOLD, _INACTIVE, _ARCHIVED, _REMOVED}),
    ),
    _INACTIVE: Standing(
        entry=Entry.NONE,
        keeps_clients=True,
        needs_cover=True,
        view="active",
        leads_to=frozenset({_ACTIVE, _ARCHIVED, _REMOVED}),
    ),
    _ARCHIVED: Standing(entry=Entry.LOOK_BACK, view="archived", leads_to=frozenset({_ACTIVE, _REMOVED})),
    _REMOVED: Standing(entry=Entry.NONE),
}

Ability = Callable[[Standing], bool]


def statuses(able: Ability) -> tuple[MemberStatus, ...]:
    """The statuses that allow something: `statuses(lambda standing: standing.keeps_clients)`."""
    return tuple(status for status in MemberStatus if able(LADDER[status]))


def _works(standing: Standing) -> bool:
    return standing.works


# Those who do what their roles allow. For them alone a hold that ended makes no difference.
WORKS: Final = statuses(_works)


# Those who have not left, though some of them may not sign in.
ON_THE_TEAM: Final = statuses(lambda standing: standing.view == "active")


def status_now(status: str, hold_until: datetime | None, now: datetime) -> MemberStatus:
    """The status that counts: a stored one, unless it is a hold whose last day is over."""
    stored = MemberStatus(status)
    return _ACTIVE if stored is _HOLD and hold_until is not None and hold_until <= now else stored


def standing_of(status: str) -> Standing:
    """The line of a stored status."""
    return LADDER[MemberStatus(status)]


def allowed_now(able: Ability, now: datetime, member: str = "") -> Q:
    """Members whose status allows something now; `member` is the path to them, such as "member__"."""
    chosen = set(statuses(able))
    found = Q(**{f"{member}status__in": sorted(chosen)})
    if (_ACTIVE in chosen) == (_HOLD in chosen):
        return found
    over = Q(**{f"{member}status": _HOLD, f"{member}hold_until__lte": now})
    return found | over if _ACTIVE in chosen else found & ~over


def not_allowed_at(able: Ability, at: datetime) -> QuerySet[MemberStatusPeriod, UUID]:
    """The members whose status did not allow something at a moment. Where no period says otherwise, one is active."""
    others = set(MemberStatus) - set(statuses(able))
    return MemberStatusPeriod.objects.filter(holds(at), status__in=sorted(others)).values_list(
        "member_id", flat=True
    )
