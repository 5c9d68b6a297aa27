"""A practice's sign-up page, and who came by it."""

from __future__ import annotations

from kinfold.domain.clients.models import Client, DuplicateNotice, Tag
from kinfold.domain.intake.commands.asking import AskToJoin, ask_to_join
from kinfold.domain.intake.commands.inviting import ClientInvitee, InviteClients, invite_clients
from kinfold.domain.intake.commands.page import ChangeSignUpPage, change_sign_up_page
from kinfold.domain.intake.doorway import guest_at
from kinfold.domain.intake.links import link_token as client_link_token
from kinfold.domain.intake.models import ClientInvitation, SignUpRequest
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests.personas import CastPractice, Person


def intake_things(practice: CastPractice, owner: Person) -> dict[str, object]:
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
