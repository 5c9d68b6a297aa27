"""Exceptions for one person."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.visibility import viewers, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.overrides import SetMemberOverrides, set_member_overrides
from kinfold.domain.team.errors import AboveOwnRights, LosesOwnRights, OwnersHaveAll
from kinfold.domain.team.models import Member, MemberOverride
from tests.domain.team.steps import acts
from tests.domain.team.test_roles import set_roles
from tests.personas import Cast, Person


def override(by: Person, member: Person, *, accept: bool = False, **overrides: bool) -> None:
    """Make these the exceptions; `clients_see_all` stands for CLIENTS_SEE_ALL."""
    with entered(member.practice_id):
        version = Member.objects.values_list("version", flat=True).get(pk=member.member_id)
    set_member_overrides(
        by.actor,
        SetMemberOverrides(
            member_id=member.member_id,
            version=version,
            overrides={Permission[name.upper()].value: on for name, on in overrides.items()},
            accept_own_loss=accept,
        ),
    )


@pytest.mark.requirement("O16")
def test_exceptions_come_last_and_count_from_the_next_request(cast: Cast) -> None:
    override(cast.ada, cast.lin, clients_chart=False, clients_create=True)
    assert cast.lin.actor.may(Permission.CLIENTS_CREATE)
    assert not cast.lin.actor.may(Permission.CLIENTS_CHART)
    set_roles(cast, cast.ada, cast.lin, "licensed-therapist", "client-administrator")
    assert not cast.lin.actor.may(Permission.CLIENTS_CHART)
    override(cast.ada, cast.lin)
    assert cast.lin.actor.may(Permission.CLIENTS_CHART)
    told = acts(cast.alder.practice_id, subject=cast.lin.member_id)
    assert told.count("member.overrides_changed") == 2


def test_an_exception_brings_what_it_needs_and_takes_what_needs_it(cast: Cast) -> None:
    override(cast.ada, cast.lin, members_invite=True)
    assert cast.lin.actor.may(Permission.MEMBERS_INVITE, Permission.MEMBERS_READ)
    override(cast.ada, cast.lin, members_names=False)
    assert not cast.lin.actor.permissions & {Permission.MEMBERS_NAMES, Permission.ACCESS_EXPLAIN}


def test_exceptions_decide_who_sees_a_client_and_are_given_as_the_reason(cast: Cast) -> None:
    override(cast.ada, cast.lin, clients_see_all=True)
    override(cast.ada, cast.theo, clients_see_own=False)
    with entered(cast.alder.practice_id):
        assert visible_to(cast.lin.actor).count() == 4
        assert visible_to(cast.theo.actor).count() == 0
    data = ExplainAccess(client_id=cast.anna.id, member_id=cast.theo.member_id)
    found = explain_access(cast.ada.actor, data)
    lin = next(person for person in found.people if person.member_id == cast.lin.member_id)
    assert [(ground.kind, ground.rule) for ground in lin.grounds] == [
        ("override", "Exception for this person")
    ]
    assert found.verdict
    assert found.verdict.reasons == ("An exception for this person takes away: See own clients.",)


def test_exceptions_are_periods_so_that_the_past_can_be_asked_about(cast: Cast) -> None:
    now = clock.now()
    for hours, overrides in ((1, {"clients_see_all": True}), (2, {"clients_see_all": False}), (3, {})):
        with clock.frozen_at(now + timedelta(hours=hours)):
            override(cast.ada, cast.lin, **overrides)
    with entered(cast.alder.practice_id):
        saw_all = [
            Permission.CLIENTS_SEE_ALL
            in viewers(now + timedelta(hours=hours))[cast.lin.member_id].permissions
            for hours in (0, 1, 2, 3)
        ]
        assert MemberOverride.objects.filter(until__isnull=True).count() == 0
        assert set(MemberOverride.objects.values_list("set_by_id", flat=True)) == {cast.ada.member_id}
    assert saw_all == [False, True, False, False]


def test_owners_have_no_exceptions_and_who_becomes_one_has_none_either(cast: Cast) -> None:
    for by in (cast.olu, cast.ada):
        with pytest.raises(OwnersHaveAll):
            override(by, cast.olu, clients_chart=False)
    override(cast.olu, cast.lin, clients_chart=False)
    set_roles(cast, cast.olu, cast.lin, "owner")
    assert cast.lin.actor.permissions == frozenset(Permission)


def test_nobody_makes_exceptions_above_their_own_rights(cast: Cast) -> None:
    override(cast.olu, cast.ada, audit_all=False)
    with pytest.raises(AboveOwnRights):
        override(cast.ada, cast.lin, audit_all=True)
    with pytest.raises(AboveOwnRights):
        override(cast.ada, cast.ada)
    set_roles(cast, cast.olu, cast.sana, "supervisor", "administrator")
    with pytest.raises(AboveOwnRights):  # Sana may do more than Ada now
        override(cast.ada, cast.sana, clients_chart=False)
    override(cast.sana, cast.ada, audit_all=False, clients_import=False)


def test_whoever_would_lock_themselves_out_has_to_say_that_they_know(cast: Cast) -> None:
    with pytest.raises(LosesOwnRights):
        override(cast.ada, cast.ada, roles_assign=False)
    override(cast.ada, cast.ada, roles_assign=False, accept=True)
    assert not cast.ada.actor.may(Permission.ROLES_ASSIGN)


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_give_roles_makes_exceptions(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        override(getattr(cast, person), cast.theo, clients_chart=False)


def test_what_cannot_be_an_exception_is_refused_and_changes_nothing(cast: Cast) -> None:
    member = cast.lin.member_id
    for overrides in ({"clients:eat": True}, {"practice:own": True}):
        with pytest.raises(InvalidInput):
            set_member_overrides(
                cast.olu.actor, SetMemberOverrides(member_id=member, version=1, overrides=overrides)
            )
    override(cast.ada, cast.lin)
    assert "member.overrides_changed" not in acts(cast.alder.practice_id)
    with pytest.raises(StaleVersion):
        set_member_overrides(
            cast.ada.actor,
            SetMemberOverrides(member_id=member, version=7, overrides={"clients:chart": False}),
        )
    for absent in (cast.fran.member_id, uuid4()):
        with pytest.raises(NotFound):
            set_member_overrides(
                cast.ada.actor, SetMemberOverrides(member_id=absent, version=1, overrides={})
            )
