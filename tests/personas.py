"""The cast of every test: two practices, their people and their clients.

Alder Creek: Olu owns it, Ada administers it, Sana supervises Theo, who is an intern, Lin is a licensed therapist
and Bea does the billing. Its clients: Anna sees Theo, Ben sees Lin, Dora is Lin's own (a direct client), Uma waits
for a therapist. Birch House is somebody else's: Fran owns it, and Finn is its client. Nora has a login and belongs to
no team.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role
from kinfold.domain.clients.keys import client_keys
from kinfold.domain.clients.models import Assignment, AssignmentKind, Client, ClientKind, ClientWord
from kinfold.domain.clients.visibility import Level
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.lifecycle.commands import StartPractice, start_practice
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.models import Member, MemberRole, Seat, Supervision

# Everybody's password: long enough for the real rules, so that it can be typed into the real forms.
PASSWORD = "seven quiet herons wade at dawn"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a login, and a place on a team unless they are Nora."""

    first_name: str
    last_name: str
    email: str
    login_id: UUID
    practice_id: UUID
    member_id: UUID

    @property
    def name(self) -> str:
        """First and last name, as shown."""
        return f"{self.first_name} {self.last_name}"

    @property
    def actor(self) -> Actor:
        """What they may do right now, built from live state as each request does."""
        actor = actor_for_login(self.login_id)
        assert actor is not None, f"{self.first_name} has no access now"
        return actor

    @property
    def has_access(self) -> bool:
        """Whether they still have a place that lets them in."""
        return actor_for_login(self.login_id) is not None


@dataclass(frozen=True, slots=True)
class CastClient:
    """A client of one of the two practices."""

    id: UUID
    practice_id: UUID
    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        """First and last name, as shown."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class CastPractice:
    """A practice, and its roles by their keys ("owner", "licensed-therapist")."""

    practice_id: UUID
    name: str
    slug: str
    roles: dict[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody. `began` is when both practices, all roles and all ties started."""

    began: datetime
    alder: CastPractice
    birch: CastPractice
    olu: Person
    ada: Person
    sana: Person
    theo: Person
    lin: Person
    bea: Person
    fran: Person
    nora: Person
    anna: CastClient
    ben: CastClient
    dora: CastClient
    uma: CastClient
    finn: CastClient
    password: str = PASSWORD

    @property
    def team(self) -> tuple[Person, ...]:
        """Alder Creek's members."""
        return (self.olu, self.ada, self.sana, self.theo, self.lin, self.bea)

    @property
    def clients(self) -> tuple[CastClient, ...]:
        """Alder Creek's clients."""
        return (self.anna, self.ben, self.dora, self.uma)


def build_cast() -> Cast:
    """Build both practices two days ago, within the week in which a second factor may wait."""
    began = clock.now() - timedelta(days=2)
    with clock.frozen_at(began):
        password = make_password(PASSWORD)
        logins = _logins(password, "Olu Adeyemi", "Ada Brandt", "Sana Malik", "Theo Park", "Lin Zhao",
                         "Bea Ortiz", "Fran Keller", "Nora Weiss")  # fmt: skip
        alder, olu = _practice("Alder Creek", "alder-creek", logins["Olu"])
        birch, fran = _practice("Birch House", "birch-house", logins["Fran"])
        with entered(alder.practice_id, writing=True):
            ada = _member(alder, logins["Ada"], "administrator")
            sana = _member(alder, logins["Sana"], "supervisor")
            theo = _member(alder, logins["Theo"], "intern")
            lin = _member(alder, logins["Lin"], "licensed-therapist")
            bea = _member(alder, logins["Bea"], "billing-administrator")
            Supervision.objects.create(
                supervisor_id=sana.member_id, supervisee_id=theo.member_id, since=began
            )
            anna = _client(alder, "Anna", "Novak", date(1990, 4, 12), theo)
            ben = _client(alder, "Ben", "Okafor", date(1984, 11, 3), lin)
            dora = _client(alder, "Dora", "Lindqvist", date(2001, 7, 30), lin, kind=ClientKind.DIRECT)
            uma = _client(alder, "Uma", "Petrova", date(1969, 1, 22), None)
        with entered(birch.practice_id, writing=True):
            finn = _client(birch, "Finn", "Moretti", date(1995, 9, 9), None)
    nora = Person(*_names(logins["Nora"]), logins["Nora"].email, logins["Nora"].id, uuid4(), uuid4())
    return Cast(
        began=began, alder=alder, birch=birch, olu=olu, ada=ada, sana=sana, theo=theo, lin=lin, bea=bea,
        fran=fran, nora=nora, anna=anna, ben=ben, dora=dora, uma=uma, finn=finn,
    )  # fmt: skip


def _logins(password: str, *full_names: str) -> dict[str, Login]:
    """A login with a verified address for each, by first name."""
    logins = [
        Login(
            email=f"{name.split()[0].lower()}@example.org",
            full_name=name,
            password=password,
            password_stands_alone=True,
            created_at=clock.now(),
        )
        for name in full_names
    ]
    Login.objects.bulk_create(logins)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=login, email=login.email, verified=True, primary=True) for login in logins
    )
    return {login.full_name.split()[0]: login for login in logins}


def _names(login: Login) -> tuple[str, str]:
    first, last = login.full_name.split()
    return first, last


def _practice(name: str, slug: str, owner: Login) -> tuple[CastPractice, Person]:
    first, last = _names(owner)
    practice_id = start_practice(
        StartPractice(
            name=name,
            slug=slug,
            owner_login_id=owner.id,
            owner_first_name=first,
            owner_last_name=last,
            owner_email=owner.email,
        )
    )
    member_id = Seat.objects.values_list("member_id", flat=True).get(login_id=owner.id)
    with entered(practice_id):
        roles = dict(Role.objects.values_list("key", "id"))
    person = Person(first, last, owner.email, owner.id, practice_id, member_id)
    return CastPractice(practice_id, name, slug, roles), person


def _member(practice: CastPractice, login: Login, role: str) -> Person:
    first, last = _names(login)
    now = clock.now()
    member = Member.objects.create(
        login=login,
        first_name=first,
        last_name=last,
        sort_key=sort_key(last, first),
        email=login.email,
        joined_at=now,
        updated_at=now,
    )
    MemberRole.objects.create(member=member, role_id=practice.roles[role], since=now)
    Seat.objects.create(login=login, practice_id=practice.practice_id, member_id=member.id)
    return Person(first, last, login.email, login.id, practice.practice_id, member.id)


def _client(
    practice: CastPractice,
    first: str,
    last: str,
    birth_date: date,
    therapist: Person | None,
    *,
    kind: ClientKind = ClientKind.PRACTICE,
) -> CastClient:
    now = clock.now()
    email = f"{first.lower()}.{last.lower()}@mail.example"
    key, words = client_keys(first, last, email, "")
    member_id = therapist.member_id if therapist else None
    client = Client.objects.create(
        kind=kind,
        first_name=first,
        last_name=last,
        sort_key=key,
        email=email,
        birth_date=birth_date,
        sex_at_birth="unknown",
        primary_id=member_id,
        created_at=now,
        updated_at=now,
    )
    ClientWord.objects.bulk_create(
        ClientWord(
            practice_id=practice.practice_id,
            client=client,
            word=word.text,
            shared=word.shared,
            shared_in_name=word.shared_in_name,
            status=client.status,
            sort_key=key,
        )
        for word in words
    )
    if member_id:
        tie = AssignmentKind.DIRECT if kind == ClientKind.DIRECT else AssignmentKind.PRIMARY
        Assignment.objects.create(client=client, member_id=member_id, kind=tie, level=Level.CHART, since=now)
    PracticeTally.objects.update(active_clients=F("active_clients") + 1)
    return CastClient(client.id, practice.practice_id, first, last, email)
