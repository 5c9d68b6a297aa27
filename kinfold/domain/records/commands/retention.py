"""Changing the practice's retention rule. What is planned already follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.models import ScheduledDeletion
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, Problem, StaleVersion
from kinfold.domain.records.models import RetentionPeriod
from kinfold.domain.records.retention import Rule, open_rules, planned_days, rule_now
from kinfold.domain.team.granting import hold_team

says(practice__retention_changed="changed how long records are kept")

# What each number may be, and how it is asked for otherwise.
LIMITS: Final = {"adult_years": (1, 99), "minor_years": (0, 99), "majority": (16, 25)}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRetention:
    """Years after the last contact, for adults, and after coming of age, for minors; the age; and what was read.

    `instead_of` is the rule as it was read, so that two who change it at once do not undo each other.
    """

    adult_years: int
    minor_years: int
    majority: int
    instead_of: tuple[int, int, int]


@command(Permission.PRACTICE_CHANGE)
def change_retention(actor: Actor, data: ChangeRetention) -> None:
    """Let another rule hold from now on; the earlier one stays in the history.

    Deletions that are planned move to the day that the new rule says, and never before the 30 days are over that each
    has at least.
    """
    problems = [
        Problem(name, f"Enter a number from {least} to {most}.")
        for name, (least, most) in LIMITS.items()
        if not least <= getattr(data, name) <= most
    ]
    if problems:
        raise InvalidInput(problems)
    hold_team()
    rule, before = Rule(data.adult_years, data.minor_years, data.majority), rule_now()
    if before != data.instead_of:
        raise StaleVersion
    if rule == before:
        trail.nothing_changed()
        return
    now = clock.now()
    open_rules().update(until=now)
    RetentionPeriod.objects.create(**rule._asdict(), since=now, made_by_id=actor.member_id)
    plans = list(ScheduledDeletion.objects.all())
    asked = {plan.client_id: plan.asked_at.date() for plan in plans}
    days = planned_days(list(asked), asked)
    for plan in plans:
        plan.due_on = days[plan.client_id]
    ScheduledDeletion.objects.bulk_update(plans, ["due_on"], batch_size=500)
    changed = [name for name in LIMITS if getattr(rule, name) != getattr(before, name)]
    trail.record(actor, "practice.retention_changed", subject=("practice", actor.practice_id), fields=changed)
