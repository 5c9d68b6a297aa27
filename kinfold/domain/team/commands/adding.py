"""Create New Members: one person or many in one act, all of them or none (SPEC H04, U61–U65)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.team.addresses import refuse_rows
from kinfold.domain.team.commands.registering import send_codes
from kinfold.domain.team.granting import hold_team, refuse_above
from kinfold.domain.team.models import Member
from kinfold.domain.team.names import checked_names
from kinfold.domain.team.newcomers import Newcomer, take_in

says(member__created="added a team member")

MOST_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMember:
    """One person to add, as typed."""

    first_name: str
    last_name: str
    email: str
    role_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateMembers:
    """People to add, and whether each is mailed a registration code."""

    people: tuple[NewMember, ...]
    send_codes: bool = False


@command(Permission.MEMBERS_INVITE)
def create_members(actor: Actor, data: CreateMembers) -> tuple[UUID, ...]:
    """Add people to the team, active at once and without a login until they register (SPEC 8.7).

    Returns their ids in the order given. Raises PeopleRefused naming every wrong field of every person (rows count from
    0), and AboveOwnRights for a role that allows more than the actor may do.
    """
    if not data.people:
        raise InvalidInput.one("people", "Add at least one person.")
    if len(data.people) > MOST_AT_ONCE:
        raise InvalidInput.one("people", f"Add at most {MOST_AT_ONCE} people at a time, or import a file.")
    hold_team()
    people, problems = as_newcomers(data.people)
    refuse_rows(problems, [person.email for person in people])
    refuse_above(actor, _living(each for person in people for each in person.role_ids).values())
    members = take_in_recorded(actor, people)
    if data.send_codes:
        send_codes(actor, members)
    return tuple(member.id for member in members)


def as_newcomers(people: Sequence[NewMember]) -> tuple[list[Newcomer], list[Problem]]:
    """People as they would be stored, and what is wrong with whom; what is wrong is blank. Rows count from 0."""
    roles = _living(each for person in people for each in person.role_ids)
    problems: list[Problem] = []
    return [_checked(person, roles, row, problems) for row, person in enumerate(people)], problems


def take_in_recorded(actor: Actor, people: Sequence[Newcomer]) -> list[Member]:
    """Make checked people members, each with an entry in the trail."""
    members = take_in(people, clock.now())
    events = [
        trail.Event(
            "member.created",
            ("member", member.id),
            detail={"roles": [str(role_id) for role_id in person.role_ids]},
        )
        for member, person in zip(members, people, strict=True)
    ]
    trail.record_all(actor, events)
    return members


def _living(role_ids: Iterable[UUID]) -> dict[UUID, Role]:
    return {role.id: role for role in Role.objects.filter(pk__in=set(role_ids), deleted_at__isnull=True)}


def _checked(person: NewMember, roles: dict[UUID, Role], row: int, problems: list[Problem]) -> Newcomer:
    """One person as they will be stored; what is wrong goes to `problems`, and is blank in the answer."""
    names, email = {"first_name": "", "last_name": ""}, ""
    try:
        names = checked_names(first_name=person.first_name, last_name=person.last_name)
    except InvalidInput as error:
        problems.extend(Problem(found.field, found.message, row) for found in error.problems)
    try:
        email = canonical_email(person.email)
    except NotAnEmailAddress as error:
        problems.append(Problem("email", error.message, row))
    if not person.role_ids:
        problems.append(Problem("role_ids", "Choose at least one role.", row))
    elif not roles.keys() >= set(person.role_ids):
        problems.append(Problem("role_ids", "Choose roles of this practice.", row))
    return Newcomer(**names, email=email, role_ids=tuple(dict.fromkeys(person.role_ids)))
