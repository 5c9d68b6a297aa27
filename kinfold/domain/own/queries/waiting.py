"""What waits for somebody to see to it, as the menu and the list of clients count it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.queries.covers import uncovered
from kinfold.domain.intake.models import ClientInvitation, InvitationState, RequestState, SignUpRequest
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.own.models import ProfileWish, WishState
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.models import MemberRole
from kinfold.domain.team.supervising import away, lacking

_COUNTS, _LACKING, _AWAY = range(3)


@dataclass(frozen=True, kw_only=True, slots=True)
class CountWaiting:
    """Of the whole practice."""


class Waiting(NamedTuple):
    """How much waits.

    Members without a supervisor they need, members who are away with clients whom nobody covers; people who are no
    clients yet, and of them those who wait for an answer; and clients who want their record corrected.
    """

    supervisors: int = 0
    gaps: int = 0
    newcomers: int = 0
    asked: int = 0
    corrections: int = 0

    @property
    def pending(self) -> int:
        """All that the Pending view of the clients holds."""
        return self.newcomers + self.corrections

    @property
    def to_answer(self) -> int:
        """What of it waits for the practice, and not for whoever was invited."""
        return self.asked + self.corrections


@query(None)
def count_waiting(actor: Actor, data: CountWaiting) -> Waiting:
    """How much waits, as far as the actor can see to it (SPEC U10, U11).

    Whose clients are not all of them answers their corrections on the pages of those clients, and is told no number.

    Every page of a member counts it, so it is one question, and another one while somebody is away.
    """
    manages, assigns = actor.may(Permission.SUPERVISION_MANAGE), actor.may(Permission.CLIENTS_ASSIGN)
    adds, accepts = actor.may(Permission.CLIENTS_CREATE), actor.may(Permission.CLIENTS_ACCEPT)
    corrects = actor.may(Permission.CLIENTS_CHANGE) and actor.may(Permission.CLIENTS_SEE_ALL)
    if not (manages or assigns or adds or corrects):
        return Waiting()
    now = clock.now()
    rows = _waiting(at=now)
    gone = frozenset(member_id for member_id, kind, *_ in rows if kind == _AWAY)
    asked, invited, corrections = next(row[2:] for row in rows if row[1] == _COUNTS)
    asked = asked if adds and accepts else 0
    return Waiting(
        supervisors=len({row[0] for row in rows if row[1] == _LACKING}) if manages else 0,
        gaps=len(uncovered(actor, gone, now)) if assigns and gone else 0,
        newcomers=invited + asked if adds else 0,
        asked=asked,
        corrections=corrections if corrects else 0,
    )


@prepared
def _waiting(*, at: datetime) -> QuerySet[MemberRole, Any]:
    """Members with what concerns them, and one row with numbers."""

    def counted(rows: QuerySet[Any]) -> Coalesce:
        numbers = rows.order_by().values("state").annotate(waiting=Count("id")).values("waiting")
        return Coalesce(Subquery(numbers), 0)

    def only(kind: int) -> Value:
        return Value(kind, IntegerField())

    numbers = PracticeTally.objects.values_list(
        "practice_id",
        only(_COUNTS),
        counted(SignUpRequest.objects.filter(state=RequestState.PENDING)),
        counted(ClientInvitation.objects.filter(state=InvitationState.PENDING)),
        counted(ProfileWish.objects.filter(state=WishState.PENDING, client__status=ClientStatus.ACTIVE)),
    )
    return (
        lacking(at)
        .values_list("member_id", only(_LACKING), only(0), only(0), only(0))
        .union(away(at).values_list("id", only(_AWAY), only(0), only(0), only(0)), numbers, all=True)
    )
