"""Which billing modifier applies to a session on the day of service, and the proof of it (SPEC 8.6, O20, N9).

A role says whether a clinician's sessions carry a modifier: the first of their roles that has one, in the order of the
roles, gives it. A modifier states a degree, so where the degree is on record it is the degree that decides which one,
and a role that says otherwise is warned about. Roles, what they said and degrees are periods: a past day is answered as
things were then, with degrees as they are known now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from kinfold.domain.access.definitions import DefinitionPeriod, definitions_over_time
from kinfold.domain.access.modifiers import MODIFIERS
from kinfold.domain.credentials.degrees import HeldDegree, degrees_of, held_on
from kinfold.domain.credentials.models import Degree
from kinfold.domain.team.models import MemberRole

STANDS_FOR: Final[dict[str, Degree]] = {
    "HN": Degree.BACHELORS,
    "HO": Degree.MASTERS,
    "HP": Degree.DOCTORAL,
}
_CODES: Final = {degree: code for code, degree in STANDS_FOR.items()}
IN_WORDS: Final = {
    Degree.BACHELORS: "a bachelor's degree",
    Degree.MASTERS: "a master's degree",
    Degree.DOCTORAL: "a doctoral degree",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidingRole:
    """The role that gives a modifier: which one, and when the clinician held it.

    It has carried the modifier since `carried_since`, from its beginning where that is None, and carried it until
    `carried_until`; that is None where it still does.
    """

    name: str
    modifier: str
    held_since: datetime
    held_until: datetime | None
    carried_since: datetime | None
    carried_until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """Which modifier applies, "" for none, what it means, and why.

    `degree` is what was on record for the day, "" for nothing, had since `degree_from`. `warning` is a sentence where
    somebody should look into it.
    """

    modifier: str
    meaning: str
    role: DecidingRole | None
    degree: str
    degree_from: date | None
    because: str
    warning: str


class _Held(NamedTuple):
    role_id: UUID
    name: str
    since: datetime
    until: datetime | None


class Resolver:
    """Answers for the sessions of some members, from what is read once for all of them."""

    def __init__(self, member_ids: Collection[UUID]) -> None:
        self._held: dict[UUID, list[_Held]] = {}
        rows = MemberRole.objects.filter(member_id__in=member_ids).order_by(
            "role__position", "role__name_key", "since"
        )
        for row in rows.values_list("member_id", "role_id", "role__name", "since", "until"):
            self._held.setdefault(row[0], []).append(_Held(*row[1:]))
        role_ids = {held.role_id for roles in self._held.values() for held in roles}
        self._said = definitions_over_time(role_ids)
        self._degrees = degrees_of(member_ids)

    def proof(self, member_id: UUID, at: datetime, day: date) -> Proof:
        """Which modifier applies to a session that began at a moment; `day` is the one it was where the practice is."""
        role = self._deciding(member_id, at)
        held = held_on(self._degrees.get(member_id, ()), day)
        return _proof(role, held)

    def _deciding(self, member_id: UUID, at: datetime) -> DecidingRole | None:
        for held in self._held.get(member_id, ()):
            if held.since <= at and (held.until is None or at < held.until):
                carried = _carried(self._said[held.role_id], at)
                if carried is not None:
                    modifier, since, until = carried
                    return DecidingRole(
                        name=held.name,
                        modifier=modifier,
                        held_since=held.since,
                        held_until=held.until,
                        carried_since=since,
                        carried_until=until,
                    )
        return None


def _carried(
    said: Sequence[DefinitionPeriod], at: datetime
) -> tuple[str, datetime | None, datetime | None] | None:
    """The modifier that a role carried at a moment, since when and until when without a break; None for none."""
    then = next(n for n, period in enumerate(said) if period.until is None or at < period.until)
    modifier = said[then].said.modifier
    if not modifier:
        return None
    first = last = then
    while first > 0 and said[first - 1].said.modifier == modifier:
        first -= 1
    while last + 1 < len(said) and said[last + 1].said.modifier == modifier:
        last += 1
    return modifier, said[first].since, said[last].until


def _proof(role: DecidingRole | None, held: HeldDegree | None) -> Proof:
    modifier, because, warning = _decided(role, held.degree if held else None)
    return Proof(
        modifier=modifier,
        meaning=MODIFIERS.get(modifier, ""),
        role=role,
        degree=held.degree.value if held else "",
        degree_from=held.held_from if held else None,
        because=because,
        warning=warning,
    )


def _decided(role: DecidingRole | None, degree: Degree | None) -> tuple[str, str, str]:
    """The modifier, why it is that one, and what should be looked into."""
    if role is None:
        return "", "No role that they held on that day carried a billing modifier.", ""
    states = f"{role.modifier}, which stands for {IN_WORDS[STANDS_FOR[role.modifier]]}"
    if degree is None:
        unproved = "No degree is on record for that day, so nothing proves it. Record their degree."
        return role.modifier, f"Their role {role.name} carried {states}.", unproved
    if degree is STANDS_FOR[role.modifier]:
        because = (
            f"Their role {role.name} carried {role.modifier}, and they had {IN_WORDS[degree]} on that day."
        )
        return role.modifier, because, ""
    wrong = f"Their role {role.name} says {states}. Correct the role, or the degree that is on record."
    if degree is Degree.NONE:
        return "", "They had none of the degrees on that day that a modifier stands for.", wrong
    return _CODES[degree], f"They had {IN_WORDS[degree]} on that day, and the degree decides.", wrong
