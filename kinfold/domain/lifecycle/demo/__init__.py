"""A demo: practices full of people who do not exist, for a first look, for tests by hand and for the bench.

The first practice has a story of months, told through the domain's own commands, and logins that the sign-in page
shows. Beyond that, and in further practices, people are filled in many at a time (`filling`). The same seed invents the
same people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.identity.queries import find_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import Conflict
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.setup import SetUp, set_up
from kinfold.domain.messages.models import MailState, OutgoingMail
from kinfold.domain.practices.models import Practice, PracticeTally
from kinfold.domain.practices.queries import practice_names
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.models import Member, Seat

from . import filling, meetings, people, standings, story

# Told by commands; what goes beyond is filled in.
TOLD_CLIENTS = 150
TOLD_MEMBERS = story.SMALLEST + len(story.OTHERS)
# A visitor of a demo is never asked for a second factor.
NEVER = datetime(2999, 1, 1, tzinfo=UTC)
OLD_MAIL = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class DemoPractice:
    """What was made."""

    id: UUID
    name: str
    slug: str
    members: int
    clients: int


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A login that everybody may use."""

    label: str
    email: str
    password: str


def build_demo(
    *, clients: int = 150, members: int = TOLD_MEMBERS, practices: int = 1, seed: int = 1
) -> tuple[DemoPractice, ...]:
    """Make demo practices with so many clients and members each.

    Raises Conflict in an installation that holds a practice already: everybody knows the passwords of a demo.
    """
    if practice_names():
        raise Conflict(
            "There is a practice here already. A demo needs an installation of its own: "
            "set KINFOLD_HOME to another folder."
        )
    told = min(clients, TOLD_CLIENTS)
    first = story.tell(members=members, clients=told, random=Random(f"story {seed}"))
    password = filling.password_of(Seat.objects.values_list("login_id", flat=True).filter(practice=first)[0])
    _fill(first, story.SLUG, members, clients, Random(f"first {seed}"), password)
    standings.tell(_actor(story.OWNER.email), _actor(story.PARTS[4].email).member_id or story.NOBODYS)
    made = [first]
    for number in range(1, practices):
        random = Random(f"{number} {seed}")
        practice_id, slug = _start(number, random)
        _fill(practice_id, slug, members, clients, random, password)
        made.append(practice_id)
    Practice.objects.filter(pk__in=made).update(second_factor_from=NEVER)
    _settle_mail()
    return tuple(_made(practice_id) for practice_id in made)


def demo_logins() -> tuple[DemoLogin, ...]:
    """The logins that the sign-in page shows; none where any practice is real."""
    practices = practice_names()
    if not practices or not all(practice.demo for practice in practices):
        return ()
    emails = [part.email for part in story.PARTS]
    there = set(Seat.objects.filter(login__email__in=emails).values_list("login__email", flat=True))
    return tuple(
        DemoLogin(part.label, part.email, story.PASSWORD) for part in story.PARTS if part.email in there
    )


def _actor(email: str) -> Actor:
    login_id = find_login(email)
    actor = actor_for_login(login_id) if login_id else None
    if actor is None:
        raise LookupError(email)
    return actor


def _start(number: int, random: Random) -> tuple[UUID, str]:
    name = people.PRACTICES[(number - 1) % len(people.PRACTICES)]
    slug = "-".join(name.lower().split()[:2])
    if number > len(people.PRACTICES):
        name, slug = f"{name} {number}", f"{slug}-{number}"
    first, last, _ = people.full_name(random)
    with clock.frozen_at(clock.now() - timedelta(days=story.BEGAN)):
        practice_id = set_up(
            SetUp(
                practice_name=name,
                slug=slug,
                owner_name=f"{first} {last}",
                owner_email=f"owner@{slug}.example",
                owner_password=story.PASSWORD,
                time_zone=story.TIME_ZONE,
                clients_need_email=False,
                demo=True,
            )
        )
    return practice_id, slug


def _fill(
    practice_id: UUID, slug: str, members: int, clients: int, random: Random, password: filling.Password
) -> None:
    """Add whoever is still missing."""
    now = _made(practice_id)
    filling.add_members(practice_id, slug, members - now.members, random, password)
    filling.add_clients(practice_id, clients - now.clients, random)
    meetings.add_sessions(practice_id, random)
    meetings.add_risks(practice_id, random)


def _settle_mail() -> None:
    """Mail of the story's past was sent in the story's past; only what is recent goes out now."""
    OutgoingMail.objects.filter(state=MailState.QUEUED, created_at__lt=clock.now() - OLD_MAIL).update(
        state=MailState.SENT, sent_at=F("created_at"), next_try_at=None
    )


def _made(practice_id: UUID) -> DemoPractice:
    practice = Practice.objects.get(pk=practice_id)
    with entered(practice_id):
        members = Member.objects.count()
        clients = PracticeTally.objects.values_list("active_clients", flat=True).get()
    return DemoPractice(practice.id, practice.name, practice.slug, members, clients)
