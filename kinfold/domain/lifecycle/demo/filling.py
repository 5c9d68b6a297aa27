"""Filling a demo practice with many people at once.

It leaves the rows that the commands would leave: keys and search words, ties, tags, totals, and evidence (one entry for
each block of people, as an import leaves one; tests compare the rows with what commands write). A hundred thousand
clients by commands would take an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice, repeat
from random import Random
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import F

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.models import Role
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.keys import Word, client_keys, tag_key
from kinfold.domain.clients.models import (
    Assignment,
    AssignmentKind,
    Client,
    ClientKind,
    ClientStatus,
    ClientTag,
    ClientWord,
)
from kinfold.domain.clients.tags import tags_named
from kinfold.domain.clients.visibility import Level
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.many import insert, ordered_ids
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.models import Member, MemberRole, Seat, Supervision

from . import people

says(demo__filled="filled the demo with invented clients and their care")

BLOCK = 50_000
# What a team is made of, one after the other, for as many members as are wanted.
TEAM = (
    *("supervisor", "intern", "licensed-therapist", "associate", "licensed-therapist", "intern"),
    *("licensed-therapist", "associate", "practitioner", "licensed-therapist", "supervisor", "intern"),
    *("associate", "licensed-therapist", "intern", "billing-administrator", "client-administrator"),
)


@dataclass(frozen=True, slots=True)
class Password:
    """A password as logins keep it, hashed once: hashing one well takes a tenth of a second."""

    hash: str
    stands_alone: bool


def password_of(login_id: UUID) -> Password:
    """The password of a login that was made by the real command."""
    return Password(*Login.objects.values_list("password", "password_stands_alone").get(pk=login_id))


def add_members(practice_id: UUID, slug: str, count: int, random: Random, password: Password) -> None:
    """Add so many members with logins and roles, interns with a supervisor each."""
    if count <= 0:
        return
    now = clock.now()
    taken = set(Login.objects.filter(email__endswith=f"@{slug}.example").values_list("email", flat=True))
    found = [_member(random, slug, number, taken, now) for number in range(count)]
    logins = [
        Login(
            id=uuid4(),
            email=member.email,
            full_name=member.name,
            password=password.hash,
            password_stands_alone=password.stands_alone,
            created_at=member.joined_at,
        )
        for member, _ in found
    ]
    Login.objects.bulk_create(logins, batch_size=500)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=login, email=login.email, verified=True, primary=True) for login in logins],
        batch_size=500,
    )
    for (member, _), login in zip(found, logins, strict=True):
        member.practice_id, member.login_id = practice_id, login.id
    with entered(practice_id, writing=True):
        roles = {role.key: role for role in Role.objects.exclude(key="")}
        Member.objects.bulk_create([member for member, _ in found], batch_size=500)
        MemberRole.objects.bulk_create(
            [
                MemberRole(practice_id=practice_id, member=member, role=roles[key], since=member.joined_at)
                for member, key in found
            ],
            batch_size=500,
        )
        Seat.objects.bulk_create(
            [
                Seat(login=login, practice_id=practice_id, member_id=member.id)
                for (member, _), login in zip(found, logins, strict=True)
            ],
            batch_size=500,
        )
        supervisions = _supervisions(practice_id, found, random)
        Supervision.objects.bulk_create(supervisions, batch_size=500)
        trail.record_all(
            system_actor(practice_id, "Demo"),
            [
                *(trail.Event("member.created", ("member", member.id)) for member, _ in found),
                *(
                    trail.Event(
                        "supervision.started",
                        ("member", supervision.supervisee_id),
                        detail={
                            "supervision": str(supervision.id),
                            "supervisor": str(supervision.supervisor_id),
                        },
                    )
                    for supervision in supervisions
                ),
            ],
        )


def add_clients(practice_id: UUID, count: int, random: Random) -> None:
    """Add so many clients with tags; of every hundred, 12 are direct clients and 4 wait for a therapist."""
    now = clock.now()
    with entered(practice_id, writing=True):
        therapists = _therapists()
        already = PracticeTally.objects.values_list("active_clients", flat=True).get()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-200000")  # in KB: room for the indexes that grow
    invented = people.clients(random, count, now.date(), first_number=1000 + already)
    while block := list(islice(invented, BLOCK)):
        with entered(practice_id, writing=True):
            _write(practice_id, block, therapists, random, now)


def _member(random: Random, slug: str, number: int, taken: set[str], now: datetime) -> tuple[Member, str]:
    first, last, _ = people.full_name(random)
    local = people.address_of(first, last)
    email = f"{local}@{slug}.example"
    while email in taken:
        email = f"{local}{random.randint(2, 99_999)}@{slug}.example"
    taken.add(email)
    joined = now - timedelta(days=random.randint(1, 240), minutes=random.randint(0, 600))
    member = Member(
        id=uuid4(),
        first_name=first,
        last_name=last,
        sort_key=sort_key(last, first),
        email=email,
        joined_at=joined,
        updated_at=joined,
    )
    return member, TEAM[number % len(TEAM)]


def _supervisions(
    practice_id: UUID, found: Sequence[tuple[Member, str]], random: Random
) -> list[Supervision]:
    """A supervisor for each new intern, among the new supervisors."""
    supervisors = [member for member, key in found if key == "supervisor"]
    made = []
    for member, key in found:
        if key == "intern" and supervisors:
            supervisor = random.choice(supervisors)
            since = max(member.joined_at, supervisor.joined_at)
            made.append(
                Supervision(practice_id=practice_id, supervisor=supervisor, supervisee=member, since=since)
            )
    return made


def _therapists() -> list[str]:
    """Who can be given clients, as text, in an order that the seed decides alone."""
    rows = MemberRole.objects.filter(role__clinical=True, until__isnull=True).order_by("member__email")
    return [str(member_id) for member_id in dict.fromkeys(rows.values_list("member_id", flat=True))]


def _write(
    practice_id: UUID,
    block: Sequence[people.Invented],
    therapists: Sequence[str],
    random: Random,
    now: datetime,
) -> None:
    keyed = [client_keys(p.first_name, p.last_name, p.email, p.external_id) for p in block]
    # In the order in which lists show them, for the sake of the indexes.
    order = sorted(range(len(block)), key=lambda place: keyed[place][0])
    block, keyed = [block[place] for place in order], [keyed[place] for place in order]
    ids, keys = ordered_ids(len(block)), [key for key, _ in keyed]
    made = [_moment(random, now) for _ in block]
    primaries = [random.choice(therapists) if therapists and random.random() < 0.96 else None for _ in block]
    kinds = [
        ClientKind.DIRECT.value if primary and random.random() < 0.125 else ClientKind.PRACTICE.value
        for primary in primaries
    ]
    insert(
        Client,
        {
            "practice_id": practice_id,
            "status": ClientStatus.ACTIVE.value,
            "registration": "none",
            "risk": "",
            "made_in_id": None,
            "version": 1,
        },
        {
            "id": ids,
            "kind": kinds,
            "first_name": [p.first_name for p in block],
            "last_name": [p.last_name for p in block],
            "sort_key": keys,
            "email": [p.email for p in block],
            "phone": [p.phone for p in block],
            "birth_date": [p.birth_date.isoformat() for p in block],
            "sex_at_birth": [p.sex_at_birth for p in block],
            "external_id": [p.external_id for p in block],
            "primary_id": primaries,
            "created_at": made,
            "updated_at": made,
        },
    )
    _write_words(practice_id, ids, keyed)
    _write_tags(practice_id, ids, keys, block)
    _write_ties(practice_id, list(zip(ids, primaries, kinds, made, strict=True)))
    PracticeTally.objects.update(active_clients=F("active_clients") + len(ids))
    trail.record(
        system_actor(practice_id, "Demo"),
        "demo.filled",
        detail={"clients": len(ids), "ids_digest": sha256("\n".join(ids).encode()).hexdigest()},
    )


def _write_words(practice_id: UUID, ids: Sequence[str], keyed: Sequence[tuple[str, list[Word]]]) -> None:
    flat: list[Word] = [word for _, words in keyed for word in words]
    insert(
        ClientWord,
        {"practice_id": practice_id, "status": ClientStatus.ACTIVE.value},
        {
            "client_id": _repeated(ids, keyed),
            "sort_key": _repeated([key for key, _ in keyed], keyed),
            "word": [word.text for word in flat],
            "shared": [word.shared for word in flat],
            "shared_in_name": [word.shared_in_name for word in flat],
        },
    )


def _repeated(values: Sequence[str], keyed: Sequence[tuple[str, list[Word]]]) -> list[str]:
    return [
        again for value, (_, words) in zip(values, keyed, strict=True) for again in repeat(value, len(words))
    ]


def _write_tags(
    practice_id: UUID, ids: Sequence[str], keys: Sequence[str], block: Sequence[people.Invented]
) -> None:
    rows = [
        (client_id, key, tag_key(name))
        for client_id, key, p in zip(ids, keys, block, strict=True)
        for name in p.tags
    ]
    if not rows:
        return
    tag_ids = tags_named(name for p in block for name in p.tags)
    insert(
        ClientTag,
        {"practice_id": practice_id, "status": ClientStatus.ACTIVE.value},
        {
            "id": ordered_ids(len(rows)),
            "client_id": [client_id for client_id, _, _ in rows],
            "sort_key": [key for _, key, _ in rows],
            "tag_id": [str(tag_ids[tag]) for _, _, tag in rows],
        },
    )


def _write_ties(practice_id: UUID, clients: Sequence[tuple[str, str | None, str, Any]]) -> None:
    tied = [client for client in clients if client[1] is not None]
    insert(
        Assignment,
        {
            "practice_id": practice_id,
            "level": Level.CHART.value,
            "until": None,
            "session_at": None,
            "covers_for_id": None,
            "reason": "",
            "made_by_id": None,
            "ended_by_id": None,
        },
        {
            "id": ordered_ids(len(tied)),
            "client_id": [client_id for client_id, _, _, _ in tied],
            "member_id": [member_id for _, member_id, _, _ in tied],
            "kind": [
                AssignmentKind.DIRECT.value
                if kind == ClientKind.DIRECT.value
                else AssignmentKind.PRIMARY.value
                for _, _, kind, _ in tied
            ],
            "since": [since for _, _, _, since in tied],
        },
    )


def _moment(random: Random, now: datetime) -> Any:
    """Some working hour of the past months, as the database takes it."""
    day = now - timedelta(days=random.randint(1, 260))
    moment = day.replace(
        hour=random.randint(13, 21), minute=random.randint(0, 59), second=random.randint(0, 59)
    )
    return connection.ops.adapt_datetimefield_value(moment)
