"""Fills Kinfold's database and signs people in: `python -m bench.seed COUNT` prints what a client needs.

The people are the same as the peer's. They are written as an import writes them: sort keys, words, assignments.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinfold.config.settings")
django.setup()

from allauth.account.internal.flows.login import (  # noqa: E402
    AUTHENTICATION_METHODS_SESSION_KEY,
    record_authentication,
)
from allauth.account.models import EmailAddress  # noqa: E402
from allauth.mfa.models import Authenticator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from bench.people import CLINICIANS, SUPERVISED, TAGS, Person, people  # noqa: E402
from bench.teams import SIZES, TEAM_SUPERVISED, Size  # noqa: E402
from kinfold.domain.access.models import Role  # noqa: E402
from kinfold.domain.access.permissions import Permission  # noqa: E402
from kinfold.domain.clients.keys import client_keys  # noqa: E402
from kinfold.domain.clients.models import Assignment, Client, ClientTag, ClientWord, Tag  # noqa: E402
from kinfold.domain.clients.visibility import Level  # noqa: E402
from kinfold.domain.identity.models import Login  # noqa: E402
from kinfold.domain.identity.sessions import SessionStore  # noqa: E402
from kinfold.domain.kernel import clock  # noqa: E402
from kinfold.domain.kernel.many import insert, ordered_ids  # noqa: E402
from kinfold.domain.kernel.secrets import digest, new_secret  # noqa: E402
from kinfold.domain.kernel.tenancy import entered  # noqa: E402
from kinfold.domain.kernel.text import sort_key  # noqa: E402
from kinfold.domain.lifecycle.commands import StartPractice, start_practice  # noqa: E402
from kinfold.domain.practices.models import Practice, PracticeTally  # noqa: E402
from kinfold.domain.team.actors import write_token  # noqa: E402
from kinfold.domain.team.models import ApiToken, Member, MemberRole, Seat, Supervision  # noqa: E402

BATCH = 20_000
SESSIONS = 100
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def fill(count: int, sizes: Mapping[str, Size] = SIZES) -> dict[str, Any]:
    """Start a practice a month ago, give it a team and its clients, sign its owner and a supervisor in.

    Beside it stand practices for what is asked about teams, of these sizes.
    """
    began = clock.now() - timedelta(days=30)
    _hurry()
    with clock.frozen_at(began):
        owner, practice_id = _practice("Bench Practice", "Olu Adeyemi")
        with entered(practice_id, writing=True):
            clinicians = [
                _member(practice_id, f"Clinician {n:02d}", "licensed-therapist") for n in range(CLINICIANS)
            ]
            supervisor = _member(practice_id, "Sana Malik", "supervisor")
            Supervision.objects.bulk_create(
                Supervision(practice_id=practice_id, supervisor=supervisor, supervisee=m, since=began)
                for m in clinicians[:SUPERVISED]
            )
            tags = _tags(practice_id)
            write_clients(practice_id, count, clinicians, tags)
            PracticeTally.objects.update(active_clients=count)
        teams = {name: _team(name, size) for name, size in sizes.items()}
    with entered(practice_id, writing=True):
        deep = min(50_000, count // 2)
        cursor = Client.objects.order_by("sort_key", "id").values_list("id", flat=True)[deep - 1]
        answer = {
            "practice": str(practice_id),
            "owner": _signed_in(practice_id, owner),
            "supervisor": _signed_in(practice_id, Login.objects.get(email=supervisor.email)),
            "therapist": str(clinicians[3].id),
            "tag": str(tags[2].id),
            "tag_name": tags[2].name,
            "first": Client.objects.order_by("sort_key", "id").values_list("last_name", flat=True)[0],
            "cursor": str(cursor),
            "deep": deep,
            "teams": teams,
            "session_cookie": settings.SESSION_COOKIE_NAME,
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
        }
    for team in teams.values():
        with entered(UUID(team["practice"]), writing=True):
            team["owner"] = _signed_in(UUID(team["practice"]), Login.objects.get(pk=team["owner"]))
    # The set-up week is over and everybody has a second factor, so every request checks that they do.
    Practice.objects.update(second_factor_from=began)
    return answer


def _practice(name: str, owner_name: str) -> tuple[Login, UUID]:
    owner = _login(owner_name)
    first, last = owner_name.split()
    started = StartPractice(
        name=name,
        slug=sort_key(name).split(" ")[0],
        owner_login_id=owner.id,
        owner_first_name=first,
        owner_last_name=last,
        owner_email=owner.email,
    )
    return owner, start_practice(started)


def _team(name: str, size: Size) -> dict[str, Any]:
    """A practice whose clinicians hold one shipped role and, where there are any, two of its own; one supervises."""
    owner, practice_id = _practice(f"{name.title()} Practice", f"Olu {name.title()}")
    with entered(practice_id, writing=True):
        roles = [
            Role(
                practice_id=practice_id,
                name=f"Role {n:02d}",
                name_key=f"role {n:02d}",
                description="Sees their own clients.",
                starting_point="practitioner",
                clinical=True,
                position=100 + n,
            )
            for n in range(size.roles)
        ]
        Role.objects.bulk_create(roles)
        supervisor = _member(practice_id, f"Sana {name.title()}", "supervisor")
        clinicians = _clinicians(practice_id, name, size.members - 2, roles)
        Supervision.objects.bulk_create(
            Supervision(practice_id=practice_id, supervisor=supervisor, supervisee=m, since=clock.now())
            for m in clinicians[:TEAM_SUPERVISED]
        )
        tags, given = _tags(practice_id), 0
        for start in range(0, len(clinicians), CLINICIANS):
            some = clinicians[start : start + CLINICIANS]
            write_clients(practice_id, len(some) * size.clients_each, some, tags, seed=f"{name}{start}")
            given += len(some) * size.clients_each
        PracticeTally.objects.update(active_clients=given)
    return {
        "practice": str(practice_id),
        "owner": str(owner.id),
        "clinician": str(clinicians[0].id),
        "supervisor": str(supervisor.id),
    }


def _tags(practice_id: UUID) -> list[Tag]:
    return Tag.objects.bulk_create(Tag(practice_id=practice_id, name=name, key=name.lower()) for name in TAGS)


def _clinicians(practice_id: UUID, name: str, count: int, roles: list[Role]) -> list[Member]:
    """Members with logins of their own, written all at once."""
    now = clock.now()
    names = [(f"Clinician{n:03d}", f"{name.title()}-{n * 37 % 997:03d}") for n in range(count)]
    logins = [
        Login(email=f"{first}@{name}.example".casefold(), full_name=f"{first} {last}")
        for first, last in names
    ]
    for login in logins:
        login.set_unusable_password()
    Login.objects.bulk_create(logins)
    members = [
        Member(
            practice_id=practice_id,
            login=login,
            first_name=first,
            last_name=last,
            sort_key=sort_key(last, first),
            email=login.email,
            joined_at=now,
            updated_at=now,
        )
        for login, (first, last) in zip(logins, names, strict=True)
    ]
    Member.objects.bulk_create(members)
    Seat.objects.bulk_create(Seat(login=m.login, practice_id=practice_id, member_id=m.id) for m in members)
    shipped = [Role.objects.get(key=key) for key in ("licensed-therapist", "associate", "intern")]
    MemberRole.objects.bulk_create(
        MemberRole(practice_id=practice_id, member=m, role=role, since=now)
        for n, m in enumerate(members)
        for role in (
            shipped[n % 3],
            *(roles[n * k % len(roles)] for k in (1, 2) if roles and n * k % len(roles)),
        )
    )
    return members


def _login(name: str) -> Login:
    login = Login.objects.create(email=f"{sort_key(name).replace(' ', '.')}@bench.example", full_name=name)
    login.set_unusable_password()
    login.save()
    EmailAddress.objects.create(user=login, email=login.email, verified=True, primary=True)
    Authenticator.objects.create(user=login, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    return login


def _member(practice_id: UUID, name: str, role: str) -> Member:
    login, now = _login(name), clock.now()
    first, last = name.split()
    member = Member.objects.create(
        login=login,
        first_name=first,
        last_name=last,
        sort_key=sort_key(last, first),
        email=login.email,
        joined_at=now,
        updated_at=now,
    )
    MemberRole.objects.create(member=member, role=Role.objects.get(key=role), since=now)
    Seat.objects.create(login=login, practice_id=practice_id, member_id=member.id)
    return member


def write_clients(
    practice_id: UUID, count: int, clinicians: list[Member], tags: list[Tag], *, seed: str = "bench"
) -> None:
    """Write people in the order in which they come, which is not the order of their names."""
    rows = people(count, seed=seed)
    while batch := list(islice(rows, BATCH)):
        _write(practice_id, list(zip(ordered_ids(len(batch)), batch, strict=True)), clinicians, tags)


def _write(
    practice_id: UUID, batch: list[tuple[str, Person]], clinicians: list[Member], tags: list[Tag]
) -> None:
    now = clock.now()
    keys = [client_keys(p.first_name, p.last_name, p.email, p.external_id) for _, p in batch]
    every = {"practice_id": practice_id, "status": "active"}
    rows = [(client_id, key, p) for (client_id, p), (key, _) in zip(batch, keys, strict=True)]
    with_therapist = [row for row in rows if row[2].clinician is not None]
    same = {
        **every,
        "kind": "practice",
        "phone": "",
        "registration": "none",
        "risk": "",
        "made_in_id": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    insert(
        Client,
        same,
        {**_columns(with_therapist), "primary_id": [_id_of(clinicians, p) for _, _, p in with_therapist]},
    )
    without = [row for row in rows if row[2].clinician is None]
    if without:
        insert(Client, {**same, "primary_id": None}, _columns(without))
    words = [
        (client_id, key, word)
        for (client_id, _), (key, found) in zip(batch, keys, strict=True)
        for word in found
    ]
    insert(
        ClientWord,
        every,
        {
            "client_id": [client_id for client_id, _, _ in words],
            "sort_key": [key for _, key, _ in words],
            "word": [word.text for _, _, word in words],
            "shared": [word.shared for _, _, word in words],
            "shared_in_name": [word.shared_in_name for _, _, word in words],
        },
    )
    insert(
        Assignment,
        {
            "practice_id": practice_id,
            "kind": "primary",
            "level": int(Level.CHART),
            "since": now,
            "until": None,
            "session_at": None,
            "reason": "",
            "covers_for_id": None,
            "made_by_id": None,
            "ended_by_id": None,
        },
        {
            "id": ordered_ids(len(with_therapist)),
            "client_id": [client_id for client_id, _, _ in with_therapist],
            "member_id": [_id_of(clinicians, p) for _, _, p in with_therapist],
        },
    )
    tagged = [(client_id, key, str(tags[tag].id)) for client_id, key, p in rows for tag in p.tags]
    insert(
        ClientTag,
        every,
        {
            "id": ordered_ids(len(tagged)),
            "client_id": [client_id for client_id, _, _ in tagged],
            "sort_key": [key for _, key, _ in tagged],
            "tag_id": [tag_id for _, _, tag_id in tagged],
        },
    )


def _columns(rows: list[tuple[str, str, Person]]) -> dict[str, list[str]]:
    return {
        "id": [client_id for client_id, _, _ in rows],
        "sort_key": [key for _, key, _ in rows],
        **{
            name: [str(getattr(p, name)) for _, _, p in rows]
            for name in ("first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id")
        },
    }


def _id_of(clinicians: list[Member], person: Person) -> str:
    assert person.clinician is not None
    return str(clinicians[person.clinician % len(clinicians)].id)


def _hurry() -> None:
    """Only the seeding process throws caution away; whatever reads later opens the database as always."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-400000")


def _signed_in(practice_id: UUID, login: Login) -> dict[str, Any]:
    """Sessions as signing in leaves them, and an API token with every scope."""
    sessions = [_session(login) for _ in range(SESSIONS)]
    secret = new_secret()
    ApiToken.objects.create(
        member_id=Seat.objects.values_list("member_id", flat=True).get(login=login),
        name="Bench",
        digest=digest(secret),
        hint=secret[-4:],
        scopes=[permission.value for permission in Permission],
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    csrf = base64.b32encode(os.urandom(20)).decode()
    token = write_token(practice_id, secret)
    return {"session": sessions[0], "sessions": sessions, "csrf": csrf, "token": token}


def _session(login: Login) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(login.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = login.get_session_auth_hash()
    # An import asks who one is unless that was answered in the last minutes; whenever it comes, it was.
    request = HttpRequest()
    request.session = session
    record_authentication(request, login, "password", reauthenticated=True)
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] += timedelta(days=1).total_seconds()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    print(json.dumps(fill(int(sys.argv[1]))))
