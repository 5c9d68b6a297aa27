"""Letting somebody take new clients although their licence has expired: an owner's decision (SPEC N8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.credentials.checking import checked_day, checked_reason
from kinfold.domain.credentials.days import day_of, end_of
from kinfold.domain.credentials.errors import ExceptionInForce, ExceptionOver
from kinfold.domain.credentials.models import LicenceException
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.granting import acting_member, hold_team
from kinfold.domain.team.models import Member

says(
    licence_exception__allowed="allowed new clients in spite of an expired license",
    licence_exception__ended="ended an exception for an expired license",
)

LONGEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowNewClients:
    """For whom, why, and the last day on which it holds (YYYY-MM-DD)."""

    member_id: UUID
    reason: str
    last_day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndException:
    """Which exception ends now."""

    exception_id: UUID


@command(Permission.LICENCES_OVERRIDE)
def allow_new_clients(actor: Actor, data: AllowNewClients) -> UUID:
    """Let somebody take new clients in spite of an expired licence, until a day, at most a year ahead.

    Returns the exception. Raises InvalidInput for a missing reason or end, and ExceptionInForce while one holds.
    """
    hold_team()
    if not Member.objects.filter(pk=data.member_id, ended_at__isnull=True).exists():
        raise NotFound
    now = clock.now()
    reason, until = _checked(data)
    if LicenceException.objects.filter(holds(now), member_id=data.member_id).exists():
        raise ExceptionInForce
    made = LicenceException.objects.create(
        member_id=data.member_id, reason=reason, since=now, until=until, made_by_id=acting_member(actor)
    )
    _record(actor, "licence_exception.allowed", made)
    return made.id


@command(Permission.LICENCES_OVERRIDE)
def end_exception(actor: Actor, data: EndException) -> None:
    """End an exception before its day. Clients who were given meanwhile stay."""
    hold_team()
    now = clock.now()
    made = LicenceException.objects.filter(pk=data.exception_id, member__ended_at__isnull=True).first()
    if made is None:
        raise NotFound
    if not LicenceException.objects.filter(holds(now), pk=made.pk).update(until=now):
        raise ExceptionOver
    _record(actor, "licence_exception.ended", made)


def _checked(data: AllowNewClients) -> tuple[str, datetime]:
    problems: list[Problem] = []
    reason, until = "", clock.now()
    try:
        reason = checked_reason(data.reason)
    except ValueError as error:
        problems.append(Problem("reason", str(error)))
    try:
        until = end_of(_last_day(data.last_day))
    except ValueError as error:
        problems.append(Problem("last_day", str(error)))
    if problems:
        raise InvalidInput(problems)
    return reason, until


def _last_day(typed: str) -> date:
    day, today = checked_day(typed), day_of(clock.now())
    if day is None:
        raise ValueError("Enter the last day on which it holds.")
    if day < today:
        raise ValueError("Choose today or a later day.")
    if day > today + LONGEST:
        raise ValueError("Choose a day within the next year.")
    return day


def _record(actor: Actor, action: str, made: LicenceException) -> None:
    trail.record(actor, action, subject=("member", made.member_id), detail={"exception": str(made.id)})
