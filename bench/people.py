"""Invented people, the same ones on every run: the rows that Kinfold, its peer and the raw database all hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from kinfold.domain.kernel.text import folded

# First names, an empty line, last names.
_FIRST, _LAST = (part.split() for part in (Path(__file__).parent / "names.txt").read_text().split("\n\n"))
CLINICIANS = 25
TAGS = ("Anxiety group", "Couples", "Intake", "Sliding scale", "Telehealth", "Waitlist", "Weekly", "Youth")
# The supervisor of the bench supervises the first ones.
SUPERVISED = 5
_SEXES = ("female", "male", "unknown", "undisclosed")
_OLDEST = date(1930, 1, 1)


class Person(NamedTuple):
    """One invented client. `clinician` is a number below CLINICIANS or None, `tags` are numbers of TAGS."""

    first_name: str
    last_name: str
    email: str
    birth_date: date
    sex_at_birth: str
    external_id: str
    clinician: int | None
    tags: tuple[int, ...]


def people(count: int, *, seed: str = "bench") -> Iterator[Person]:
    """`count` people. Some last names are common, most are rare (a tenth are double), as in a real list.

    Each seed gives people of their own: no address and no external ID comes twice.
    """
    dice = random.Random(seed)
    mail = "mail.example" if seed == "bench" else f"{seed[:12]}.example"
    prefix = "BC" if seed == "bench" else f"N{dice.randrange(10**9):09d}"
    for number in range(count):
        first = dice.choice(_FIRST)
        last = _LAST[int(len(_LAST) * dice.random() ** 1.6)]
        if dice.random() < 0.1:
            last = f"{last}-{dice.choice(_LAST)}"
        local = folded(f"{first}.{last}").replace("'", "").replace("-", "")
        yield Person(
            first,
            last,
            f"{local}.{number}@{mail}",
            _OLDEST + timedelta(days=dice.randrange(32000)),
            _SEXES[min(int(dice.random() * 2.1), 3)],
            f"{prefix}-{number:07d}",
            dice.randrange(CLINICIANS) if dice.random() < 0.95 else None,
            tuple(tag for tag in range(len(TAGS)) if dice.random() < 0.08),
        )


def prefixes() -> tuple[str, ...]:
    """What is searched for: from a letter pair that thousands begin with to a whole name that few have."""
    return ("ma", "an", "gar", "kov", "mül", "sofia", "okafor", "jean", "yamam", "williams")
