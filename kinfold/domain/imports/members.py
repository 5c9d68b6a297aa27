"""Files of team members: their rows checked as Create New Members checks people, and taking such an import back.

A team is small, so rows are looked at one by one. Somebody who is here already is a row to fix, never a likely
duplicate: two members cannot share an address.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db.models import F, Model

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role
from kinfold.domain.audit import trail
from kinfold.domain.identity import registration_codes
from kinfold.domain.imports.checking import WHOLE_ROW, BadRow, RowProblem
from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.fields import Mapping
from kinfold.domain.imports.models import StagedKind
from kinfold.domain.imports.reading import Table
from kinfold.domain.imports.staging import Staged
from kinfold.domain.kernel.errors import Problem
from kinfold.domain.kernel.tenants import TenantForeignKey
from kinfold.domain.kernel.text import folded
from kinfold.domain.team.addresses import taken_rows
from kinfold.domain.team.commands.adding import NewMember, as_newcomers
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.granting import hold_team, may_give
from kinfold.domain.team.models import Member
from kinfold.domain.team.moving import take_back
from kinfold.domain.team.newcomers import Newcomer
from kinfold.domain.team.registration import KIND

MOST_ROWS: Final = 1_000
_BETWEEN_ROLES: Final = re.compile(r"[;|\r\n]+")
# What every member has from the start; anything else that names somebody means they are part of the practice's work.
_FROM_THE_START: Final = frozenset({"team.MemberRole"})


class MemberRow(NamedTuple):
    """A row that can become a member, with its roles as the practice calls them."""

    line: int
    first_name: str
    last_name: str
    email: str
    role_ids: list[str]
    roles: list[str]

    def as_newcomer(self) -> Newcomer:
        """The person, to be taken in."""
        return Newcomer(
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            role_ids=tuple(map(UUID, self.role_ids)),
        )


def check_rows(actor: Actor, table: Table, mapping: Mapping) -> tuple[list[MemberRow], list[BadRow]]:
    """Every row of a file: those that can become members, and those to fix with every reason why.

    Raises FileRefused for more rows than a team has people.
    """
    lines: list[int] = []
    rows: list[list[str]] = []
    bad: list[BadRow] = []
    for block in table.blocks():
        lines += block.lines
        rows += block.rows
        bad += (
            BadRow(misfit.line, misfit.cells, [RowProblem(misfit.line, WHOLE_ROW, misfit.reason)])
            for misfit in block.misfits
        )
        if len(rows) > MOST_ROWS:
            sentence = (
                f"A file of team members has at most {MOST_ROWS:,} rows. Split it and import the parts."
            )
            raise FileRefused(sentence)
    roles = _Roles(actor)
    people = [_typed(cells, mapping, roles) for cells in rows]
    newcomers, problems = as_newcomers([person for person, _ in people])
    taken, _ = taken_rows(
        (person.email for person in newcomers), lambda number: f"the person on line {lines[number - 1]}"
    )
    reasons = _reasons(people, roles, [*problems, *taken])
    ready: list[MemberRow] = []
    for row, (line, cells, person) in enumerate(zip(lines, rows, newcomers, strict=True)):
        if reasons[row]:
            bad.append(
                BadRow(line, cells, [RowProblem(line, name, why) for name, why in reasons[row].items()])
            )
        else:
            names = [roles.names[role_id] for role_id in person.role_ids]
            role_ids = [str(role_id) for role_id in person.role_ids]
            ready.append(MemberRow(line, person.first_name, person.last_name, person.email, role_ids, names))
    return ready, sorted(bad)


def write_rows(rows: Sequence[MemberRow]) -> Iterator[Staged]:
    """Ready rows as one text."""
    if rows:
        yield Staged(StagedKind.READY, 0, len(rows), json.dumps(rows, ensure_ascii=False))


def read_rows(body: str) -> list[MemberRow]:
    """As `write_rows` wrote them."""
    return [MemberRow(*row) for row in json.loads(body)]


def can_still_come(actor: Actor, people: Sequence[Newcomer]) -> bool:
    """Whether people who were checked before can be taken in now: their addresses and roles may be taken by now."""
    roles = _Roles(actor)
    taken, _ = taken_rows(person.email for person in people)
    return not taken and all(roles.grantable.issuperset(person.role_ids) for person in people)


def take_members_back(actor: Actor, member_ids: Sequence[UUID]) -> tuple[int, list[UUID]]:
    """End the places of members whom an import made and nobody touched since, inside the running transaction.

    Returns how many went, and the ids of those kept. Somebody was touched when they registered, were changed, or have
    to do with anything else. Their names stay in the history, and the addresses are free again.
    """
    hold_team()
    untouched = Member.objects.filter(
        pk__in=member_ids,
        login__isnull=True,
        version=1,
        ended_at__isnull=True,
        updated_at=F("joined_at"),
    )
    for model, field in _links_to_members():
        named = model._default_manager.filter(**{f"{field.name}__in": member_ids})
        untouched = untouched.exclude(pk__in=named.values(field.attname))
    gone = list(untouched)
    registration_codes.end(KIND, [member.id for member in gone])
    trail.record_all(actor, [event for member in gone for event in take_back(actor, member)])
    taken = {member.id for member in gone}
    return len(gone), [member_id for member_id in member_ids if member_id not in taken]


def _links_to_members() -> Iterator[tuple[type[Model], TenantForeignKey]]:
    """Every table in which a member can be named, but those that name each from the start."""
    for model in apps.get_models():
        if model._meta.label not in _FROM_THE_START:
            for field in model._meta.concrete_fields:
                if isinstance(field, TenantForeignKey) and field.related_model is Member:
                    yield model, field


class _Roles:
    """The practice's roles by name, whatever the case and the accents, and which of them somebody may give."""

    def __init__(self, actor: Actor) -> None:
        living = list(Role.objects.filter(deleted_at__isnull=True))
        self.names = {role.id: role.name for role in living}
        self.ids = {folded(role.name): role.id for role in living}
        self.grantable = frozenset(role.id for role in living if may_give(actor, role))


_UNKNOWN_ROLE: Final = "No role of this practice has this name."


def _typed(cells: Sequence[str], mapping: Mapping, roles: _Roles) -> tuple[NewMember, bool]:
    """A row as somebody to add, and whether all its roles are known."""
    by_field: defaultdict[str, list[str]] = defaultdict(list)
    for name, cell in zip(mapping, cells, strict=True):
        if name:
            by_field[name].append(cell)
    wanted = [
        " ".join(part.split())
        for cell in by_field["role"]
        for part in _BETWEEN_ROLES.split(cell)
        if part.strip()
    ]
    found = [roles.ids.get(folded(name)) for name in wanted]
    person = NewMember(
        first_name="".join(by_field["first_name"]),
        last_name="".join(by_field["last_name"]),
        email="".join(by_field["email"]),
        role_ids=tuple(role_id for role_id in found if role_id),
    )
    return person, None not in found


def _reasons(
    people: Sequence[tuple[NewMember, bool]], roles: _Roles, problems: Sequence[Problem]
) -> list[dict[str, str]]:
    """For each row what is wrong with it, by the field of the file."""
    reasons: list[dict[str, str]] = [{} for _ in people]
    for row, (person, roles_known) in enumerate(people):
        if not roles_known:
            reasons[row]["role"] = _UNKNOWN_ROLE
        elif not roles.grantable.issuperset(person.role_ids):
            reasons[row]["role"] = AboveOwnRights.message
    for problem in problems:
        if problem.row is not None:
            name = "role" if problem.field == "role_ids" else problem.field
            reasons[problem.row].setdefault(name, problem.message)
    return reasons
