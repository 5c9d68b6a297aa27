"""The practice's own settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.identity import initial_passwords
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, Problem, StaleVersion
from kinfold.domain.practices.models import Practice, Switch, SwitchPeriod
from kinfold.domain.practices.places import place_problems
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.names import checked_names

says(
    practice__changed="changed the practice's settings",
    practice__switched_on="switched a rule of the practice on",
    practice__switched_off="switched a rule of the practice off",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePractice:
    """All settings of a practice, and the version they were read at."""

    version: int
    name: str
    support_email: str
    time_zone: str
    country: str
    clients_need_email: bool
    supervision: bool
    direct_charts: bool
    initial_passwords: bool


@command(Permission.PRACTICE_CHANGE)
def change_practice(actor: Actor, data: ChangePractice) -> None:
    """Change the practice's name, its help address, its place and its rules.

    Who sees whom changes with them at once (SPEC 3, 6).

    Only an owner decides whether administrators may open direct clients' charts, and whether a file of clients may
    bring first passwords; when they may not any more, those that exist end (SPEC 8.10).
    """
    hold_team()
    values = _checked(data)
    practice = Practice.objects.get(pk=actor.practice_id)
    now = clock.now()
    changed = [field for field, value in values.items() if getattr(practice, field) != value]
    wanted = {Switch.SUPERVISION: data.supervision, Switch.DIRECT_CHARTS: data.direct_charts}
    switched = {switch: on for switch, on in wanted.items() if is_on(switch, now) != on}
    if not changed and not switched:
        trail.nothing_changed()
        return
    if Switch.DIRECT_CHARTS in switched and not actor.may(Permission.PRACTICE_OWN):
        raise NotAllowed("Only an owner decides who may open direct clients' charts.")
    if "initial_passwords" in changed and not actor.may(Permission.PRACTICE_OWN):
        raise NotAllowed("Only an owner decides whether files bring first passwords.")
    read = Practice.objects.filter(pk=practice.pk, version=data.version)
    if not read.update(**values, version=F("version") + 1):
        raise StaleVersion
    if "initial_passwords" in changed and not data.initial_passwords:
        initial_passwords.end_all(practice.pk)
    subject = ("practice", practice.pk)
    events = [trail.Event("practice.changed", subject, fields=changed)] if changed else []
    for switch, on in switched.items():
        if on:
            SwitchPeriod.objects.create(switch=switch, since=now)
        else:
            SwitchPeriod.objects.filter(switch=switch, until__isnull=True).update(until=now)
        action = "practice.switched_on" if on else "practice.switched_off"
        events.append(trail.Event(action, subject, detail={"switch": switch.value}))
    trail.record_all(actor, events)


def _checked(data: ChangePractice) -> dict[str, str | bool]:
    problems: list[Problem] = []
    name = support_email = ""
    try:
        name = checked_names(name=data.name)["name"]
    except InvalidInput as error:
        problems.extend(error.problems)
    if data.support_email.strip():
        try:
            support_email = canonical_email(data.support_email)
        except NotAnEmailAddress as error:
            problems.append(Problem("support_email", error.message))
    problems.extend(place_problems(data.time_zone, data.country))
    if problems:
        raise InvalidInput(problems)
    return {
        "name": name,
        "support_email": support_email,
        "time_zone": data.time_zone,
        "country": data.country,
        "clients_need_email": data.clients_need_email,
        "initial_passwords": data.initial_passwords,
    }
