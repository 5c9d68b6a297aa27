"""Giving members roles and taking them away."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.commands.supervision import EndSupervision, end_supervision
from kinfold.domain.team.errors import AboveOwnRights, LastAdministrator, LastOwner, StillSupervises
from kinfold.domain.team.models import Member, MemberRole, MemberStatus, Supervision
from kinfold.domain.team.queries.roles import ListRoles, list_roles
from tests.domain.team.steps import acts
from tests.personas import Cast, Person


def set_roles(cast: Cast, by: Person, member: Person, *roles: str, version: int | None = None) -> None:
    """Make these the member's roles, as read just now unless a version is given."""
    with entered(cast.alder.practice_id):
        current = Member.objects.values_list("version", flat=True).get(pk=member.member_id)
    change_member_roles(
        by.actor,
        ChangeMemberRoles(
            member_id=member.member_id,
            version=version or current,
            role_ids=tuple(cast.alder.roles[role] for role in roles),
        ),
    )


@pytest.mark.requirement("U71")
@pytest.mark.requirement("O21")
def test_giving_and_taking_roles_bites_on_the_next_request(cast: Cast) -> None:
    assert not cast.lin.actor.may(Permission.CLIENTS_ASSIGN)
    set_roles(cast, cast.ada, cast.lin, "licensed-therapist", "client-administrator")
    assert cast.lin.actor.may(Permission.CLIENTS_ASSIGN, Permission.CLIENTS_SEE_OWN)
    set_roles(cast, cast.ada, cast.lin, "client-administrator")
    assert not cast.lin.actor.may(Permission.CLIENTS_SEE_OWN)
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["member.roles_changed"] * 2


def test_roles_are_periods_that_are_closed_and_never_overwritten(cast: Cast) -> None:
    moment = clock.now() + timedelta(hours=1)
    with clock.frozen_at(moment):
        set_roles(cast, cast.ada, cast.lin, "associate")
    with entered(cast.alder.practice_id):
        held = MemberRole.objects.filter(member_id=cast.lin.member_id).order_by("since")
        periods = list(held.values_list("role__key", "since", "until"))
    assert periods == [("licensed-therapist", cast.began, moment), ("associate", moment, None)]


def test_saving_the_same_roles_again_changes_nothing(cast: Cast) -> None:
    set_roles(cast, cast.ada, cast.lin, "licensed-therapist")
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == []


@pytest.mark.requirement("U71")
def test_at_least_one_role_stays(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_roles(cast, cast.ada, cast.lin)
    assert [problem.field for problem in refused.value.problems] == ["role_ids"]
    assert cast.lin.actor.role_names == ("Licensed Therapist",)


def test_another_practices_role_cannot_be_given(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        change_member_roles(
            cast.ada.actor,
            ChangeMemberRoles(
                member_id=cast.lin.member_id, version=1, role_ids=(cast.birch.roles["practitioner"],)
            ),
        )


def test_nobody_gives_or_takes_above_what_they_hold(cast: Cast) -> None:
    with pytest.raises(AboveOwnRights):
        set_roles(cast, cast.ada, cast.lin, "owner")
    set_roles(cast, cast.olu, cast.lin, "owner")
    with pytest.raises(AboveOwnRights):
        set_roles(cast, cast.ada, cast.lin, "licensed-therapist")
    assert cast.lin.actor.role_names == ("Owner",)
    assert acts(cast.alder.practice_id).count("access.refused") == 2


def test_a_role_above_ones_own_may_stay_while_others_change(cast: Cast) -> None:
    """Ada adds a role to an owner without touching the Owner role."""
    set_roles(cast, cast.ada, cast.olu, "owner", "practitioner")
    assert cast.olu.actor.role_names == ("Owner", "Practitioner")


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_assign_roles_can(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        set_roles(cast, getattr(cast, person), cast.lin, "supervisor")


@pytest.mark.parametrize("by", ["olu", "ada"])
def test_the_last_owner_stays_one(cast: Cast, by: str) -> None:
    with pytest.raises((LastOwner, AboveOwnRights)):
        set_roles(cast, getattr(cast, by), cast.olu, "practitioner")
    assert "Owner" in cast.olu.actor.role_names


def test_an_owner_may_go_once_there_is_another(cast: Cast) -> None:
    set_roles(cast, cast.olu, cast.ada, "owner", "administrator")
    set_roles(cast, cast.ada, cast.olu, "practitioner")
    assert cast.olu.actor.role_names == ("Practitioner",)
    with pytest.raises(LastOwner):
        set_roles(cast, cast.ada, cast.ada, "administrator")


@pytest.mark.requirement("U71")
@pytest.mark.parametrize("by", ["olu", "ada"])
def test_the_last_administrator_keeps_that_role(cast: Cast, by: str) -> None:
    with pytest.raises(LastAdministrator):
        set_roles(cast, getattr(cast, by), cast.ada, "practitioner")
    set_roles(cast, cast.olu, cast.lin, "administrator")
    set_roles(cast, getattr(cast, by), cast.ada, "practitioner")
    assert cast.ada.actor.role_names == ("Practitioner",)


@pytest.mark.parametrize("state", [MemberStatus.INACTIVE, MemberStatus.ARCHIVED])
def test_an_owner_who_cannot_sign_in_does_not_count(cast: Cast, state: MemberStatus) -> None:
    set_roles(cast, cast.olu, cast.lin, "owner")
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=state)
    with pytest.raises(LastOwner):
        set_roles(cast, cast.olu, cast.olu, "practitioner")


def test_the_second_editor_of_roles_gets_a_conflict_and_overwrites_nothing(cast: Cast) -> None:
    set_roles(cast, cast.ada, cast.lin, "supervisor", version=1)
    with pytest.raises(StaleVersion):
        set_roles(cast, cast.olu, cast.lin, "associate", version=1)
    assert cast.lin.actor.role_names == ("Supervisor",)


def test_a_supervisor_keeps_the_role_while_others_depend_on_it(cast: Cast) -> None:
    with pytest.raises(StillSupervises):
        set_roles(cast, cast.ada, cast.sana, "licensed-therapist")
    with entered(cast.alder.practice_id):
        supervision_id = Supervision.objects.values_list("id", flat=True).get()
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=supervision_id))
    set_roles(cast, cast.ada, cast.sana, "licensed-therapist")
    assert cast.sana.actor.role_names == ("Licensed Therapist",)


def test_another_practices_member_is_as_absent_as_one_that_never_was(cast: Cast) -> None:
    messages = set()
    for member_id in (cast.lin.member_id, uuid4()):
        with pytest.raises(NotFound) as refused:
            change_member_roles(
                cast.fran.actor,
                ChangeMemberRoles(member_id=member_id, version=1, role_ids=(cast.birch.roles["associate"],)),
            )
        messages.add(refused.value.message)
    assert len(messages) == 1


def test_the_list_of_roles_says_what_each_allows_and_which_may_be_given(cast: Cast) -> None:
    roles = {role.key: role for role in list_roles(cast.ada.actor, ListRoles())}
    assert next(iter(roles)) == "owner"
    assert set(roles["owner"].allows) == set(Permission)
    assert not roles["owner"].grantable
    assert roles["administrator"].grantable
    assert roles["intern"].requires_supervision
    assert roles["supervisor"].may_supervise
    assert {role.id for role in roles.values()} == set(cast.alder.roles.values())
    assert not any(role.grantable for role in list_roles(cast.bea.actor, ListRoles()) if role.clinical)
