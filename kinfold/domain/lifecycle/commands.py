"""How a practice begins.

No practice exists yet, so there is no actor and no door: the callers are the set-up page (only while an installation
has no practice), `kinfold setup` and `kinfold demo`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.models import Role
from kinfold.domain.access.roles import SHIPPED
from kinfold.domain.audit import trail
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import Conflict, InvalidInput, Problem
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import clean_name, sort_key
from kinfold.domain.practices.models import Practice, PracticeTally, Switch, SwitchPeriod
from kinfold.domain.practices.places import HOME, NOWHERE, place_problems
from kinfold.domain.team.models import Member, MemberRole, Seat

SET_UP_WEEK = timedelta(days=7)
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, kw_only=True, slots=True)
class StartPractice:
    """A new practice and its first owner, who has a verified login already."""

    name: str
    slug: str
    owner_login_id: UUID
    owner_first_name: str
    owner_last_name: str
    owner_email: str
    time_zone: str = NOWHERE
    country: str = HOME
    clients_need_email: bool = True
    demo: bool = False


def check_practice(name: str, slug: str, time_zone: str, country: str) -> None:
    """Refuse what a practice cannot be called, or where it cannot be. Raises InvalidInput naming each field."""
    problems = place_problems(time_zone, country)
    try:
        cleaned = clean_name(name)
    except ValueError as error:
        problems.append(Problem("name", str(error)))
    else:
        if not cleaned:
            problems.append(Problem("name", "Enter the name of the practice."))
    if not _SLUG.fullmatch(slug):
        problems.append(
            Problem("slug", "Use 1 to 40 small letters, digits and hyphens, for example alder-creek.")
        )
    elif Practice.objects.filter(slug=slug).exists():
        problems.append(Problem("slug", "Another practice of this installation has this short name."))
    if problems:
        raise InvalidInput(problems)


def start_practice(data: StartPractice) -> UUID:
    """Create a practice with its shipped roles, its empty audit trail and its owner; returns the practice's id.

    Raises InvalidInput for a bad name or slug, and Conflict when the login belongs to a team already (SPEC O35).
    """
    check_practice(data.name, data.slug, data.time_zone, data.country)
    now = clock.now()
    with transaction.atomic():
        if Seat.objects.filter(login_id=data.owner_login_id).exists():
            raise Conflict("This login already belongs to a team.", code="has-seat")
        practice_id = uuid4()
        practice = Practice.objects.create(
            id=practice_id,
            name=clean_name(data.name),
            slug=data.slug,
            time_zone=data.time_zone,
            country=data.country,
            clients_need_email=data.clients_need_email,
            second_factor_from=now + SET_UP_WEEK,
            demo=data.demo,
            created_at=now,
        )
        with entered(practice_id, writing=True):
            PracticeTally.objects.create()
            SwitchPeriod.objects.create(switch=Switch.SUPERVISION, since=now)
            trail.start_trail()
            for position, role in enumerate(SHIPPED):
                Role.objects.create(
                    key=role.key,
                    name=role.name,
                    name_key=role.name.lower(),
                    description=role.description,
                    starting_point=role.starting_point,
                    clinical=role.clinical,
                    requires_supervision=role.requires_supervision,
                    may_supervise=role.may_supervise,
                    position=position,
                )
            first, last = clean_name(data.owner_first_name), clean_name(data.owner_last_name)
            owner = Member.objects.create(
                login_id=data.owner_login_id,
                first_name=first,
                last_name=last,
                sort_key=sort_key(last, first),
                email=data.owner_email,
                joined_at=now,
                updated_at=now,
            )
            MemberRole.objects.create(member=owner, role=Role.objects.get(key="owner"), since=now)
            Seat.objects.create(login_id=data.owner_login_id, practice=practice, member_id=owner.id)
            system = system_actor(practice_id, "Set-up", practice_name=practice.name)
            trail.record(system, "practice.started", subject=("practice", practice_id))
            trail.record(system, "member.created", subject=("member", owner.id))
    return practice_id
