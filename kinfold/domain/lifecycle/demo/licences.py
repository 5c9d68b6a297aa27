"""What entitles the demo's team to practise: most of it in order, one licence that soon ends, and one that has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final
from uuid import UUID

from stdnum import luhn

from kinfold.domain.access.actors import Actor
from kinfold.domain.credentials.commands.keeping import (
    AddCredential,
    RecordDegree,
    RecordNpi,
    add_credential,
    record_degree,
    record_npi,
)

# By role: types of licences to choose from, and the degree that goes with them.
ENTITLED: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "supervisor": (("PsyD", "LCSW"), "doctoral"),
    "licensed-therapist": (("LCSW", "LMFT", "LPC"), "masters"),
    "associate": (("AMFT", "LPC-A"), "masters"),
    "practitioner": (("LMFT",), "masters"),
    "intern": ((), "bachelors"),
}
STATE: Final = "California"
INSURERS: Final = ("Harbor Mutual", "Prairie Professional", "Northgate")


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody of the team, by member and role."""

    member_id: UUID
    role: str


def entitle(keeper: Actor, who: Clinician, today: date, random: Random) -> None:
    """Write down a clinician's licence, cover, NPI and degree; `today` is the day on which a visitor looks."""
    types, degree = ENTITLED[who.role]
    record_degree(keeper, RecordDegree(member_id=who.member_id, degree=degree))
    if not types:
        return
    number = "1" + "".join(str(random.randrange(10)) for _ in range(8))
    npi = number + luhn.calc_check_digit(f"80840{number}")
    record_npi(keeper, RecordNpi(member_id=who.member_id, npi=npi))
    issued = today - timedelta(days=random.randint(500, 4000))
    _add(keeper, who, random.choice(types), issued, today + timedelta(days=random.randint(500, 1000)), random)
    add_credential(
        keeper,
        AddCredential(
            member_id=who.member_id,
            category="malpractice",
            title=random.choice(INSURERS),
            number=f"P-{random.randint(10000, 99999)}",
            expires_on=(today + timedelta(days=random.randint(400, 700))).isoformat(),
        ),
    )


def soon_to_end(keeper: Actor, who: Clinician, today: date, random: Random) -> None:
    """A second licence, in the next state, that ends in twelve days."""
    _add(
        keeper, who, "LCSW", today - timedelta(days=718), today + timedelta(days=12), random, region="Nevada"
    )


def ended(keeper: Actor, who: Clinician, today: date, random: Random) -> None:
    """What the practice learned today: the only licence of somebody ended a while ago."""
    _add(keeper, who, "LPC", today - timedelta(days=742), today - timedelta(days=12), random)


Entitling = Callable[[Actor, Clinician, date, Random], None]


def _add(
    keeper: Actor,
    who: Clinician,
    title: str,
    issued: date,
    expires: date,
    random: Random,
    *,
    region: str = STATE,
) -> None:
    add_credential(
        keeper,
        AddCredential(
            member_id=who.member_id,
            category="licence",
            title=title,
            region=region,
            number=str(random.randint(10000, 199999)),
            issued_on=issued.isoformat(),
            expires_on=expires.isoformat(),
        ),
    )
