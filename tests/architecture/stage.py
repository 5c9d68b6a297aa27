"""What the matrix is played on: the cast, people with exactly chosen rights, and one of each thing with an address.

Everything is made once for a module, inside one transaction; each request then runs in a savepoint of its own that is
rolled back, so that a thousand of them start from the same place.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Browser

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission, with_needs
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Assignment, ClientLogin
from kinfold.domain.identity.models import Login
from kinfold.domain.identity.queries import list_sessions
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.own.models import ProfileWish
from kinfold.domain.team.actors import actor_for_login, write_token
from kinfold.domain.team.models import (
    ApiToken,
    Member,
    MemberRole,
    MemberStatusPeriod,
    Seat,
    Supervision,
)
from tests.architecture.things.clients import TIED, add_export, add_session
from tests.personas import PASSWORD, Cast, Person

EVERYTHING = frozenset(Permission)


def all_but(missing: Permission | tuple[Permission, ...]) -> frozenset[Permission]:
    """Every permission except one or several, and except those that are worthless without them."""
    gone = frozenset(missing) if isinstance(missing, tuple) else frozenset({missing})
    return frozenset(p for p in Permission if not gone & with_needs(frozenset({p})))


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks: by the cookie of a session, or by an API token. Without either, nobody in particular."""

    name: str
    cookie: str = ""
    token: str = ""
    login_id: UUID | None = None
    member_id: UUID | None = None
    session_id: UUID | None = None
    token_id: UUID | None = None


ANONYMOUS = Caller("anonymous")


@dataclass(slots=True)
class Stage:
    """The cast and what it works with.

    `things` holds, by name, the ids that addresses and bodies are filled with, `foreign` those of the same names at
    Birch House.
    """

    cast: Cast
    browser: Browser
    things: dict[str, object] = field(default_factory=dict)
    foreign: dict[str, object] = field(default_factory=dict)
    acting_login: UUID | None = None
    _callers: dict[object, Caller] = field(default_factory=dict)
    _own_sessions: dict[UUID, dict[str, object]] = field(default_factory=dict)

    def signed_in(self, person: Person) -> Caller:
        """One of the cast with an open session, who has just said again that it is them."""
        if person.login_id not in self._callers:
            self._callers[person.login_id] = self.sign_in(
                person.first_name, person.login_id, person.member_id
            )
        return self._callers[person.login_id]

    def acting(self) -> Caller:
        """Somebody who acts for Uma, with an open session, and has no place on a team."""
        assert self.acting_login is not None
        if "acting" not in self._callers:
            self._callers["acting"] = self.sign_in("who acts for Uma", self.acting_login)
        return self._callers["acting"]

    def member_with(self, permissions: frozenset[Permission], *, clinical: bool = False) -> Caller:
        """A member of Alder Creek whose only role allows exactly these."""
        key = (permissions, clinical)
        if key not in self._callers:
            self._callers[key] = self._hire(permissions, clinical=clinical)
        return self._callers[key]

    def set_status(self, who: Caller, status: str) -> None:
        """Give a member another status and leave their sessions open, which the commands would end."""
        assert who.member_id is not None
        with entered(self.cast.alder.practice_id, writing=True):
            Member.objects.filter(pk=who.member_id).update(status=status)
            MemberStatusPeriod.objects.create(member_id=who.member_id, status=status, since=clock.now())

    def token_with(self, scopes: frozenset[Permission]) -> Caller:
        """An API token of somebody who may do everything, narrowed to these scopes."""
        key = ("token", scopes)
        if key not in self._callers:
            holder = self.member_with(EVERYTHING)
            assert holder.member_id is not None
            secret, practice_id = secrets.new_secret(), self.cast.alder.practice_id
            with entered(practice_id, writing=True):
                token = ApiToken.objects.create(
                    member_id=holder.member_id,
                    name=f"Token {len(self._callers)}",
                    digest=secrets.digest(secret),
                    hint=secret[-4:],
                    scopes=sorted(scopes),
                    created_at=clock.now(),
                    expires_at=clock.now() + timedelta(days=1),
                )
            self._callers[key] = Caller(
                f"a token with {', '.join(sorted(scopes)) or 'no scope'}",
                token=write_token(practice_id, secret),
                member_id=holder.member_id,
                login_id=holder.login_id,
                token_id=token.id,
            )
        return self._callers[key]

    def tie_client(
        self, therapist_id: UUID | None, *, supervised_by: UUID | None = None
    ) -> dict[str, object]:
        """A new client of one therapist, whom somebody supervises if that is said."""
        cast, now = self.cast, clock.now()
        assert therapist_id is not None
        with entered(cast.alder.practice_id, writing=True):
            if supervised_by is not None and supervised_by != therapist_id:
                Supervision.objects.create(
                    kind="secondary", supervisor_id=supervised_by, supervisee_id=therapist_id, since=now
                )
        (client_id,) = create_clients(
            cast.olu.actor,
            CreateClients(people=(TIED,), therapist_id=therapist_id, accept_duplicates=True),
        )
        with entered(cast.alder.practice_id):
            assignment_id = Assignment.objects.values_list("id", flat=True).get(client_id=client_id)
        session_id = add_session(cast.alder, client_id, cast.lin.member_id)  # shown by the client alone
        with entered(cast.alder.practice_id, writing=True):
            guardian = ClientLogin.objects.create(
                client_id=client_id,
                relationship="parent",
                full_name="Gerd Holm",
                email="gerd.holm@mail.example",
                since=now,
            )
            wish = ProfileWish.objects.create(
                client_id=client_id,
                asked_by=guardian,
                first_name="Tessa",
                was_first_name=TIED.first_name,
                asked_at=now,
            )
        return {
            "client_id": client_id,
            "therapist": therapist_id,
            "assignment_id": assignment_id,
            "session_id": session_id,
            "guardian_acting": guardian.id,
            "wish": wish.id,
        }

    def things_for(self, who: Caller) -> dict[str, object]:
        """The things, with what belongs to the caller alone."""
        return {**self.things, **self.own_things(who)}

    def own_things(self, who: Caller) -> dict[str, object]:
        """A token of the caller's own, an export, a session that they held, and one of somebody whom they supervise."""
        actor = actor_for_login(who.login_id) if who.login_id else None
        if actor is None:
            names = ("token_id", "own_session", "supervised_session", "own_export")
            return {name: uuid4() for name in names}
        key = ("own", actor.member_id)
        if key not in self._callers:
            assert actor.member_id is not None
            with entered(actor.practice_id, writing=True):
                token = ApiToken.objects.create(
                    member_id=actor.member_id,
                    name="Own",
                    digest=secrets.digest(secrets.new_secret()),
                    hint="abcd",
                    created_at=clock.now(),
                    expires_at=clock.now() + timedelta(days=1),
                )
            self._callers[key] = Caller("own", token_id=token.id)
            self._own_sessions[actor.member_id] = self._sessions_around(actor.practice_id, actor.member_id)
            self._own_sessions[actor.member_id]["own_export"] = add_export(actor.practice_id, actor.member_id)
        assert actor.member_id is not None
        return {"token_id": self._callers[key].token_id, **self._own_sessions[actor.member_id]}

    def _sessions_around(self, practice_id: UUID, member_id: UUID) -> dict[str, object]:
        """A session that somebody held, and one of a person who does nothing else and whom they supervise."""
        cast, now = self.cast, clock.now()
        theirs = practice_id == cast.alder.practice_id
        practice, things = (cast.alder, self.things) if theirs else (cast.birch, self.foreign)
        client_id, supervisee_id = (cast.uma if theirs else cast.finn).id, things["harmless_member"]
        assert isinstance(supervisee_id, UUID)
        with entered(practice_id, writing=True):
            if not Supervision.objects.filter(supervisor_id=member_id, supervisee_id=supervisee_id).exists():
                Supervision.objects.create(
                    kind="secondary", supervisor_id=member_id, supervisee_id=supervisee_id, since=now
                )
        held = {"starts_at": now - timedelta(hours=len(self._own_sessions) + 1), "status": "completed"}
        waiting = {
            "note": "signed",
            "wants_cosignature": True,
            "signed_by_id": supervisee_id,
            "signed_at": now,
        }
        return {
            "own_session": add_session(practice, client_id, member_id, **held),
            "supervised_session": add_session(practice, client_id, supervisee_id, **held, **waiting),
        }

    def ask(
        self,
        who: Caller,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """One request. Bodies go as JSON to the API and as a form, with files in it, to pages."""
        browser = self.browser
        browser.cookies.clear()
        if who.cookie:
            browser.cookies[settings.SESSION_COOKIE_NAME] = who.cookie
        sent = dict(headers or {})
        if who.token:
            sent["Authorization"] = f"Bearer {who.token}"
        if body is None:
            return browser.generic(method, url, headers=sent)  # type: ignore[return-value]
        has_file = any(isinstance(value, SimpleUploadedFile) for value in body.values())
        if url.startswith("/api/") and not has_file:
            data = json.dumps(body)
            return browser.generic(method, url, data, "application/json", headers=sent)  # type: ignore[return-value]
        assert method == "POST", "pages take forms by POST"
        return browser.post(url, body, headers=sent)  # type: ignore[return-value]

    def sign_in(self, name: str, login_id: UUID, member_id: UUID | None = None) -> Caller:
        """A new session of a login, which has just said again who it is, for however long the module takes."""
        browser = Browser()
        login = Login.objects.get(pk=login_id)
        browser.force_login(login)
        session = browser.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time() + 3600, "email": login.email}
        ]
        session["account_authentication_methods_user"] = str(login_id)
        session.save()
        session_id = list_sessions(login_id, session.session_key)[0].id
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
        return Caller(name, cookie=cookie, login_id=login_id, member_id=member_id, session_id=session_id)

    def _hire(self, permissions: frozenset[Permission], *, clinical: bool) -> Caller:
        number, now, practice = len(self._callers), clock.now(), self.cast.alder
        login = Login.objects.create(
            email=f"member{number}@example.org",
            full_name=f"Member {number}",
            password=make_password(PASSWORD),
            password_stands_alone=True,
        )
        EmailAddress.objects.create(user=login, email=login.email, verified=True, primary=True)
        with entered(practice.practice_id, writing=True):
            role = Role.objects.create(
                name=f"Role {number}",
                name_key=f"role {number}",
                starting_point="nothing",
                overrides={permission.value: True for permission in sorted(permissions)},
                clinical=clinical,
            )
            member = Member.objects.create(
                login=login,
                first_name="Member",
                last_name=str(number),
                sort_key=sort_key(str(number), "Member"),
                email=login.email,
                joined_at=now,
                updated_at=now,
            )
            MemberRole.objects.create(member=member, role=role, since=now)
            Seat.objects.create(login=login, practice_id=practice.practice_id, member_id=member.id)
        missing = sorted(EVERYTHING - permissions)
        said = (
            ", ".join(sorted(permissions))
            if len(permissions) < len(missing)
            else f"all but {', '.join(missing)}"
        )
        return self.sign_in(f"a member with {said or 'no permission'}", login.id, member.id)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def random_ids(things: Mapping[str, object]) -> dict[str, object]:
    """The same things with ids that nobody gave out."""
    return {name: uuid4() if isinstance(value, UUID) else value for name, value in things.items()}
