"""Inviting clients by e-mail: the record exists only once the invited person has said who they are."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress

from kinfold.domain.clients.models import Client
from kinfold.domain.clients.queries.duplicates import ListDuplicates, list_duplicates
from kinfold.domain.identity.errors import LoginExists
from kinfold.domain.identity.models import Login
from kinfold.domain.intake.commands.completing import (
    CompletedInvitation,
    CompleteInvitation,
    complete_invitation,
)
from kinfold.domain.intake.commands.inviting import (
    ClientInvitee,
    DeleteClientInvitations,
    InviteClients,
    ResendClientInvitations,
    delete_client_invitations,
    invite_clients,
    resend_client_invitations,
)
from kinfold.domain.intake.emails import invitation_mail
from kinfold.domain.intake.errors import InvitationNotPending, KnownAddresses
from kinfold.domain.intake.links import guest_with_client_link, link_token
from kinfold.domain.intake.models import ClientInvitation, SignUpRequest
from kinfold.domain.intake.queries import invitations
from kinfold.domain.intake.queries.invitations import (
    ListClientInvitations,
    OpenClientLink,
    PreviewClientInvitation,
    list_client_invitations,
    open_client_link,
    preview_client_invitation,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.own.doorway import own_pages
from kinfold.domain.team.errors import LinkExpired, LinkOutdated, LinkRevoked, LinkUnknown, LinkUsed
from kinfold.domain.team.models import Member
from tests.at_once import at_once, kinds
from tests.domain.clients.steps import card, listed, names
from tests.personas import PASSWORD, Cast, Person

ADDRESS = "ivo@mail.example"


def invite(who: Person, *emails: str, **more: Any) -> tuple[UUID, ...]:
    people = tuple(ClientInvitee(email=email) for email in emails or (ADDRESS,))
    return invite_clients(who.actor, InviteClients(people=people, **more))


def link(cast: Cast, invitation_id: UUID) -> str:
    with entered(cast.alder.practice_id):
        nonce = ClientInvitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    return link_token(cast.alder.practice_id, invitation_id, nonce)


def complete(token: str, login_id: UUID | None = None, **said: Any) -> CompletedInvitation:
    guest, secret = guest_with_client_link(token, login_id)
    person: dict[str, Any] = {
        "first_name": "Ivo",
        "last_name": "Marek",
        "birth_date": "1990-02-28",
        "sex_at_birth": "male",
    }
    return complete_invitation(
        guest, CompleteInvitation(secret=secret, **{**person, "password": PASSWORD, **said})
    )


@pytest.mark.requirement("U55")
@pytest.mark.requirement("U56")
def test_the_client_exists_only_once_they_have_finished_and_is_active_then(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada, therapist_id=cast.lin.member_id, tags=("Sleep",))
    assert "Ivo Marek" not in names(listed(cast.ada))
    done = complete(link(cast, invitation_id))
    assert done.client_id is not None
    assert done.login_id is not None
    assert "Ivo Marek" in names(listed(cast.ada))
    shown = card(cast.lin, done.client_id)
    assert shown.profile is not None
    assert (shown.therapist, shown.profile.tags, shown.profile.email) == ("Lin Zhao", ("Sleep",), ADDRESS)
    assert [page.client_id for page in own_pages(done.login_id)] == [done.client_id]
    assert EmailAddress.objects.get(user_id=done.login_id).verified
    (row,) = list_client_invitations(cast.ada.actor, ListClientInvitations())
    assert (row.state, row.client_id) == ("accepted", done.client_id)


@pytest.mark.requirement("U52")
@pytest.mark.requirement("U54")
def test_several_are_invited_in_one_act_all_or_none(cast: Cast) -> None:
    assert len(invite(cast.ada, "one@mail.example", "two@mail.example")) == 2
    assert OutgoingMail.objects.filter(kind="intake.invitation").count() == 2
    with pytest.raises(InvalidInput) as refused:
        invite(cast.ada, "three@mail.example", "nowhere", "three@mail.example", "one@mail.example")
    assert [problem.row for problem in refused.value.problems] == [1, 2, 3]
    assert OutgoingMail.objects.filter(kind="intake.invitation").count() == 2
    with pytest.raises(NotAllowed):
        invite(cast.lin)


@pytest.mark.requirement("U53")
def test_the_message_stands_in_the_mail_whose_subject_names_nobody(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada, message="See you soon.\nAda")
    with entered(cast.alder.practice_id):
        mail = invitation_mail(cast.alder.practice_id, invitation_id)
    assert mail is not None
    assert "See you soon.\nAda" in mail.text
    assert "/invited/" in mail.text
    assert "Alder" not in mail.subject
    preview = preview_client_invitation(cast.ada.actor, PreviewClientInvitation(message="See you."))
    assert "See you." in preview.text
    assert preview.subject == mail.subject
    with pytest.raises(InvalidInput):
        invite(cast.ada, message="Look at https://elsewhere.example/page")


def test_opening_the_link_changes_nothing_and_it_works_once_for_seven_days(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada)
    token = link(cast, invitation_id)
    guest, secret = guest_with_client_link(token)
    for _ in range(3):
        assert open_client_link(guest, OpenClientLink(secret=secret)).email == ADDRESS
    with pytest.raises(InvalidInput):
        complete(token, birth_date="", first_name="")
    with clock.frozen_at(clock.now() + timedelta(days=8)), pytest.raises(LinkExpired):
        complete(token)
    complete(token)
    with pytest.raises(LinkUsed):
        complete(token)
    with pytest.raises(LinkUnknown):
        guest_with_client_link("nothing")


def test_a_resent_invitation_ends_the_old_link_and_a_deleted_one_ends_all(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada)
    old = link(cast, invitation_id)
    resend_client_invitations(cast.ada.actor, ResendClientInvitations(invitation_ids=(invitation_id,)))
    with pytest.raises(LinkUnknown):
        complete(old)
    delete_client_invitations(cast.ada.actor, DeleteClientInvitations(invitation_ids=(invitation_id,)))
    with pytest.raises(LinkRevoked):
        complete(link(cast, invitation_id))
    with pytest.raises(InvitationNotPending):
        resend_client_invitations(cast.ada.actor, ResendClientInvitations(invitation_ids=(invitation_id,)))
    with pytest.raises(NotFound):
        delete_client_invitations(cast.fran.actor, DeleteClientInvitations(invitation_ids=(invitation_id,)))


def test_all_who_are_still_invited_are_listed_however_many_have_finished(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_ANSWERED", 1)
    waiting = invite(cast.ada, "first@mail.example", "second@mail.example", "third@mail.example")
    for address, last_name in (("ivo@mail.example", "Marek"), ("ida@mail.example", "Novotny")):
        (invitation_id,) = invite(cast.ada, address)
        complete(link(cast, invitation_id), last_name=last_name)
    rows = list_client_invitations(cast.ada.actor, ListClientInvitations())
    assert {row.id for row in rows if row.state == "pending"} == set(waiting)
    assert [row.state for row in rows if row.answered_at is not None] == ["accepted"]


def test_an_invitation_is_worth_as_much_as_whoever_invited(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada)
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.ada.member_id).update(status="archived")
    with pytest.raises(LinkOutdated):
        complete(link(cast, invitation_id))
    (row,) = list_client_invitations(cast.olu.actor, ListClientInvitations())
    assert row.state == "outdated"
    resend_client_invitations(cast.olu.actor, ResendClientInvitations(invitation_ids=(invitation_id,)))
    assert complete(link(cast, invitation_id)).client_id is not None


def test_whose_address_a_client_has_is_said_to_those_who_see_that_client(cast: Cast) -> None:
    with pytest.raises(KnownAddresses) as refused:
        invite(cast.ada, cast.ben.email)
    assert refused.value.known == ((0, cast.ben.id, "Ben Okafor"),)
    assert len(invite(cast.ada, cast.ben.email, accept_known=True)) == 1
    assert len(invite(cast.fran, cast.ben.email)) == 1


def test_who_seems_to_be_a_client_already_makes_no_second_record_and_the_practice_is_asked(
    cast: Cast,
) -> None:
    (invitation_id,) = invite(cast.ada, cast.ben.email, accept_known=True)
    done = complete(link(cast, invitation_id), first_name="Ben", last_name="Okafor", birth_date="1984-11-03")
    assert (done.client_id, done.login_id) == (None, None)
    assert not Login.objects.filter(email=cast.ben.email).exists()
    with entered(cast.alder.practice_id):
        assert Client.objects.filter(email=cast.ben.email).count() == 1
        assert SignUpRequest.objects.get().email == cast.ben.email
    (row,) = list_client_invitations(cast.ada.actor, ListClientInvitations())
    assert row.state == "sent_on"


def test_an_inviter_who_may_not_see_all_learns_nothing_of_a_client_they_cannot_see(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.theo.member_id).update(overrides={"clients:create": True})
        Client.objects.filter(pk=cast.dora.id).update(email="")
    ends = []
    for said in (
        {"first_name": "Dora", "last_name": "Lindqvist", "birth_date": "2001-07-30"},
        {"first_name": "Nobody", "last_name": "Here", "birth_date": "2001-07-30"},
    ):
        (invitation_id,) = invite(cast.theo, f"{said['first_name']}@mail.example")
        assert complete(link(cast, invitation_id), None, **said).client_id is not None
        rows = list_client_invitations(cast.theo.actor, ListClientInvitations())
        ends.append(next(row.state for row in rows if row.id == invitation_id))
    assert ends == ["accepted", "accepted"]
    (pair,) = list_duplicates(cast.ada.actor, ListDuplicates())
    assert pair.other_id == cast.dora.id
    # An inviter who sees all of them hears that the practice was asked, as before.
    (invitation_id,) = invite(cast.ada, "again@mail.example")
    done = complete(
        link(cast, invitation_id), first_name="Dora", last_name="Lindqvist", birth_date="2001-07-30"
    )
    assert done.client_id is None


def test_whoever_has_a_login_goes_on_with_it(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada, cast.nora.email)
    with pytest.raises(LoginExists):
        complete(link(cast, invitation_id))
    done = complete(link(cast, invitation_id), cast.nora.login_id, password="")
    assert done.login_id == cast.nora.login_id


@pytest.mark.django_db(transaction=True)
def test_of_two_who_finish_at_once_one_becomes_a_client(cast: Cast) -> None:
    (invitation_id,) = invite(cast.ada)
    token = link(cast, invitation_id)
    outcomes = at_once([partial(complete, token) for _ in range(2)])
    assert kinds(outcomes) == {LinkUsed: 1}
    with entered(cast.alder.practice_id):
        assert Client.objects.filter(email=ADDRESS).count() == 1
