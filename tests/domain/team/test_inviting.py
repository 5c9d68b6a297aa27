"""Inviting someone to the team by e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.invitations import (
    DeleteInvitations,
    InviteMember,
    delete_invitations,
    invite_member,
)
from kinfold.domain.team.errors import AboveOwnRights, AlreadyInvited, AlreadyOnTeam
from kinfold.domain.team.models import Invitation, InvitationRole, InvitationState, Member
from tests.domain.team.steps import NEW_ADDRESS, accept, acts, invite, link_of
from tests.personas import Cast


def invitation_count(cast: Cast) -> int:
    with entered(cast.alder.practice_id):
        return Invitation.objects.count()


@pytest.mark.requirement("O02")
def test_an_invitation_keeps_the_name_the_address_and_the_roles(cast: Cast) -> None:
    roles = (cast.alder.roles["supervisor"], cast.alder.roles["licensed-therapist"])
    before = clock.now()
    invitation_id = invite_member(
        cast.ada.actor,
        InviteMember(full_name="  Imani   Brooks ", email="Imani@Example.ORG", role_ids=roles),
    )
    with entered(cast.alder.practice_id):
        invitation = Invitation.objects.get(pk=invitation_id)
        offered = set(InvitationRole.objects.values_list("role_id", flat=True))
    assert (invitation.full_name, invitation.email) == ("Imani Brooks", "imani@example.org")
    assert invitation.state == InvitationState.PENDING
    assert invitation.invited_by_id == cast.ada.member_id
    assert before + timedelta(days=7) <= invitation.expires_at <= clock.now() + timedelta(days=7)
    assert offered == set(roles)


def test_inviting_leaves_evidence_without_the_name_or_the_address(cast: Cast) -> None:
    invitation_id = invite(cast)
    assert acts(cast.alder.practice_id, subject=invitation_id) == ["invitation.created"]


@pytest.mark.requirement("O06")
def test_inviting_makes_no_member(cast: Cast) -> None:
    invite(cast)
    with entered(cast.alder.practice_id):
        assert Member.objects.count() == len(cast.team)


def test_the_database_keeps_only_the_digest_of_a_link(cast: Cast) -> None:
    invitation_id = invite(cast)
    secret = link_of(cast.alder.practice_id, invitation_id).split(".")[1]
    with entered(cast.alder.practice_id):
        stored = Invitation.objects.values().get(pk=invitation_id)
    assert secret not in str(stored)


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_invite_can(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        invite(cast, by=getattr(cast, person).actor)
    assert invitation_count(cast) == 0
    assert acts(cast.alder.practice_id)[-1] == "access.refused"


@pytest.mark.requirement("O03")
def test_a_role_of_another_practice_cannot_be_offered(cast: Cast) -> None:
    data = InviteMember(
        full_name="Imani Brooks", email=NEW_ADDRESS, role_ids=(cast.birch.roles["practitioner"],)
    )
    with pytest.raises(InvalidInput) as refused:
        invite_member(cast.ada.actor, data)
    assert [problem.field for problem in refused.value.problems] == ["role_ids"]


def test_an_administrator_cannot_invite_an_owner(cast: Cast) -> None:
    with pytest.raises(AboveOwnRights):
        invite(cast, role="owner", by=cast.ada.actor)
    assert acts(cast.alder.practice_id)[-1] == "access.refused"
    invite(cast, role="owner", by=cast.olu.actor)


def test_every_wrong_field_is_named_at_once(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        invite_member(cast.ada.actor, InviteMember(full_name=" ", email="imani@", role_ids=()))
    assert [problem.field for problem in refused.value.problems] == ["full_name", "email", "role_ids"]


@pytest.mark.parametrize(
    "name",
    [
        "<b>Imani</b>",
        "Imani \u202eskoorB",
        "Im\x00ani",
        "I" * 300,
        "\u200b\u200b",
    ],
    ids=["markup", "right-to-left mark", "control character", "300 characters", "nothing visible"],
)
def test_a_name_that_cannot_be_kept_is_refused_with_a_sentence(cast: Cast, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        invite(cast, full_name=name)
    (problem,) = refused.value.problems
    assert problem.field == "full_name"
    assert problem.message.endswith(".")
    assert name not in problem.message


@pytest.mark.parametrize("email", ["ımani@example.org", "iman\u0456@example.org", "imani@exаmple.org"])
def test_an_address_that_only_looks_like_another_is_refused(cast: Cast, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        invite(cast, email=email)
    assert [problem.field for problem in refused.value.problems] == ["email"]


def test_somebody_on_the_team_cannot_be_invited_again(cast: Cast) -> None:
    with pytest.raises(AlreadyOnTeam):
        invite(cast, email="LIN@example.org")
    assert invitation_count(cast) == 0


def test_somebody_who_joined_and_then_changed_their_address_is_known_by_both(cast: Cast) -> None:
    accept(link_of(cast.alder.practice_id, invite(cast)))
    from kinfold.domain.identity.models import Login

    Login.objects.filter(email=NEW_ADDRESS).update(email="brooks@example.org")
    for email in (NEW_ADDRESS, "brooks@example.org"):
        with pytest.raises(AlreadyOnTeam):
            invite(cast, email=email)


def test_an_open_invitation_stands_in_the_way_of_a_second_one(cast: Cast) -> None:
    invite(cast)
    with pytest.raises(AlreadyInvited):
        invite(cast, email="imani@EXAMPLE.org")
    assert invitation_count(cast) == 1


def test_after_an_invitation_was_deleted_the_same_address_can_be_invited(cast: Cast) -> None:
    first = invite(cast)
    delete_invitations(cast.ada.actor, DeleteInvitations(invitation_ids=(first,)))
    assert invite(cast) != first


def test_the_inviter_does_not_learn_that_somebody_is_on_another_team(cast: Cast) -> None:
    """Fran owns Birch House: inviting her reads exactly like inviting somebody unknown (SPEC 8.12)."""
    invite(cast, email=cast.fran.email)
    invite(cast, email=NEW_ADDRESS)


def test_a_double_click_sends_one_invitation(cast: Cast) -> None:
    data = InviteMember(
        full_name="Imani Brooks", email=NEW_ADDRESS, role_ids=(cast.alder.roles["associate"],)
    )
    first = invite_member(cast.ada.actor, data, once="form-1")
    assert invite_member(cast.ada.actor, data, once="form-1") == first
    assert invitation_count(cast) == 1
    assert acts(cast.alder.practice_id).count("invitation.created") == 1
