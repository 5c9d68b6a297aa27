"""Registration codes of clients and guardians: showing and using them (SPEC U42, U43, 8.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients import emails
from kinfold.domain.clients.bulk.acts import Act, Choice
from kinfold.domain.clients.bulk.carrying import sorted_out
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.commands.bulk import change_of
from kinfold.domain.clients.errors import NothingFits
from kinfold.domain.clients.holding import hold_client
from kinfold.domain.clients.models import (
    Client,
    ClientProfile,
    Registration,
)
from kinfold.domain.clients.registration import (
    Claim,
    ClientProof,
    act_from_now_on,
    claim_with,
    hand_out,
    proves_address,
)
from kinfold.domain.identity import initial_passwords, passwords, registration_codes
from kinfold.domain.identity.commands import create_login
from kinfold.domain.identity.emails import send_verification
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.identity.passkeys import NewPasskey
from kinfold.domain.identity.queries import find_login, open_login
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.team.granting import hold_team

says(
    client_code__viewed="looked at a client's registration code",
    client__registration_stopped="wanted to register as a client with an address that has a login",
)

MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewClientCodes:
    """The clients who were chosen for registration codes, for each of whom a fresh one is shown."""

    change_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownClientCode:
    """A client's code, to be handed to them. It is shown once: looking again makes another.

    `address` is where a letter goes, line by line; () where the practice does not know.
    """

    client_id: UUID
    first_name: str
    last_name: str
    address: tuple[str, ...]
    code: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterClient:
    """What shows that the record is theirs, and the password of the new login, or a passkey instead.

    `email` is the login's address where the practice has none; otherwise it is the one that the practice has.
    """

    proof: ClientProof
    password: str
    email: str = ""
    passkey: NewPasskey | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterClientWithLogin:
    """What shows that the record is theirs; the login is the one they are signed in with."""

    proof: ClientProof


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisteredClient:
    """Whose page it is, and the login that may be signed in at once; None while its address is not proved."""

    client_id: UUID
    login_id: UUID | None


@command(Permission.CLIENTS_REGISTER)
def view_client_codes(actor: Actor, data: ViewClientCodes) -> tuple[ShownClientCode, ...]:
    """A fresh registration code for each of the chosen clients, in name order, to print or hand over (SPEC U43).

    Codes they had before end, and each look is recorded. Who is archived or registered, or has no known date of birth,
    gets none; raises NothingFits when that is everybody, and InvalidInput for more than can be shown at once.
    """
    change = change_of(actor, data.change_id)
    if change.kind != Act.SEND_CODES:
        raise NotFound
    if change.rows > MOST_SHOWN:
        raise InvalidInput.one("client_ids", f"Choose at most {MOST_SHOWN} clients to show codes of.")
    hold_team()
    rows, left = sorted_out(actor, change.id, Act.SEND_CODES, Choice(), locked=True)
    printable = [client_id for client_id, outcome in left.items() if outcome is Outcome.NO_EMAIL]
    wanted = [*(row.client_id for row in rows), *printable]
    clients = list(Client.objects.filter(pk__in=wanted).order_by("sort_key", "id"))
    if not clients:
        raise NothingFits
    issued = hand_out(actor.practice_id, clients, mailed=False)
    Client.objects.filter(pk__in=wanted).update(registration=Registration.SENT)
    trail.record_all(actor, [trail.Event("client_code.viewed", ("client", client.id)) for client in clients])
    addresses = _addresses(wanted)
    return tuple(
        ShownClientCode(
            client_id=client.id,
            first_name=client.first_name,
            last_name=client.last_name,
            address=addresses.get(client.id, ()),
            code=code.code,
            expires_at=code.expires_at,
        )
        for client, code in zip(clients, issued, strict=True)
    )


@command(None)
def register_client(actor: Actor, data: RegisterClient) -> RegisteredClient:
    """Make the login of a client, or of a guardian, with a new password or passkey. The code is used up.

    A code that came by mail proves the address; for one that was handed over, a mail to the address has to be followed
    first. Where the practice has no address and the typed one has a login already, the answer is the same, the code
    stays as it is, and the mail says what to do: nobody learns here who has a login. A passkey is taken only where the
    address is proved: the recovery codes that go with it are shown to whoever is signed in at once.
    """
    code, claim = _held_claim(actor, data.proof)
    if claim.guardian is None and initial_passwords.is_the_first(claim.client.id, data.password):
        raise InvalidInput.one(
            "password", "Choose another password than the first one your practice gave you."
        )
    proved = proves_address(code, claim)
    if data.passkey is not None and not proved:
        raise InvalidInput.one(
            "password", "Choose a password now. You can add a passkey once you are signed in."
        )
    address = claim.email or _typed(data.email)
    known = None if claim.email else find_login(address)
    if known is not None:
        about = (address, claim.name, actor.practice_name)
        if wrong := passwords.problems(data.password, about=about, has_second_factor=False):
            raise InvalidInput([Problem("password", sentence) for sentence in wrong])
        emails.tell_known(actor.practice_id, known)
        trail.record(actor, "client.registration_stopped", subject=("client", claim.client.id))
        return RegisteredClient(client_id=claim.client.id, login_id=None)
    registration_codes.use(code.id)
    password = None if data.passkey else data.password
    login_id = create_login(
        address,
        claim.name,
        password,
        verified=proved,
        about=(actor.practice_name,),
        passkey=data.passkey,
    )
    if not proved:
        send_verification(login_id, address)
    act_from_now_on(actor, claim, login_id)
    return RegisteredClient(client_id=claim.client.id, login_id=login_id if proved else None)


@command(None)
def register_client_with_login(actor: Actor, data: RegisterClientWithLogin) -> UUID:
    """Come to a client's own page with the login one is signed in with, whose address is proved.

    One login may act for several clients, be a client of several practices and work for one (SPEC 1). Raises
    IsClientAlready when it is another client of this practice, and ActsAlready when it acts for this one.
    """
    code, claim = _held_claim(actor, data.proof)
    login = open_login(actor.login_id) if actor.login_id else None
    if login is None or not login.is_verified:
        raise CodeRefused
    registration_codes.use(code.id)
    act_from_now_on(actor, claim, login.id)
    return claim.client.id


def _held_claim(actor: Actor, proof: ClientProof) -> tuple[registration_codes.Recognised, Claim]:
    """What a proof stands for once whoever decides about the client right now is done, for instance archives them."""
    _, claim = claim_with(actor, proof)
    hold_client(claim.client.id)
    return claim_with(actor, proof)


def _addresses(client_ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = ClientProfile.objects.filter(client_id__in=client_ids)
    return {
        client_id: (*street.splitlines(), line) if (line := f"{city} {region} {code}".strip()) else ()
        for client_id, street, city, region, code in rows.values_list(
            "client_id", "street", "city", "region", "postal_code"
        )
    }


def _typed(email: str) -> str:
    try:
        return canonical_email(email)
    except NotAnEmailAddress as error:
        raise InvalidInput.one("email", error.message) from error
