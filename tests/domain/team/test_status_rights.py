"""Who may change whose status, and who has to stay at work."""

from __future__ import annotations

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.errors import (
    AboveOwnRights,
    LastAdministrator,
    LastOwner,
    NotOneself,
)
from kinfold.domain.team.models import MemberRole
from kinfold.domain.team.moving import MemberAct
from kinfold.domain.team.queries.members import (
    GetMember,
    get_member,
)
from tests.domain.team.steps import (
    acts,
    archive,
    make_owner,
    remove,
    set_status,
    state_of,
)
from tests.personas import Cast, Person


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea", "fran"])
def test_only_administrators_and_owners_change_a_status(cast: Cast, person: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        set_status(cast, cast.lin, "inactive", by=getattr(cast, person))
    assert state_of(cast, cast.lin) == "active"


def test_nobody_changes_their_own_status_or_that_of_somebody_with_more_rights(cast: Cast) -> None:
    with pytest.raises(NotOneself):
        set_status(cast, cast.ada, "on_hold")
    with pytest.raises(AboveOwnRights):
        set_status(cast, cast.olu, "on_hold")
    assert get_member(cast.ada.actor, GetMember(member_id=cast.olu.member_id)).member.acts == ()
    assert get_member(cast.ada.actor, GetMember(member_id=cast.ada.member_id)).member.acts == ()


def test_the_last_owner_and_the_last_administrator_stay_at_work(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        set_status(cast, cast.ada, "inactive", by=cast.olu)
    with pytest.raises(LastAdministrator):
        archive(cast, cast.ada, by=cast.olu)
    make_owner(cast, cast.lin)
    set_status(cast, cast.olu, "on_hold", by=cast.lin)  # who is on hold still answers for the practice
    set_status(cast, cast.lin, "inactive", by=cast.olu)
    with pytest.raises(NotOneself):
        set_status(cast, cast.olu, "active", by=cast.olu)
    make_owner(cast, cast.ada)
    set_status(cast, cast.olu, "inactive", by=cast.ada)
    with pytest.raises(NotFound):
        set_status(cast, cast.ada, "inactive", by=cast.fran)


def test_the_last_owner_cannot_be_removed_or_archived_even_by_an_equal(cast: Cast) -> None:
    make_owner(cast, cast.lin)
    set_status(cast, cast.lin, "inactive", by=cast.olu)
    with entered(cast.alder.practice_id, writing=True):
        # Somebody with every permission who is no owner.
        role = Role.objects.create(
            name="All",
            name_key="all",
            starting_point="nothing",
            overrides={p.value: True for p in Permission},
        )
        MemberRole.objects.create(member_id=cast.bea.member_id, role=role, since=clock.now())
    with pytest.raises(LastOwner):
        archive(cast, cast.olu, by=cast.bea)
    with pytest.raises(LastOwner):
        remove(cast, cast.olu, by=cast.bea)


def test_the_second_of_two_who_decide_at_once_gets_a_conflict(cast: Cast) -> None:
    data = ChangeMemberStatus(member_id=cast.lin.member_id, version=1, status="on_hold")
    change_member_status(cast.ada.actor, data)
    with pytest.raises(StaleVersion):
        change_member_status(
            cast.olu.actor, ChangeMemberStatus(member_id=cast.lin.member_id, version=1, status="inactive")
        )
    # Saving what is so already changes nothing, at whatever version.
    change_member_status(cast.olu.actor, data)
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["member.paused"]


def test_the_menu_offers_what_the_ladder_and_ones_rights_allow(cast: Cast) -> None:
    def offered(by: Person, member: Person) -> set[str]:
        return {act.value for act in get_member(by.actor, GetMember(member_id=member.member_id)).member.acts}

    assert offered(cast.ada, cast.lin) == {"on_hold", "inactive", "archived"}
    assert offered(cast.olu, cast.lin) == {"on_hold", "inactive", "archived", "removed"}
    assert MemberAct.REMOVE_ADMIN.value in offered(cast.olu, cast.ada)
    assert MemberAct.REMOVE_ADMIN.value not in offered(cast.ada, cast.bea)
    archive(cast, cast.lin)
    assert offered(cast.ada, cast.lin) == {"active"}
