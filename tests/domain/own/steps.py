"""What the tests of clients' logins do again and again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import SendClientCodes, send_client_codes
from kinfold.domain.clients.commands.guardians import AddGuardian, add_guardian
from kinfold.domain.clients.commands.registering import (
    RegisterClient,
    RegisterClientWithLogin,
    RegisteredClient,
    ViewClientCodes,
    register_client,
    register_client_with_login,
    view_client_codes,
)
from kinfold.domain.clients.models import Client, ClientLogin
from kinfold.domain.clients.registration import ClientProof, guest_with_client_code
from kinfold.domain.identity import registration_codes
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.own.doorway import actor_for_client
from tests.domain.clients.bulk.steps import choose
from tests.personas import PASSWORD, Cast, CastClient, Person

HERE = "192.0.2.1"
BORN = {
    "anna": "1990-04-12",
    "ben": "1984-11-03",
    "dora": "2001-07-30",
    "uma": "1969-01-22",
    "finn": "1995-09-09",
}


def born(client: CastClient) -> str:
    """A client's date of birth, as it is typed."""
    return BORN[client.first_name.lower()]


def send(who: Person, *clients: CastClient) -> UUID:
    """Send these clients registration codes."""
    change_id = choose(who, Act.SEND_CODES, *(client.id for client in clients))
    return send_client_codes(who.actor, SendClientCodes(change_id=change_id))


def view(who: Person, *clients: CastClient) -> list[str]:
    """The codes as they are shown, in name order."""
    change_id = choose(who, Act.SEND_CODES, *(client.id for client in clients))
    return [shown.code for shown in view_client_codes(who.actor, ViewClientCodes(change_id=change_id))]


def mailed_code(kind: str = "clients.registration") -> str:
    """The code in the newest mail of a kind."""
    mail = OutgoingMail.objects.filter(kind=kind).order_by("-created_at", "-id").first()
    assert mail is not None
    found = registration_codes.issued(mail.subject_id)
    assert found is not None
    return found[0].code


def register(code: str, birth_date: str, password: str = PASSWORD, email: str = "") -> RegisteredClient:
    """Make a login with a code."""
    proof = ClientProof(code=code, birth_date=birth_date)
    guest = guest_with_client_code(proof, whence=HERE)
    return register_client(guest, RegisterClient(proof=proof, password=password, email=email))


def attach(login_id: UUID, code: str, birth_date: str) -> UUID:
    """Use a code with a login that is there."""
    proof = ClientProof(code=code, birth_date=birth_date)
    guest = guest_with_client_code(proof, whence=HERE, login_id=login_id)
    return register_client_with_login(guest, RegisterClientWithLogin(proof=proof))


def registered(cast: Cast, client: CastClient) -> Actor:
    """A client who has registered by mail, on their own page."""
    send(cast.olu if client != cast.finn else cast.fran, client)
    done = register(mailed_code(), born(client))
    assert done.login_id is not None
    return actor_for_client(done.login_id, client.id)


def new_login(email: str, name: str = "Gerd Okafor") -> UUID:
    """Somebody with a login whose address is proved."""
    login = Login.objects.create(email=email, full_name=name, password=make_password(PASSWORD))
    EmailAddress.objects.create(user=login, email=email, verified=True, primary=True)
    return login.id


def guardian(cast: Cast, client: CastClient, **typed: Any) -> UUID:
    """Gerd shall act for a client; the id of what makes him."""
    data = AddGuardian(
        **{
            "client_id": client.id,
            "full_name": "Gerd Okafor",
            "email": "gerd@mail.example",
            "relationship": "parent",
            **typed,
        }
    )
    return add_guardian(cast.ada.actor, data)


def state(cast: Cast, client: CastClient) -> str:
    """A client's registration, as it is stored."""
    with entered(client.practice_id):
        return Client.objects.values_list("registration", flat=True).get(pk=client.id)


def kept(client: CastClient) -> list[tuple[str, bool, bool]]:
    """Who acts or acted for a client: as what, whether with a login, whether it has ended."""
    with entered(client.practice_id):
        rows = ClientLogin.objects.filter(client_id=client.id).order_by("since", "id")
        return [(row.relationship, row.login_id is not None, row.until is not None) for row in rows]


def forget_birth_date(client: CastClient) -> None:
    """As a client from a file that did not say it."""
    with entered(client.practice_id, writing=True):
        Client.objects.filter(pk=client.id).update(birth_date=None)
