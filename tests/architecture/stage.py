"""What the matrix is played on: the cast, people with exactly chosen rights, and one of each thing with an address.

Everything is made once for a module, inside one transaction; each request then runs in a savepoint of its own that is
rolled back, so that a thousand of them start from the same place.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Browser
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission, with_needs
from kinfold.domain.care.models import Session
from kinfold.domain.changes.models import ChangeSet
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import (
    AddTags,
    ArchiveClients,
    SelectClients,
    add_tags,
    archive_clients,
    select_clients,
)
from kinfold.domain.clients.commands.covering import ArrangeCover, arrange_cover
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.commands.guardians import AddGuardian, add_guardian
from kinfold.domain.clients.commands.registering import RegisterClientWithLogin, register_client_with_login
from kinfold.domain.clients.models import Assignment, Client, ClientLogin, DuplicateNotice, SavedView, Tag
from kinfold.domain.clients.profile import Typed
from kinfold.domain.clients.registration import KIND as CLIENT_KIND
from kinfold.domain.clients.registration import ClientProof, guest_with_client_code
from kinfold.domain.credentials.commands.exceptions import AllowNewClients, allow_new_clients
from kinfold.domain.credentials.commands.keeping import AddCredential, add_credential
from kinfold.domain.exports import files
from kinfold.domain.exports.models import Export
from kinfold.domain.identity import links, registration_codes
from kinfold.domain.identity.models import Login
from kinfold.domain.identity.queries import list_sessions
from kinfold.domain.imports.commands import StartImport, UploadFile, start_import, upload_file
from kinfold.domain.intake.commands.asking import AskToJoin, ask_to_join
from kinfold.domain.intake.commands.inviting import ClientInvitee, InviteClients, invite_clients
from kinfold.domain.intake.commands.page import ChangeSignUpPage, change_sign_up_page
from kinfold.domain.intake.doorway import guest_at
from kinfold.domain.intake.links import link_token as client_link_token
from kinfold.domain.intake.models import ClientInvitation, SignUpRequest
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.own.commands.changing import AskForCorrection, ask_for_correction
from kinfold.domain.own.doorway import actor_for_client
from kinfold.domain.own.models import ProfileWish
from kinfold.domain.records.commands.deleting import DeleteClients, delete_clients
from kinfold.domain.records.commands.holding import HoldRecord, hold_record
from kinfold.domain.records.commands.merging import MergeClients, merge_clients
from kinfold.domain.team.actors import actor_for_login, write_token
from kinfold.domain.team.commands.invitations import InviteMember, invite_member
from kinfold.domain.team.links import link_token
from kinfold.domain.team.models import (
    AdminRequest,
    AdminRequestRole,
    ApiToken,
    Invitation,
    Member,
    MemberRole,
    MemberStatusPeriod,
    Seat,
    Supervision,
)
from kinfold.domain.team.registration import KIND
from tests.architecture.routes import PEOPLE
from tests.domain.imports.workbooks import workbook
from tests.personas import PASSWORD, Cast, CastClient, CastPractice, Person, build_cast

TIED = Typed(
    first_name="Tess",
    last_name="Holm",
    email="tess@mail.example",
    birth_date="1992-05-06",
    sex_at_birth="female",
)

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
        session_id = _session(cast.alder, client_id, cast.lin.member_id)  # shown by the client alone
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
            self._own_sessions[actor.member_id]["own_export"] = _export(actor.practice_id, actor.member_id)
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
            "own_session": _session(practice, client_id, member_id, **held),
            "supervised_session": _session(practice, client_id, supervisee_id, **held, **waiting),
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


def _export(practice_id: UUID, member_id: UUID) -> UUID:
    """A file of nobody that somebody has made."""
    with entered(practice_id, writing=True):
        export = Export.objects.create(
            made_by_id=member_id,
            made_at=clock.now(),
            file_format="csv",
            everything=False,
            columns=["first_name", "last_name"],
            state="ready",
            expires_at=clock.now() + timedelta(days=1),
        )
    files.keep(practice_id, export.id, b"First name,Last name")
    return export.id


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def random_ids(things: Mapping[str, object]) -> dict[str, object]:
    """The same things with ids that nobody gave out."""
    return {name: uuid4() if isinstance(value, UUID) else value for name, value in things.items()}


def set_stage() -> Stage:
    """The cast, and one of each thing."""
    cast = build_cast()
    stage = Stage(
        cast,
        Browser(),
        {
            "password": PASSWORD,
            "new_password": "nine brown owls sit still at noon",
            "help_area": "roles",
            "category": "licence",
            "tomorrow": (clock.today() + timedelta(days=1)).isoformat(),
        },
    )
    for things in (
        _account_things(stage),
        _team_things(cast.alder, cast.olu),
        _imports(cast.olu),
        _own_invitation(cast),
        _clients(cast.alder, cast.olu, cast.lin, cast.ben, cast.theo) | {"supervisor": cast.sana.member_id},
        _changes(cast.olu, cast.anna),
        _leaving(cast.alder, cast.olu),
    ):
        stage.things.update(things)
    stage.foreign.update(_team_things(cast.birch, cast.fran))
    stage.foreign.update(_imports(cast.fran))
    stage.foreign.update(_changes(cast.fran, cast.finn))
    stage.foreign.update(_leaving(cast.birch, cast.fran))
    stage.things["shared_view"] = _shared_view(cast.alder, cast.olu)
    stage.foreign["shared_view"] = _shared_view(cast.birch, cast.fran)
    stage.things["lost_mail"] = _lost_mail(cast.alder)
    stage.foreign["lost_mail"] = _lost_mail(cast.birch)
    stage.foreign.update(
        member_id=cast.fran.member_id,
        supervisor=cast.fran.member_id,
        therapist=cast.fran.member_id,
        client_id=cast.finn.id,
        session_id=_session(cast.birch, cast.finn.id, cast.fran.member_id),
    )
    stage.things.update(_registration(stage, cast.alder, cast.olu, cast.ben, cast.uma))
    stage.foreign.update(_registration(stage, cast.birch, cast.fran, cast.finn, cast.finn))
    stage.things["reading_import"] = _upload(cast.olu, PEOPLE)
    return stage


def _account_things(stage: Stage) -> dict[str, object]:
    """What belongs to Nora's login: a passkey, another browser that is signed in, and a mailed link of each kind; and
    a login that works nowhere yet.

    The new address that a link proves is Lin's: a second factor can be added only when there is none to prove.
    """
    login_id, lin = stage.cast.nora.login_id, stage.cast.lin.login_id
    EmailAddress.objects.create(user_id=lin, email="lin.new@example.org", verified=False, primary=False)
    passkey = Authenticator.objects.create(
        user_id=login_id,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Red key", "credential": passkey_credential()},
    )
    return {
        "confirmed_email": _confirmed_login("wim@example.org"),
        "verify_key": _secret(links.issue(links.VERIFY, "lin.new@example.org", lin)),
        "reset_key": _secret(links.issue(links.RESET, stage.cast.nora.email, login_id)),
        "passkey": passkey.pk,
        "session": stage.sign_in("Nora elsewhere", login_id).session_id,
    }


def _confirmed_login(email: str) -> str:
    """The confirmed address of a new login."""
    login = Login.objects.create(email=email, full_name="Wim Aalto", password=make_password(None))
    EmailAddress.objects.create(user=login, email=email, verified=True, primary=True)
    return email


def _secret(link_id: UUID) -> str:
    found = links.secret_of(link_id)
    assert found is not None
    return found[1]


def _shared_view(practice: CastPractice, owner: Person) -> UUID:
    """A view of the list of clients that somebody shares with the practice."""
    with entered(practice.practice_id, writing=True):
        return SavedView.objects.create(
            member_id=owner.member_id,
            name="All of them",
            key="all of them",
            shared=True,
            columns=["name", "email"],
            page_size=25,
        ).id


def _lost_mail(practice: CastPractice) -> UUID:
    """A mail that was given up."""
    mail = OutgoingMail.objects.create(
        kind="team.invitation",
        for_practice=practice.practice_id,
        subject_id=uuid4(),
        message_id=f"<lost@{practice.slug}>",
        state="failed",
        created_at=clock.now(),
    )
    return mail.pk


def _team_things(practice: CastPractice, owner: Person) -> dict[str, object]:
    """A role that allows nothing and another, somebody who holds the first, an invitation, and a supervision."""
    now = clock.now()
    with entered(practice.practice_id, writing=True):
        first, second = (
            Role.objects.create(name=name, name_key=name.lower(), starting_point="nothing")
            for name in ("Volunteer", "Guest")
        )
        visitor = Member.objects.create(
            first_name="Vera",
            last_name="Stone",
            sort_key=sort_key("Stone", "Vera"),
            email=f"vera@{practice.slug}.example",
            joined_at=now,
            updated_at=now,
        )
        paused = Member.objects.create(
            first_name="Otto",
            last_name="Wren",
            sort_key=sort_key("Wren", "Otto"),
            email=f"otto@{practice.slug}.example",
            status="inactive",
            joined_at=now,
            updated_at=now,
        )
        for member in (visitor, paused):
            MemberRole.objects.create(member=member, role=first, since=now)
        supervision = Supervision.objects.first() or Supervision.objects.create(
            supervisor_id=owner.member_id, supervisee=visitor, since=now
        )
        request = AdminRequest.objects.create(
            first_name="Ines",
            last_name="Roth",
            email=f"ines@{practice.slug}.example",
            requested_by_id=owner.member_id,
            requested_at=now,
        )
        AdminRequestRole.objects.create(request=request, role=first)
    code = registration_codes.issue(KIND, visitor.id, practice.practice_id, sent_to=visitor.email)
    invitation_id = invite_member(
        owner.actor,
        InviteMember(full_name="Pia Lund", email=f"pia@{practice.slug}.example", role_ids=(first.id,)),
    )
    with entered(practice.practice_id):
        nonce = Invitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    return {
        "harmless_role": first.id,
        "other_harmless_role": second.id,
        "harmless_member": visitor.id,
        "harmless_email": visitor.email,
        "registration_code": code.code,
        "admin_request": request.id,
        "paused_member": paused.id,
        "supervision_id": supervision.id,
        "invitation_id": invitation_id,
        "invitation_link": link_token(practice.practice_id, invitation_id, nonce),
        **_credentials(owner, visitor.id),
        **_intake(practice, owner),
    }


def _intake(practice: CastPractice, owner: Person) -> dict[str, object]:
    """An open sign-up page, and somebody who asked by it."""
    page = ChangeSignUpPage(
        version=0,
        is_open=True,
        welcome="",
        consent="I agree.",
        asks_phone=True,
        asks_about=True,
        asks_therapist=False,
    )
    change_sign_up_page(owner.actor, page)
    ask_to_join(
        guest_at(practice.slug),
        AskToJoin(
            first_name="Rosa",
            last_name="Winter",
            email=f"rosa@{practice.slug}.example",
            birth_date="1988-02-29",
            sex_at_birth="female",
            agreed=True,
        ),
    )
    invitee = ClientInvitee(email=f"ivo@{practice.slug}.example", full_name="Ivo Marek")
    (invitation_id,) = invite_clients(owner.actor, InviteClients(people=(invitee,)))
    with entered(practice.practice_id, writing=True):
        nonce = ClientInvitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
        clients = list(Client.objects.order_by("created_at", "id"))
        alike = DuplicateNotice.objects.create(
            client=clients[0], other=clients[-1], shares="Same name", noticed_at=clock.now()
        )
        request_id = SignUpRequest.objects.get().id
        tag_id = Tag.objects.create(name="Rarely", key="rarely").id
    return {
        "request_id": request_id,
        "sign_up_slug": practice.slug,
        "notice_id": alike.id,
        "tag_id": tag_id,
        "client_invitation": invitation_id,
        "client_link": client_link_token(practice.practice_id, invitation_id, nonce),
    }


def _credentials(owner: Person, member_id: UUID) -> dict[str, object]:
    """A licence that has expired, and an exception for it."""
    yesterday, soon = (clock.today() + timedelta(days=days) for days in (-2, 5))
    data = AddCredential(
        member_id=member_id,
        category="licence",
        title="LCSW",
        region="CA",
        number="S-1",
        expires_on=yesterday.isoformat(),
    )
    allowed = AllowNewClients(member_id=member_id, reason="Waiting for the board.", last_day=soon.isoformat())
    return {
        "credential_id": add_credential(owner.actor, data),
        "exception_id": allow_new_clients(owner.actor, allowed),
    }


def _clients(
    practice: CastPractice, owner: Person, therapist: Person, client: CastClient, cover: Person
) -> dict[str, object]:
    """A client, their therapist, what ties the two, a cover that begins later and a session that is to come."""
    with entered(practice.practice_id):
        assignment_id = Assignment.objects.values_list("id", flat=True).get(
            client_id=client.id, until__isnull=True
        )
    (cover_id,) = arrange_cover(
        owner.actor,
        ArrangeCover(
            member_id=therapist.member_id,
            covered_by=cover.member_id,
            since=clock.now() + timedelta(days=20),
            until=clock.now() + timedelta(days=30),
            client_ids=(client.id,),
        ),
    )
    return {
        "client_id": client.id,
        "member_id": therapist.member_id,
        "therapist": therapist.member_id,
        "assignment_id": assignment_id,
        "cover_id": cover_id,
        "session_id": _session(practice, client.id, therapist.member_id),
        "soon": f"{clock.now() + timedelta(days=30):%Y-%m-%dT%H:%M}",
    }


def _leaving(practice: CastPractice, owner: Person) -> dict[str, object]:
    """A client whose deletion is planned, since they had a session; one under a legal hold; one to delete at once.

    And two who are one person, and two who were.
    """
    ids: list[UUID] = []
    for first in ("Vera", "Wolf", "Xenia", "Yara", "Yara", "Zora", "Zora"):
        typed = replace(TIED, first_name=first, email=f"{first.lower()}@mail.example")
        ids += create_clients(owner.actor, CreateClients(people=(typed,), accept_duplicates=True))
    planned, held, free, *twins, one, other = ids
    _session(practice, planned, owner.member_id, starts_at=clock.now() - timedelta(days=9))
    chosen = select_clients(owner.actor, SelectClients(act=Act.ARCHIVE, client_ids=(planned, free)))
    archive_clients(owner.actor, ArchiveClients(change_id=chosen))
    done, waiting = (
        select_clients(owner.actor, SelectClients(act=Act.DELETE, client_ids=(client_id,)))
        for client_id in (planned, free)
    )
    delete_clients(owner.actor, DeleteClients(change_id=done, reason="They asked for it"))
    hold_record(owner.actor, HoldRecord(client_id=held, reason="Court order"))
    together = MergeClients(kept_id=one, gone_id=other, kept_version=1, gone_version=1)
    return {
        "planned_client": planned,
        "held_client": held,
        "twin": twins[0],
        "other_twin": twins[1],
        "merged_client": other,
        "merge_id": merge_clients(owner.actor, together),
        "waiting_deletion": waiting,
        "done_deletion": done,
    }


def _session(practice: CastPractice, client_id: UUID, member_id: UUID, **more: Any) -> UUID:
    """A session, tomorrow unless something else is said."""
    now = clock.now()
    with entered(practice.practice_id, writing=True):
        session = Session.objects.create(
            **{
                "client_id": client_id,
                "member_id": member_id,
                "starts_at": now + timedelta(days=1),
                "minutes": 50,
                "status": "scheduled",
                "service_code": "90834",
                "created_at": now,
                **more,
            }
        )
    return session.id


def _changes(owner: Person, client: CastClient) -> dict[str, object]:
    """A client who was tagged in a bulk act, one that waits to be carried out, and one at work."""
    done = select_clients(owner.actor, SelectClients(act=Act.ADD_TAGS, client_ids=(client.id,)))
    add_tags(owner.actor, AddTags(change_id=done, tags=("Bulk",)))
    waiting = select_clients(owner.actor, SelectClients(act=Act.ARCHIVE, client_ids=(client.id,)))
    running = select_clients(owner.actor, SelectClients(act=Act.ARCHIVE, client_ids=(client.id,)))
    with entered(owner.practice_id, writing=True):
        ChangeSet.objects.filter(pk=running).update(state="running")
    return {"done_change": done, "prepared_change": waiting, "running_change": running}


def _registration(
    stage: Stage, practice: CastPractice, owner: Person, client: CastClient, registered: CastClient
) -> dict[str, object]:
    """A client with a code and with a guardian who has yet to register; and one who did, and wants a correction."""
    chosen = SelectClients(act=Act.SEND_CODES, client_ids=(client.id,))
    guardian_id = add_guardian(
        owner.actor,
        AddGuardian(
            client_id=client.id,
            full_name="Gerd Okafor",
            email=f"gerd@{practice.slug}.example",
            relationship="parent",
        ),
    )
    code = registration_codes.issue(CLIENT_KIND, client.id, practice.practice_id, sent_to=client.email)
    login = Login.objects.create(
        email=f"{registered.first_name.lower()}.own@mail.example",
        full_name=registered.name,
        password=make_password(PASSWORD),
        password_stands_alone=True,
    )
    EmailAddress.objects.create(user=login, email=login.email, verified=True, primary=True)
    with entered(practice.practice_id, writing=True):
        born = Client.objects.values_list("birth_date", flat=True).get(pk=registered.id)
    own_code = registration_codes.issue(CLIENT_KIND, registered.id, practice.practice_id)
    proof = ClientProof(code=own_code.code, birth_date=str(born))
    guest = guest_with_client_code(proof, whence="192.0.2.9", login_id=login.id)
    register_client_with_login(guest, RegisterClientWithLogin(proof=proof))
    acting = actor_for_client(login.id, registered.id)
    wish = ask_for_correction(
        acting, AskForCorrection(first_name="Umay", last_name=registered.last_name, birth_date=str(born))
    )
    if stage.acting_login is None:
        stage.acting_login = login.id
    with entered(practice.practice_id):
        version = Client.objects.values_list("version", flat=True).get(pk=registered.id)
    return {
        "codes_change": select_clients(owner.actor, chosen),
        "guardian_acting": guardian_id,
        "client_code": code.code,
        "own_client": registered.id,
        "own_version": version,
        "own_wish": wish,
        "wish": wish,
    }


def _own_invitation(cast: Cast) -> dict[str, object]:
    """An invitation to Nora, who has a login."""
    invitation_id = invite_member(
        cast.olu.actor,
        InviteMember(
            full_name="Nora Weiss", email=cast.nora.email, role_ids=(cast.alder.roles["associate"],)
        ),
    )
    return {"practice_id": cast.alder.practice_id, "own_invitation_id": invitation_id}


def _imports(owner: Person) -> dict[str, object]:
    """A file with a row to fix that was imported, and a workbook that is checked, matched as that file was."""
    done = _upload(owner, PEOPLE + "Ida,Falk,nowhere,1980-01-31,female\n", "Sex at birth=")
    run_pending()
    start_import(owner.actor, StartImport(import_id=done, leave_out_bad=True))
    run_pending()
    rows = PEOPLE.replace("Ida", "Ulla").replace("ida", "ulla").splitlines()
    sheet = [line.split(",") for line in rows]
    checked = _upload(owner, workbook(*sheet, more={"More people": sheet}))
    run_pending()
    return {"done_import": done, "checked_import": checked}


def _upload(owner: Person, content: str | bytes, *matches: str) -> UUID:
    plain = content if isinstance(content, bytes) else content.encode()
    return upload_file(owner.actor, UploadFile(file_name="people.csv", content=plain, matches=matches))


def passkey_credential() -> dict[str, Any]:
    """What a browser sends when it has made a passkey; a real key, whose private half is thrown away."""
    public = ES256.from_cryptography_key(  # type: ignore[no-untyped-call]
        ec.generate_private_key(ec.SECP256R1()).public_key()
    )
    key_id = secrets.digest(secrets.new_secret()).encode()
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    key = AttestedCredentialData.create(Aaguid(bytes(16)), key_id, public)
    data = AuthenticatorData.create(hashlib.sha256(b"localhost").digest(), flags, 0, key)
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "https://localhost")
    return {
        "id": websafe_encode(key_id),
        "rawId": websafe_encode(key_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
