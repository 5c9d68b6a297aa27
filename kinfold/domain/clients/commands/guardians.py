"""Guardians: who else acts for a client, from when until when, and ending that (SPEC 8.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Greatest

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients import emails
from kinfold.domain.clients.errors import ActsAlready, ActsNoMore, ClientArchived, GuardianNeedsBirthDate
from kinfold.domain.clients.holding import hold_client
from kinfold.domain.clients.models import Client, ClientLogin, ClientStatus, Registration, Relationship
from kinfold.domain.clients.registration import GUARDIAN, KIND, mark_registration
from kinfold.domain.clients.visibility import Level, level_for, visible_to
from kinfold.domain.identity import registration_codes
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.kernel.periods import begins, holds_or_will
from kinfold.domain.kernel.text import clean_name
from kinfold.domain.team.granting import hold_team

says(
    client__guardian_added="let a guardian act for a client",
    guardian_code__sent="sent a guardian a registration code",
    guardian_code__viewed="looked at a guardian's registration code",
    client__login_ended="ended that a login acts for a client",
)

GUARDIANS = frozenset(each.value for each in Relationship if each is not Relationship.SELF)


@dataclass(frozen=True, kw_only=True, slots=True)
class AddGuardian:
    """Who acts for which client, as what, and from when until when; from now on and without an end unless said."""

    client_id: UUID
    full_name: str
    email: str
    relationship: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGuardianCode:
    """Which guardian, by the id of what makes them act for the client; and the client, where one is named with it."""

    acting_id: UUID
    client_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewGuardianCode:
    """Which guardian, by the same, to whom a fresh code is handed."""

    acting_id: UUID
    client_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGuardianCode:
    """A guardian's code, to be handed to them. It is shown once: looking again makes another."""

    acting_id: UUID
    full_name: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EndActing:
    """Who shall not act for a client any more, by the same: a guardian, or the client's own login."""

    acting_id: UUID
    client_id: UUID | None = None


@command(Permission.CLIENTS_REGISTER)
def add_guardian(actor: Actor, data: AddGuardian) -> UUID:
    """Let somebody act for a client, with a login of their own. They are mailed a registration code.

    With it and the client's date of birth they make their login, or use the one they have: one login may act for
    several clients. They may register before the day on which they begin to act.

    Raises InvalidInput naming every wrong field, GuardianNeedsBirthDate, ClientArchived, and ActsAlready when somebody
    with this address acts for the client.
    """
    hold_team()
    client = _client(actor, data.client_id)
    name, email, problems = "", "", []
    try:
        name = clean_name(data.full_name)
    except ValueError as error:
        problems.append(Problem("full_name", str(error)))
    if not name and not problems:
        problems.append(Problem("full_name", "Enter their full name."))
    try:
        email = canonical_email(data.email)
    except NotAnEmailAddress as error:
        problems.append(Problem("email", error.message))
    if data.relationship not in GUARDIANS:
        problems.append(Problem("relationship", "Choose what they are to the client."))
    now = since = clock.now()
    try:
        since = begins(data.since, data.until, now, actor.time_zone)
    except InvalidInput as refused:
        problems.extend(refused.problems)
    if problems:
        raise InvalidInput(problems)
    if client.birth_date is None:
        raise GuardianNeedsBirthDate
    if ClientLogin.objects.filter(holds_or_will(now), client=client, email=email).exists():
        raise ActsAlready("Somebody with this address acts for the client already.")
    row = ClientLogin.objects.create(
        client=client,
        relationship=data.relationship,
        full_name=name,
        email=email,
        since=since,
        until=data.until,
        made_by_id=actor.member_id,
    )
    _send_code(actor, row)
    detail = {"acting": str(row.id), "relationship": data.relationship}
    trail.record(actor, "client.guardian_added", subject=("client", client.id), detail=detail)
    return row.id


@command(Permission.CLIENTS_REGISTER)
def send_guardian_code(actor: Actor, data: SendGuardianCode) -> None:
    """Mail a guardian a fresh code; the one before ends.

    Raises ActsAlready when they have registered, ActsNoMore when they do not act for the client any more, and
    ClientArchived.
    """
    row = _awaited(actor, data.acting_id, data.client_id)
    _send_code(actor, row)
    detail = {"acting": str(row.id)}
    trail.record(actor, "guardian_code.sent", subject=("client", row.client_id), detail=detail)


@command(Permission.CLIENTS_REGISTER)
def view_guardian_code(actor: Actor, data: ViewGuardianCode) -> ShownGuardianCode:
    """Make a fresh code for a guardian to print; the one before ends, and the look is recorded.

    Since it does not come by mail it proves no address: whoever registers with it proves theirs before they sign in.
    Raises what sending one raises.
    """
    row = _awaited(actor, data.acting_id, data.client_id)
    issued = registration_codes.issue(GUARDIAN, row.id, actor.practice_id)
    detail = {"acting": str(row.id)}
    trail.record(actor, "guardian_code.viewed", subject=("client", row.client_id), detail=detail)
    return ShownGuardianCode(
        acting_id=row.id, full_name=row.full_name, code=issued.code, expires_at=issued.expires_at
    )


@command(Permission.CLIENTS_REGISTER)
def end_acting(actor: Actor, data: EndActing) -> None:
    """End that somebody acts for a client, from their next request on; the time until now stays in the history.

    Ending the client's own login lets the client register anew. Raises ActsNoMore for what has ended.
    """
    row = _row(actor, data.acting_id, data.client_id)
    hold_client(row.client_id)
    now = clock.now()
    lasting = ClientLogin.objects.filter(holds_or_will(now), pk=row.id)
    if not lasting.update(until=Greatest(F("since"), Value(now)), ended_by_id=actor.member_id):
        raise ActsNoMore
    registration_codes.end(GUARDIAN, [row.id])
    if row.relationship == Relationship.SELF:
        registration_codes.end(KIND, [row.client_id])
        mark_registration(row.client_id, Registration.NONE)
    detail = {"acting": str(row.id)}
    trail.record(actor, "client.login_ended", subject=("client", row.client_id), detail=detail)


def _client(actor: Actor, client_id: UUID) -> Client:
    """An active client whose face sheet the actor sees: a guardian sees as much."""
    client = visible_to(actor).filter(pk=client_id).first()
    if client is None or level_for(actor, client_id) < Level.FACE_SHEET:
        raise NotFound
    if client.status != ClientStatus.ACTIVE:
        raise ClientArchived
    return client


def _row(actor: Actor, acting_id: UUID, client_id: UUID | None) -> ClientLogin:
    """Somebody who acts for a client whom the actor sees; for this one, where one is named: guardians have several."""
    row = ClientLogin.objects.filter(pk=acting_id, client_id__in=visible_to(actor).values("id")).first()
    if row is None or client_id not in {None, row.client_id}:
        raise NotFound
    return row


def _awaited(actor: Actor, acting_id: UUID, client_id: UUID | None) -> ClientLogin:
    """A guardian who has yet to register, and the client active."""
    held = _row(actor, acting_id, client_id)
    hold_client(held.client_id)  # of whoever registers right now, the code is not replaced
    row = _row(actor, acting_id, client_id)
    _client(actor, row.client_id)
    if row.login_id is not None:
        raise ActsAlready("They have registered already, so they need no code.")
    if not ClientLogin.objects.filter(holds_or_will(clock.now()), pk=row.id).exists():
        raise ActsNoMore
    return row


def _send_code(actor: Actor, row: ClientLogin) -> None:
    issued = registration_codes.issue(GUARDIAN, row.id, actor.practice_id, sent_to=row.email)
    emails.send_guardian_code(actor.practice_id, issued.id)
