"""What ends with a status, and what those who left still have."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.listing import ListClients, list_clients
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.actors import actor_for_token
from kinfold.domain.team.commands.members import ChangeMember, change_member
from kinfold.domain.team.commands.tokens import CreateToken, create_token
from kinfold.domain.team.errors import (
    LinkRevoked,
)
from kinfold.domain.team.models import Invitation, MemberRole, MemberStatus
from kinfold.domain.team.queries.listing import TeamView
from kinfold.domain.team.queries.members import (
    GetMember,
    ListMembers,
    ListNames,
    MemberRow,
    get_member,
    list_members,
    list_names,
)
from kinfold.domain.team.queries.profile import GetOwnProfile, get_own_profile
from kinfold.domain.team.statuses import WORKS
from tests.domain.team.steps import (
    accept,
    acts,
    archive,
    invite,
    link_of,
    remove,
    set_status,
)
from tests.personas import Cast


@dataclass
class Ties:
    """What Ada, who leaves, has open."""

    token: str
    link: str


def busy(cast: Cast) -> Ties:
    """Ada has a token and sent an invitation, and another administrator is there."""
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=cast.lin.member_id, role_id=cast.alder.roles["administrator"], since=clock.now()
        )
    data = CreateToken(name="Reports", scopes=(Permission.MEMBERS_READ.value,), days=9)
    return Ties(
        token=create_token(cast.ada.actor, data).token, link=link_of(cast.alder.practice_id, invite(cast))
    )


@pytest.mark.requirement("O10")
@pytest.mark.parametrize("status", [s for s in MemberStatus if s is not MemberStatus.ACTIVE], ids=str)
def test_tokens_and_invitations_of_who_may_not_work_end_at_once_and_for_good(
    cast: Cast, status: MemberStatus
) -> None:
    open_ = busy(cast)
    with entered(cast.alder.practice_id):
        invitation_id = Invitation.objects.values_list("id", flat=True).get()
    if status in (MemberStatus.ARCHIVED, MemberStatus.REMOVED):
        archive(cast, cast.ada, by=cast.lin)
    if status is MemberStatus.REMOVED:
        remove(cast, cast.ada)
    if status in (MemberStatus.ON_HOLD, MemberStatus.INACTIVE):
        set_status(cast, cast.ada, status.value, by=cast.lin)
    if status in WORKS:
        assert actor_for_token(open_.token) is not None
        accept(open_.link)
        return
    assert actor_for_token(open_.token) is None
    with pytest.raises(LinkRevoked):
        accept(open_.link)
    assert "invitation.deleted" in acts(cast.alder.practice_id, subject=invitation_id)
    assert "token.revoked" in acts(cast.alder.practice_id)
    if status is not MemberStatus.REMOVED:
        # Coming back does not bring them back.
        set_status(cast, cast.ada, "active", by=cast.olu)
        assert actor_for_token(open_.token) is None


def test_supervision_ends_when_somebody_leaves_and_the_supervisee_is_flagged(cast: Cast) -> None:
    set_status(cast, cast.sana, "inactive")
    theo = get_member(cast.ada.actor, GetMember(member_id=cast.theo.member_id))
    assert [row.name for row in theo.supervisors] == ["Sana Malik"]  # she will be back
    archive(cast, cast.sana)
    theo = get_member(cast.ada.actor, GetMember(member_id=cast.theo.member_id))
    assert theo.supervisors == ()
    assert theo.member.needs_supervisor
    assert acts(cast.alder.practice_id, subject=cast.theo.member_id) == ["supervision.ended"]


# --- archived ---


@pytest.mark.requirement("H18")
def test_who_was_archived_reads_their_own_history_and_nothing_else(cast: Cast) -> None:
    set_status(cast, cast.theo, "on_hold", reason="Between us")
    archive(cast, cast.theo)
    theo = cast.theo.actor
    assert theo.permissions == {Permission.AUDIT_OWN}
    profile = get_own_profile(theo, GetOwnProfile())
    assert (profile.name, profile.state, profile.email) == ("Theo Park", "archived", "theo@example.org")
    assert [row.name for row in profile.roles] == ["Intern"]
    assert [row.name for row in profile.supervisors] == ["Sana Malik"]
    assert [row.status for row in profile.statuses] == ["archived", "on_hold"]
    assert {row.reason for row in profile.statuses} == {""}
    with pytest.raises(NotAllowed):
        list_clients(theo, ListClients())
    with pytest.raises(NotAllowed):
        list_names(theo, ListNames())
    with pytest.raises(NotAllowed):
        change_member(
            theo, ChangeMember(member_id=cast.theo.member_id, version=1, first_name="T", last_name="P")
        )


@pytest.mark.requirement("H20")
def test_who_was_archived_comes_back_with_their_roles(cast: Cast) -> None:
    archive(cast, cast.lin)
    assert [row.name for row in _archived(cast)] == ["Lin Zhao"]
    set_status(cast, cast.lin, "active")
    assert cast.lin.actor.role_names == ("Licensed Therapist",)
    assert _archived(cast) == ()
    assert list_clients(cast.lin.actor, ListClients()).total == 0


def _archived(cast: Cast) -> tuple[MemberRow, ...]:
    return list_members(cast.ada.actor, ListMembers(view=TeamView.ARCHIVED)).page.rows
