"""Completing an invitation: the record comes to be, and the client signs in to their own page (SPEC U55, U56, 8.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from kinfold.domain.access.actors import Actor, system_actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.profile import Typed, check
from kinfold.domain.clients.registration import Claim, act_from_now_on
from kinfold.domain.credentials.gate import refuse_unless_takes_clients
from kinfold.domain.identity import passwords
from kinfold.domain.identity.commands import create_login
from kinfold.domain.identity.passkeys import NewPasskey
from kinfold.domain.identity.queries import open_login
from kinfold.domain.intake.emails import tell_team
from kinfold.domain.intake.links import pending_by_secret
from kinfold.domain.intake.models import ClientInvitation, InvitationState, SignUpRequest
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.actors import permissions_now
from kinfold.domain.team.errors import LinkUsed

says(
    client_invitation__completed="completed an invitation to become a client",
    client_invitation__forwarded="completed an invitation, and may be a client already",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CompleteInvitation:
    """A link's secret, what the invited person says of themselves, and the password of their new login or a passkey.

    Whoever is signed in goes on with that login, and needs no password.
    """

    secret: str
    first_name: str
    last_name: str
    birth_date: str
    sex_at_birth: str
    phone: str = ""
    password: str = ""
    passkey: NewPasskey | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletedInvitation:
    """The new client and the login that may be signed in; both None when the practice has to look at it first."""

    client_id: UUID | None
    login_id: UUID | None


@command(None)
def complete_invitation(actor: Actor, data: CompleteInvitation) -> CompletedInvitation:
    """Become a client, active at once, with the therapist and the tags that the inviter chose.

    Who seems to be a client already makes no second record: what they said goes to those who answer requests (SPEC
    8.4), and they learn no more than that. An inviter who may not see every client sees what becomes of the
    invitation, so theirs ends alike whether or not there is such a client, and those who see both are told. Raises
    one of the LinkRefused family, and InvalidInput.
    """
    invitation = pending_by_secret(data.secret)
    kinfold = _kinfold(actor, invitation)
    person = Typed(
        first_name=data.first_name,
        last_name=data.last_name,
        email=invitation.email,
        birth_date=data.birth_date,
        sex_at_birth=data.sex_at_birth,
        phone=data.phone,
        tags=tuple(invitation.tags),
    )
    wanted = CreateClients(people=(person,), therapist_id=_therapist(invitation))
    try:
        (client_id,) = create_clients(kinfold, wanted)
    except LikelyDuplicates:
        return _send_on(actor, kinfold, invitation, person)
    except InvalidInput as refused:
        raise InvalidInput([*refused.problems, *_wrong_password(actor, data, invitation.email)]) from refused
    _answer(invitation, InvitationState.ACCEPTED, client_id=client_id)
    client = Client.objects.get(pk=client_id)
    login = open_login(actor.login_id) if actor.login_id else None
    if login is not None and login.is_verified:
        login_id = login.id
    else:
        name = f"{client.first_name} {client.last_name}"
        # The link came by mail, so it proves the address.
        login_id = create_login(
            invitation.email,
            name,
            None if data.passkey else data.password,
            verified=True,
            about=(actor.practice_name,),
            passkey=data.passkey,
        )
    act_from_now_on(actor, Claim(client=client, guardian=None), login_id)
    trail.record(actor, "client_invitation.completed", subject=("client_invitation", invitation.id))
    return CompletedInvitation(client_id=client_id, login_id=login_id)


def _wrong_password(actor: Actor, data: CompleteInvitation, email: str) -> list[Problem]:
    """What a new login would refuse, said with the rest."""
    if actor.login_id or data.passkey is not None:
        return []
    about = (email, f"{data.first_name} {data.last_name}", actor.practice_name)
    return [Problem("password", sentence) for sentence in passwords.problems(data.password, about=about)]


def _kinfold(actor: Actor, invitation: ClientInvitation) -> Actor:
    """Who writes the record down: nobody on the team does, and the invited person may not.

    It looks for duplicates among all clients only where the inviter might do so too.
    """
    time_zone, country = Practice.objects.values_list("time_zone", "country").get(pk=actor.practice_id)
    rights = {Permission.CLIENTS_CREATE, Permission.CLIENTS_ASSIGN}
    inviter = invitation.invited_by_id
    rights |= permissions_now([inviter]).get(inviter, frozenset()) & {Permission.CLIENTS_SEE_ALL}
    kinfold = system_actor(actor.practice_id, "Invitation", *rights, practice_name=actor.practice_name)
    return replace(kinfold, time_zone=time_zone, country=country)


def _therapist(invitation: ClientInvitation) -> UUID | None:
    """Whom the inviter chose, if they take clients now; otherwise the client waits for one."""
    member_id: UUID | None = invitation.therapist_id
    if member_id is None:
        return None
    try:
        refuse_unless_takes_clients(member_id, clock.now(), "therapist_id")
    except InvalidInput:
        return None
    return member_id


def _send_on(
    actor: Actor, kinfold: Actor, invitation: ClientInvitation, person: Typed
) -> CompletedInvitation:
    """What the person said waits as a request, beside those from the sign-up page."""
    said = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": invitation.email,
        "birth_date": person.birth_date,
        "sex_at_birth": person.sex_at_birth,
        "phone": person.phone,
    }
    checked, _ = check(
        said, (), emails_optional=False, country=kinfold.country, today=clock.today(actor.time_zone)
    )
    waiting = SignUpRequest.objects.filter(
        state="pending",
        **{field: checked.fields[field] for field in ("first_name", "last_name", "email", "birth_date")},
    )
    if not waiting.exists():
        SignUpRequest.objects.create(
            **checked.fields,
            about="By invitation. A client with these details may exist already.",
            therapist_id=invitation.therapist_id,
            consent="Invited by the practice.",
            asked_at=clock.now(),
        )
    _answer(invitation, InvitationState.SENT_ON)
    tell_team(actor.practice_id)
    trail.record(actor, "client_invitation.forwarded", subject=("client_invitation", invitation.id))
    return CompletedInvitation(client_id=None, login_id=None)


def _answer(invitation: ClientInvitation, state: InvitationState, **values: object) -> None:
    """Take the one answer an invitation has. Of several at once, exactly one gets through (RELIABILITY 1.8)."""
    now = clock.now()
    unanswered = ClientInvitation.objects.filter(
        pk=invitation.pk,
        state=InvitationState.PENDING,
        token_digest=invitation.token_digest,
        expires_at__gt=now,
    )
    if not unanswered.update(state=state, answered_at=now, **values):
        raise LinkUsed
