"""Invented people. Nobody here exists: names are drawn from lists, and every address ends in `.example`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from kinfold.domain.kernel.text import folded


def _names() -> dict[str, list[str]]:
    """The lists of names.txt by their headings."""
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = found.setdefault(line.strip("[]"), [])
        else:
            names += line.split()
    return found


WOMEN, MEN, FAMILIES = _names().values()
MAILBOXES = ("mail.example", "post.example", "inbox.example", "letters.example")
AREAS = (
    *("201", "206", "212", "303", "312", "404", "415", "503", "505", "512", "602", "612"),
    *("617", "702", "713", "808", "907", "971"),
)
TAGS = (
    *("Sliding scale", "Telehealth", "Evenings", "Couples", "Family", "Adolescent", "Child", "Group"),
    *("EAP", "Intake", "Waitlist", "Español", "Perinatal", "Veteran", "Student", "Quarterly review"),
)
PRACTICES = (
    *("Birch House Therapy", "Cedar Bend Wellness", "Dune Street Psychology", "Elm and Main Counseling"),
    *(
        "Fernhill Family Therapy",
        "Granite Bay Behavioral Health",
        "Harborlight Counseling",
        "Ivy Court Clinic",
    ),
    *("Juniper Trauma Center", "Kestrel Point Therapy", "Larkspur Associates", "Maple Row Counseling"),
)


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody who does not exist."""

    first_name: str
    last_name: str
    sex_at_birth: str
    birth_date: date
    email: str
    phone: str
    external_id: str
    tags: tuple[str, ...]


def full_name(random: Random) -> tuple[str, str, str]:
    """A first name, a last name and a sex that goes with it mostly."""
    woman = random.random() < 0.54
    first = random.choice(WOMEN if woman else MEN)
    last = random.choice(FAMILIES)
    if random.random() < 0.08:
        last = f"{last}-{random.choice(FAMILIES)}"
    sex = "female" if woman else "male"
    draw = random.random()
    if draw < 0.03:
        sex = "undisclosed" if draw < 0.02 else "unknown"
    return first, last, sex


def clients(random: Random, count: int, today: date, *, first_number: int = 1000) -> Iterator[Invented]:
    """So many clients, all ages, some without an e-mail address, some of one family and household."""
    family = ""
    address = ""
    for number in range(count):
        first, last, sex = full_name(random)
        age = random.choices((9, 15, 27, 38, 52, 70), (6, 12, 32, 26, 16, 8))[0] + random.randint(-4, 9)
        if family and random.random() < 0.06:  # a household shares its name and its address
            last, email = family, address
        else:
            email = "" if age < 12 or random.random() < 0.04 else _mailbox(random, first, last)
        family, address = last, email
        yield Invented(
            first_name=first,
            last_name=last,
            sex_at_birth=sex,
            birth_date=today - timedelta(days=age * 365 + random.randint(0, 364)),
            email=email,
            phone=f"+1{random.choice(AREAS)}55501{random.randint(0, 99):02}"
            if random.random() < 0.85
            else "",
            external_id=f"AC-{first_number + number}" if random.random() < 0.5 else "",
            tags=_tags(random, age),
        )


def address_of(first: str, last: str) -> str:
    """The part of an address before the @."""
    return ".".join("".join(c for c in folded(part) if c.isalnum() and c.isascii()) for part in (first, last))


def _mailbox(random: Random, first: str, last: str) -> str:
    number = str(random.randint(1, 99)) if random.random() < 0.5 else ""
    return f"{address_of(first, last)}{number}@{random.choice(MAILBOXES)}"


def _tags(random: Random, age: int) -> tuple[str, ...]:
    chosen = set(random.sample(TAGS, random.choices((0, 1, 2, 3), (34, 38, 20, 8))[0]))
    chosen -= {"Child", "Adolescent", "Student"} if age > 30 else {"Veteran", "Perinatal"}
    return tuple(sorted(chosen))
