"""Accepting or declining an invitation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.access.models import Role
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.identity.errors import LoginExists
from kinfold.domain.identity.models import Login
from kinfold.domain.identity.queries import find_login, open_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.actors import actor_for_login, pack
from kinfold.domain.team.commands.invitations import (
    AcceptWithLogin,
    DeclineInvitation,
    ResendInvitations,
    accept_with_login,
    decline_invitation,
    resend_invitations,
)
from kinfold.domain.team.errors import (
    LinkDeclined,
    LinkExpired,
    LinkOutdated,
    LinkRefused,
    LinkUnknown,
    LinkUsed,
    OnAnotherTeam,
)
from kinfold.domain.team.links import guest_with_link, guest_with_login
from kinfold.domain.team.models import Invitation, InvitationState, Member, MemberRole, MemberStatus, Seat
from kinfold.domain.team.queries.invitations import (
    ListInvitations,
    OpenLink,
    OpenOwnInvitation,
    list_invitations,
    open_link,
    open_own_invitation,
)
from tests.domain.team.steps import NEW_ADDRESS, accept, acts, invite, link_of
from tests.personas import PASSWORD, Cast, Person


def state_of(cast: Cast, invitation_id: UUID) -> str:
    with entered(cast.alder.practice_id):
        return Invitation.objects.values_list("state", flat=True).get(pk=invitation_id)


def join(cast: Cast, person: Person, invitation_id: UUID) -> UUID:
    """Accept with the login somebody is signed in with."""
    return accept_with_login(
        guest_with_login(cast.alder.practice_id, person.login_id),
        AcceptWithLogin(
            invitation_id=invitation_id, first_name=person.first_name, last_name=person.last_name
        ),
    )


def decline(link: str) -> None:
    guest, secret = guest_with_link(link)
    decline_invitation(guest, DeclineInvitation(secret=secret))


def test_the_activity_names_whoever_joined(cast: Cast) -> None:
    accept(link_of(cast.alder.practice_id, invite(cast)))
    said = {(line.who, line.sentence) for line in list_activity(cast.ada.actor, ListActivity()).lines}
    assert ("Imani Brooks", "joined the team") in said
    assert "Someone invited" not in {who for who, _ in said}
    # The first owner comes with the practice: the installation added them, and did not join itself.
    assert ("Kinfold", "added a team member") in said
    assert ("Kinfold", "joined the team") not in said


def leaves(cast: Cast) -> None:
    Member.objects.filter(pk=cast.ada.member_id).update(status=MemberStatus.ARCHIVED)


def invites_no_more(cast: Cast) -> None:
    held = MemberRole.objects.filter(member_id=cast.ada.member_id)
    held.update(role_id=cast.alder.roles["licensed-therapist"])


def role_grows(cast: Cast) -> None:
    Role.objects.filter(key="licensed-therapist").update(starting_point="owner")


@pytest.mark.parametrize("happens", [leaves, invites_no_more, role_grows])
def test_an_invitation_is_worth_what_its_inviter_may_still_give(
    cast: Cast, happens: Callable[[Cast], None]
) -> None:
    invitation_id = invite(cast)
    to_nora = invite(cast, email=cast.nora.email)
    link = link_of(cast.alder.practice_id, invitation_id)
    with entered(cast.alder.practice_id, writing=True):
        happens(cast)
    guest, secret = guest_with_link(link)
    with pytest.raises(LinkOutdated):
        open_link(guest, OpenLink(secret=secret))
    with pytest.raises(LinkOutdated, match="Ask the practice for a new invitation"):
        accept(link)
    with pytest.raises(LinkOutdated):
        join(cast, cast.nora, to_nora)
    assert find_login(NEW_ADDRESS) is None
    rows = list_invitations(cast.olu.actor, ListInvitations()).page.rows
    assert [row.state for row in rows] == ["outdated", "outdated"]
    resend_invitations(cast.olu.actor, ResendInvitations(invitation_ids=(invitation_id,)))
    accept(link_of(cast.alder.practice_id, invitation_id))


@pytest.mark.requirement("O06")
def test_accepting_makes_the_member_with_the_roles_that_were_offered(cast: Cast) -> None:
    invitation_id = invite(cast, role="supervisor")
    member_id = accept(link_of(cast.alder.practice_id, invitation_id))
    login_id = find_login(NEW_ADDRESS)
    assert login_id is not None
    actor = actor_for_login(login_id)
    assert actor is not None
    assert (actor.member_id, actor.name) == (member_id, "Imani Brooks")
    assert actor.role_names == ("Supervisor",)
    assert state_of(cast, invitation_id) == InvitationState.ACCEPTED
    assert acts(cast.alder.practice_id)[-2:] == ["invitation.accepted", "member.joined"]


def test_a_new_login_is_verified_since_the_link_came_by_mail(cast: Cast) -> None:
    accept(link_of(cast.alder.practice_id, invite(cast)))
    login_id = find_login(NEW_ADDRESS)
    assert login_id is not None
    login = open_login(login_id)
    assert login is not None
    assert login.is_verified
    assert Login.objects.get(pk=login_id).check_password(PASSWORD)


@pytest.mark.requirement("O05")
def test_declining_makes_nobody_a_member(cast: Cast) -> None:
    invitation_id = invite(cast)
    decline(link_of(cast.alder.practice_id, invitation_id))
    assert state_of(cast, invitation_id) == InvitationState.DECLINED
    assert find_login(NEW_ADDRESS) is None
    with entered(cast.alder.practice_id):
        assert Member.objects.count() == len(cast.team)
    assert acts(cast.alder.practice_id, subject=invitation_id)[-1] == "invitation.declined"


def test_opening_a_link_as_often_as_a_mail_scanner_likes_changes_nothing(cast: Cast) -> None:
    invitation_id = invite(cast)
    link = link_of(cast.alder.practice_id, invitation_id)
    before = acts(cast.alder.practice_id)
    for _ in range(3):
        guest, secret = guest_with_link(link)
        offer = open_link(guest, OpenLink(secret=secret))
    assert (offer.practice_name, offer.email) == ("Alder Creek", NEW_ADDRESS)
    assert (offer.first_name, offer.last_name) == ("Imani", "Brooks")
    assert (offer.roles, offer.invited_by) == (("Licensed Therapist",), "Ada Brandt")
    assert not offer.has_login
    assert acts(cast.alder.practice_id) == before
    accept(link)


def test_an_invitation_is_answered_only_once(cast: Cast) -> None:
    accepted = link_of(cast.alder.practice_id, invite(cast))
    accept(accepted)
    declined = link_of(cast.alder.practice_id, invite(cast, email="amara@example.org"))
    decline(declined)
    for link, refusal in ((accepted, LinkUsed), (declined, LinkDeclined)):
        with pytest.raises(refusal):
            accept(link)
        with pytest.raises(refusal):
            decline(link)
        guest, secret = guest_with_link(link)
        with pytest.raises(refusal):
            open_link(guest, OpenLink(secret=secret))
    with entered(cast.alder.practice_id):
        assert Member.objects.count() == len(cast.team) + 1


def test_a_link_expires_after_seven_days(cast: Cast) -> None:
    link = link_of(cast.alder.practice_id, invite(cast))
    with clock.frozen_at(clock.now() + timedelta(days=7, seconds=1)):
        with pytest.raises(LinkExpired):
            accept(link)
        with pytest.raises(LinkExpired):
            decline(link)
    accept(link)


def test_wrong_links_are_all_unknown(cast: Cast) -> None:
    link = link_of(cast.alder.practice_id, invite(cast))
    secret = link.split(".")[1]
    wrong = [
        "",
        "kf_",
        "not a link",
        secret,
        link[:-1],
        link + "x",
        link.upper(),
        pack(uuid4(), secret),
        pack(cast.birch.practice_id, secret),
        pack(cast.alder.practice_id, "x" * 43),
        pack(cast.alder.practice_id, "\x00"),
        "x" * 5000,
        "é.é",
    ]
    messages = set()
    for text in wrong:
        with pytest.raises(LinkUnknown) as refused:
            accept(text)
        messages.add(refused.value.message)
    assert len(messages) == 1
    accept(link)


def test_every_refused_link_says_what_to_do() -> None:
    for refusal in LinkRefused.__subclasses__():
        assert refusal.message.endswith(".")
        assert refusal.status in (404, 410)


def test_a_password_that_is_too_easy_leaves_the_invitation_open(cast: Cast) -> None:
    invitation_id = invite(cast)
    link = link_of(cast.alder.practice_id, invitation_id)
    for password in ("short", "imani@example.org", "passwordpassword", "ALDER CREEK alder creek"):
        with pytest.raises(InvalidInput) as refused:
            accept(link, password=password)
        assert {problem.field for problem in refused.value.problems} == {"password"}
    assert state_of(cast, invitation_id) == InvitationState.PENDING
    accept(link)


def test_names_that_cannot_be_kept_leave_the_invitation_open(cast: Cast) -> None:
    invitation_id = invite(cast)
    with pytest.raises(InvalidInput) as refused:
        accept(link_of(cast.alder.practice_id, invitation_id), first_name="<i>Imani", last_name="")
    assert [problem.field for problem in refused.value.problems] == ["first_name", "last_name"]
    assert state_of(cast, invitation_id) == InvitationState.PENDING


def test_somebody_with_a_login_signs_in_and_joins_with_it(cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.nora.email, full_name="Nora Weiss")
    guest, secret = guest_with_link(link_of(cast.alder.practice_id, invitation_id))
    assert open_link(guest, OpenLink(secret=secret)).has_login
    member_id = join(cast, cast.nora, invitation_id)
    assert cast.nora.actor.member_id == member_id
    assert Seat.objects.get(login_id=cast.nora.login_id).practice_id == cast.alder.practice_id


def test_a_link_makes_no_second_login_for_an_address_that_has_one(cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.nora.email)
    with pytest.raises(LoginExists):
        accept(link_of(cast.alder.practice_id, invitation_id))
    assert state_of(cast, invitation_id) == InvitationState.PENDING
    assert not cast.nora.has_access


def test_an_invitation_is_not_for_whoever_else_is_signed_in(cast: Cast) -> None:
    """A forwarded link or somebody else's browser joins nobody by mistake."""
    invitation_id = invite(cast)
    with pytest.raises(LinkUnknown):
        join(cast, cast.nora, invitation_id)
    assert state_of(cast, invitation_id) == InvitationState.PENDING


def test_an_address_that_was_never_verified_is_no_proof(cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.nora.email)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.filter(user_id=cast.nora.login_id).update(verified=False)
    with pytest.raises(LinkUnknown):
        join(cast, cast.nora, invitation_id)


@pytest.mark.requirement("O35")
def test_somebody_on_another_team_must_leave_it_first_and_only_they_learn_that(cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.fran.email)
    fran = guest_with_login(cast.alder.practice_id, cast.fran.login_id)
    assert open_own_invitation(fran, OpenOwnInvitation(invitation_id=invitation_id)).elsewhere
    guest, secret = guest_with_link(link_of(cast.alder.practice_id, invitation_id))
    assert not open_link(guest, OpenLink(secret=secret)).elsewhere
    with pytest.raises(OnAnotherTeam):
        join(cast, cast.fran, invitation_id)
    assert state_of(cast, invitation_id) == InvitationState.PENDING
    assert cast.fran.actor.practice_id == cast.birch.practice_id


def test_a_signed_in_person_can_decline_too(cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.nora.email)
    guest = guest_with_login(cast.alder.practice_id, cast.nora.login_id)
    decline_invitation(guest, DeclineInvitation(invitation_id=invitation_id))
    assert state_of(cast, invitation_id) == InvitationState.DECLINED
    with pytest.raises(LinkDeclined):
        join(cast, cast.nora, invitation_id)


def test_what_a_member_was_offered_begins_when_they_join(cast: Cast) -> None:
    invitation_id = invite(cast)
    moment = clock.now() + timedelta(days=2)
    with clock.frozen_at(moment):
        member_id = accept(link_of(cast.alder.practice_id, invitation_id))
    with entered(cast.alder.practice_id):
        held = MemberRole.objects.get(member_id=member_id)
    assert (held.since, held.until) == (moment, None)


@pytest.mark.requirement("O07")
def test_a_new_member_sees_clients_from_then_on(cast: Cast) -> None:
    member_id = accept(link_of(cast.alder.practice_id, invite(cast)))
    login_id = find_login(NEW_ADDRESS)
    assert login_id is not None
    actor = actor_for_login(login_id)
    assert actor is not None
    with entered(cast.alder.practice_id):
        assert not visible_to(actor).exists()
    assign_client(cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=member_id))
    with entered(cast.alder.practice_id):
        assert list(visible_to(actor).values_list("id", flat=True)) == [cast.uma.id]
