"""Sending invitations again, and taking them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.invitations import (
    DeleteInvitations,
    InviteMember,
    ResendInvitations,
    delete_invitations,
    invite_member,
    resend_invitations,
)
from kinfold.domain.team.errors import AboveOwnRights, InvitationNotPending, LinkRevoked, LinkUnknown
from kinfold.domain.team.models import Invitation, InvitationState, Member, MemberStatus
from tests.domain.team.steps import accept, acts, invite, link_of
from tests.personas import Cast

Act = Callable[[Actor, tuple[UUID, ...]], None]


def resend(actor: Actor, invitation_ids: tuple[UUID, ...]) -> None:
    resend_invitations(actor, ResendInvitations(invitation_ids=invitation_ids))


def delete(actor: Actor, invitation_ids: tuple[UUID, ...]) -> None:
    delete_invitations(actor, DeleteInvitations(invitation_ids=invitation_ids))


both = pytest.mark.parametrize("act", [resend, delete])


def states(cast: Cast) -> dict[UUID, str]:
    with entered(cast.alder.practice_id):
        return dict(Invitation.objects.values_list("id", "state"))


@pytest.mark.requirement("U12")
def test_resending_ends_the_old_link_and_begins_the_seven_days_anew(cast: Cast) -> None:
    invitation_id = invite(cast)
    old = link_of(cast.alder.practice_id, invitation_id)
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        resend(cast.ada.actor, (invitation_id,))
        new = link_of(cast.alder.practice_id, invitation_id)
        with pytest.raises(LinkUnknown):
            accept(old)
        accept(new)
    assert acts(cast.alder.practice_id, subject=invitation_id)[:2] == [
        "invitation.created",
        "invitation.resent",
    ]


@pytest.mark.requirement("U13")
def test_a_deleted_invitation_can_no_longer_be_accepted_and_stays_as_history(cast: Cast) -> None:
    invitation_id = invite(cast)
    link = link_of(cast.alder.practice_id, invitation_id)
    delete(cast.ada.actor, (invitation_id,))
    with pytest.raises(LinkRevoked):
        accept(link)
    assert states(cast) == {invitation_id: InvitationState.REVOKED}
    assert acts(cast.alder.practice_id, subject=invitation_id) == ["invitation.created", "invitation.deleted"]


@both
def test_several_invitations_change_together(cast: Cast, act: Act) -> None:
    chosen = (invite(cast), invite(cast, email="amara@example.org"))
    act(cast.ada.actor, chosen)
    done = [action for action in acts(cast.alder.practice_id) if action != "invitation.created"]
    assert len(done[-2:]) == 2
    assert len(set(done[-2:])) == 1


@both
def test_when_one_of_several_was_answered_none_is_changed(cast: Cast, act: Act) -> None:
    answered, waiting = invite(cast), invite(cast, email="amara@example.org")
    accept(link_of(cast.alder.practice_id, answered))
    before = link_of(cast.alder.practice_id, waiting)
    with pytest.raises(InvitationNotPending):
        act(cast.ada.actor, (waiting, answered))
    assert states(cast)[waiting] == InvitationState.PENDING
    assert link_of(cast.alder.practice_id, waiting) == before


@both
def test_choosing_none_is_refused_with_a_sentence(cast: Cast, act: Act) -> None:
    with pytest.raises(InvalidInput):
        act(cast.ada.actor, ())


@both
@pytest.mark.parametrize("person", ["sana", "lin", "bea"])
def test_only_who_may_invite_can_change_invitations(cast: Cast, act: Act, person: str) -> None:
    invitation_id = invite(cast)
    with pytest.raises(NotAllowed):
        act(getattr(cast, person).actor, (invitation_id,))
    assert states(cast) == {invitation_id: InvitationState.PENDING}


@both
def test_another_practices_invitation_is_as_absent_as_one_that_never_was(cast: Cast, act: Act) -> None:
    invitation_id = invite(cast)
    refusals: list[DomainError] = []
    for missing in (invitation_id, uuid4()):
        with pytest.raises(NotFound) as refused:
            act(cast.fran.actor, (missing,))
        refusals.append(refused.value)
    assert refusals[0].message == refusals[1].message
    assert states(cast) == {invitation_id: InvitationState.PENDING}


def test_an_administrator_cannot_send_an_owners_invitation_again(cast: Cast) -> None:
    """Sending again offers the role again, so it takes the right to give it."""
    invitation_id = invite_member(
        cast.olu.actor,
        InviteMember(
            full_name="Imani Brooks", email="imani@example.org", role_ids=(cast.alder.roles["owner"],)
        ),
    )
    with pytest.raises(AboveOwnRights):
        resend(cast.ada.actor, (invitation_id,))
    resend(cast.olu.actor, (invitation_id,))


def test_who_sends_again_what_its_inviter_may_not_give_any_more_is_its_inviter(cast: Cast) -> None:
    invitation_id = invite(cast, by=cast.olu.actor, role="administrator")
    resend(cast.ada.actor, (invitation_id,))
    with entered(cast.alder.practice_id, writing=True):
        assert Invitation.objects.get().invited_by_id == cast.olu.member_id
        Member.objects.filter(pk=cast.olu.member_id).update(status=MemberStatus.ARCHIVED)
    resend(cast.ada.actor, (invitation_id,))
    with entered(cast.alder.practice_id):
        assert Invitation.objects.get().invited_by_id == cast.ada.member_id
    accept(link_of(cast.alder.practice_id, invitation_id))


def test_deleting_an_invitation_takes_nobody_off_the_team(cast: Cast) -> None:
    delete(cast.ada.actor, (invite(cast),))
    with entered(cast.alder.practice_id):
        assert Member.objects.count() == len(cast.team)
