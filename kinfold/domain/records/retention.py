"""How long records are kept: the rule of a practice, and the day on which one client's record may be destroyed.

Adults are kept some years after their last contact; who was a minor then, some years after coming of age, and never
shorter than an adult. Without a date of birth a client is kept as if they had been born on the day of the last contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from kinfold.domain.care.models import Session, SessionStatus
from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.many import blocks
from kinfold.domain.practices.queries import zone_here

from .models import RetentionPeriod

# However long ago the last contact was: time to notice a mistake (RELIABILITY section 3).
AT_LEAST: Final = timedelta(days=30)


class Rule(NamedTuple):
    """Years after the last contact, for adults; years after coming of age, for minors; the age at which they do."""

    adult_years: int
    minor_years: int
    majority: int


DEFAULT: Final = Rule(adult_years=7, minor_years=7, majority=18)


def rule_now() -> Rule:
    """The rule of the entered practice."""
    found = open_rules().values_list("adult_years", "minor_years", "majority").first()
    return Rule(*found) if found else DEFAULT


def open_rules() -> QuerySet[RetentionPeriod]:
    """The rule that holds, if the practice has ever made one."""
    return RetentionPeriod.objects.filter(until__isnull=True)


def may_go_on(rule: Rule, last_contact: date, born: date | None) -> date:
    """The first day on which the rule lets a record be destroyed."""
    as_adult = _years_after(last_contact, rule.adult_years)
    if born is None:
        return max(as_adult, _years_after(last_contact, rule.majority + rule.minor_years))
    of_age = _years_after(born, rule.majority)
    if last_contact >= of_age:
        return as_adult
    return max(as_adult, _years_after(of_age, rule.minor_years))


def planned_days(client_ids: Sequence[UUID], asked_on: Mapping[UUID, date] | date) -> dict[UUID, date]:
    """On which day each of these clients is destroyed by the rule of now, when that was asked for on a day."""
    rule, days = rule_now(), {}
    contacts = _last_contacts(client_ids)
    for ids in blocks(client_ids):
        births = Client.objects.filter(pk__in=ids).values_list("id", "birth_date")
        for client_id, born in births:
            asked = asked_on if isinstance(asked_on, date) else asked_on[client_id]
            days[client_id] = max(may_go_on(rule, contacts[client_id], born), asked + AT_LEAST)
    return days


def _last_contacts(client_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The day of each client's last session that took place; else when their care ended; else when they were added."""
    zone, now = ZoneInfo(zone_here()), clock.now()
    found: dict[UUID, date] = {}
    for ids in blocks(list(client_ids)):
        met = Session.objects.filter(client_id__in=ids, starts_at__lte=now)
        met = met.exclude(status__in=(SessionStatus.CANCELLED, SessionStatus.NO_SHOW))
        added = Client.objects.filter(pk__in=ids).values_list("id", "created_at")
        cared_for = Assignment.objects.filter(client_id__in=ids, until__lte=now).order_by("until")
        moments: Iterable[tuple[UUID, datetime | None]] = (
            *added,
            *cared_for.values_list("client_id", "until"),
            *met.order_by("starts_at").values_list("client_id", "starts_at"),
        )
        found.update((client_id, moment.astimezone(zone).date()) for client_id, moment in moments if moment)
    return found


def _years_after(day: date, years: int) -> date:
    """29 February becomes 1 March in a year without one: later rather than too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
