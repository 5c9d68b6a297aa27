"""Clients who register, and who act for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import (
    SelectClients,
    select_clients,
)
from kinfold.domain.clients.commands.guardians import AddGuardian, add_guardian
from kinfold.domain.clients.commands.registering import RegisterClientWithLogin, register_client_with_login
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.registration import KIND as CLIENT_KIND
from kinfold.domain.clients.registration import ClientProof, guest_with_client_code
from kinfold.domain.identity import registration_codes
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.own.commands.changing import AskForCorrection, ask_for_correction
from kinfold.domain.own.doorway import actor_for_client
from tests.personas import PASSWORD, CastClient, CastPractice, Person

if TYPE_CHECKING:
    from tests.architecture.stage import Stage


def registration_things(
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
