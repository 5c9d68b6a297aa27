"""What cannot hold twice for one client, and which of two goes on when their records become one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Q

from kinfold.domain.care.models import Risk
from kinfold.domain.clients.models import (
    THERAPIST_KINDS,
    Assignment,
    AssignmentKind,
    ClientLogin,
    Relationship,
    RiskLevel,
)
from kinfold.domain.records.models import LegalHold

_BY_RISK: Final = list(RiskLevel.values)


class Pair(NamedTuple):
    """The record that stays, and the one that goes."""

    kept: UUID
    gone: UUID

    @property
    def both(self) -> Q:
        """What hangs on either."""
        return Q(client_id__in=self)


class Closing(NamedTuple):
    """Who is the client's therapist afterwards, and the periods that end, of whatever kind."""

    therapist: Assignment | None
    ties: tuple[Assignment, ...]
    others: tuple[ClientLogin | Risk | LegalHold, ...]

    @property
    def tie_ids(self) -> frozenset[UUID]:
        """The ties that end."""
        return frozenset(tie.id for tie in self.ties)


def closing(pair: Pair, therapist_of_gone: bool, now: datetime) -> Closing:
    """What ends when two records become one now: of two therapists the one who was not chosen, and what hangs on that.

    Of two levels of risk the higher one goes on, of two logins of the client's own that of the record that stays.
    """
    goes_on, ends = _therapists(pair, therapist_of_gone)
    return Closing(goes_on, (*ends, *_beside(pair, goes_on, now)), tuple(_others(pair)))


def _therapists(pair: Pair, of_gone: bool) -> tuple[Assignment | None, list[Assignment]]:
    ties = list(
        Assignment.objects.filter(pair.both, until__isnull=True, kind__in=THERAPIST_KINDS).order_by(
            "since", "id"
        )
    )
    if len(ties) < 2:
        return (ties[0] if ties else None), []
    one, other = ties
    if (one.member_id, one.kind) == (other.member_id, other.kind):
        return one, [other]  # the same therapist, for as long as the longer of the two
    chosen = next(tie for tie in ties if tie.client_id == (pair.gone if of_gone else pair.kept))
    return chosen, [tie for tie in ties if tie is not chosen]


def _beside(pair: Pair, therapist: Assignment | None, now: datetime) -> Iterable[Assignment]:
    """Covers for somebody who is not the therapist any more; of a direct client walk-ins as well (SPEC O40, N6)."""
    covers = Assignment.objects.filter(pair.both, kind=AssignmentKind.COVER, until__gt=now)
    yield from covers.exclude(covers_for_id=therapist.member_id if therapist else None)
    if therapist and therapist.kind == AssignmentKind.DIRECT:
        yield from Assignment.objects.filter(pair.both, kind=AssignmentKind.WALK_IN, until__isnull=True)


def _others(pair: Pair) -> Iterable[ClientLogin | Risk | LegalHold]:
    risks = list(Risk.objects.filter(pair.both, until__isnull=True))
    if len(risks) == 2:
        kept_last = sorted(risks, key=lambda said: (_BY_RISK.index(said.level), said.client_id == pair.kept))
        yield kept_last[0]
    if LegalHold.objects.filter(client_id=pair.kept, until__isnull=True).exists():
        yield from LegalHold.objects.filter(client_id=pair.gone, until__isnull=True)
    logins = ClientLogin.objects.filter(until__isnull=True)
    theirs = list(logins.filter(client_id=pair.kept))
    own = any(login.relationship == Relationship.SELF for login in theirs)
    known = {login.login_id for login in theirs if login.login_id}
    for login in logins.filter(client_id=pair.gone):
        if (own and login.relationship == Relationship.SELF) or login.login_id in known:
            yield login


def opened_again(row: Any, until: datetime | None, now: datetime) -> Any | None:
    """A period like one that ended with the merge, from now on; None where another has taken its place meanwhile."""
    model = type(row)
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in _ENDINGS}
    again = model(**values, since=now, until=until)
    same = model.objects.filter(client_id=row.client_id, until__isnull=True)
    if isinstance(row, Assignment):
        same = same.filter(kind__in=THERAPIST_KINDS) if row.kind in THERAPIST_KINDS else same.none()
    elif isinstance(row, ClientLogin):
        same = same.filter(login_id=row.login_id)
        if row.relationship == Relationship.SELF:
            # One client has one login of their own, and a login is one client of a practice.
            own = model.objects.filter(relationship=Relationship.SELF, until__isnull=True)
            same |= own.filter(Q(client_id=row.client_id) | Q(login_id=row.login_id))
    return None if same.exists() else again


_ENDINGS: Final = frozenset({"id", "since", "until", "ended_by", "lifted_by", "lifted_reason"})
