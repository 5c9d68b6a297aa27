"""Where a role's modifier contradicts the degree that is on record for who holds it (SPEC 8.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.modifiers import IN_WORDS, STANDS_FOR
from kinfold.domain.credentials.days import day_of
from kinfold.domain.credentials.degrees import degrees_of, held_on
from kinfold.domain.credentials.models import Degree
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import Member, MemberRole


@dataclass(frozen=True, kw_only=True, slots=True)
class FindContradictions:
    """Of which member, and of which role: as it is, or as if it carried another `modifier` ("" for none)."""

    member_id: UUID | None = None
    role_id: UUID | None = None
    modifier: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """Somebody whose degree on record is another than the one that a role's modifier stands for, in a sentence."""

    member_id: UUID
    name: str
    role: str
    modifier: str
    sentence: str


@query(Permission.MEMBERS_READ)
def find_contradictions(actor: Actor, data: FindContradictions) -> tuple[Contradiction, ...]:
    """Whose degree says otherwise, by name. Whoever has no degree on record contradicts nothing yet.

    The degree decides what is billed; this is said where the role is changed or given, since one of the two is wrong.
    """
    held = MemberRole.objects.filter(holds(clock.now()), member__ended_at__isnull=True)
    if data.member_id:
        held = held.filter(member_id=data.member_id)
    if data.role_id:
        held = held.filter(role_id=data.role_id)
    rows = [
        (member_id, role, modifier if data.modifier is None else data.modifier)
        for member_id, role, modifier in held.order_by(
            "member__sort_key", "member_id", "role__position", "role__name_key"
        ).values_list("member_id", "role__name", "role__modifier")
    ]
    rows = [row for row in rows if row[2] in STANDS_FOR]
    degrees = _degrees_now(row[0] for row in rows)
    wrong = [row for row in rows if degrees.get(row[0], STANDS_FOR[row[2]]) is not STANDS_FOR[row[2]]]
    names = _names(row[0] for row in wrong)
    return tuple(
        Contradiction(
            member_id=member_id,
            name=names[member_id],
            role=role,
            modifier=modifier,
            sentence=f"{role} carries {modifier}, which stands for {IN_WORDS[STANDS_FOR[modifier]]}. "
            f"On record for {names[member_id]} is {IN_WORDS.get(degrees[member_id], 'none of these degrees')}.",
        )
        for member_id, role, modifier in wrong
    )


def _degrees_now(member_ids: Iterable[UUID]) -> Mapping[UUID, Degree]:
    today = day_of(clock.now())
    known = degrees_of(set(member_ids))
    counted = {member_id: held_on(degrees, today) for member_id, degrees in known.items()}
    return {member_id: held.degree for member_id, held in counted.items() if held is not None}


def _names(member_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    rows = Member.objects.filter(pk__in=set(member_ids)).values_list("id", "first_name", "last_name")
    return {member_id: f"{first} {last}".strip() for member_id, first, last in rows}
