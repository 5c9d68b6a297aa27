"""How long a practice keeps records, now and before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.records.models import RetentionPeriod
from kinfold.domain.records.retention import Rule, rule_now


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRetention:
    """Of this practice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleOfThen:
    """A rule that a practice made, and from when until when it held."""

    rule: Rule
    since: datetime
    until: datetime | None
    made_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """The rule of now, and all that the practice made, the newest first. Before the first the default held."""

    rule: Rule
    history: tuple[RuleOfThen, ...]


@query(Permission.PRACTICE_CHANGE)
def get_retention(actor: Actor, data: GetRetention) -> Retention:
    """The practice's retention rule and its history."""
    periods = RetentionPeriod.objects.select_related("made_by").order_by("-since", "-id")
    return Retention(
        rule=rule_now(),
        history=tuple(
            RuleOfThen(
                rule=Rule(period.adult_years, period.minor_years, period.majority),
                since=period.since,
                until=period.until,
                made_by=period.made_by.name if period.made_by else "",
            )
            for period in periods
        ),
    )
