"""What a change of rights would do, asked before it is made."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.access.definitions import FIELDS
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of expectations
from kinfold.domain.clients.queries.effects import (
    Effect,
    PersonEffect,
    PreviewMemberOverrides,
    PreviewRole,
    PreviewRoleDeletion,
    preview_member_overrides,
    preview_role,
    preview_role_deletion,
)
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.errors import AboveOwnRights, OwnerRoleStays, RoleSupervises
from kinfold.domain.team.models import Member, MemberRole
from tests.domain.team.steps import acts
from tests.domain.team.test_overrides import override
from tests.domain.team.test_roles import set_roles
from tests.personas import Cast, Person


def preview(by: Person, cast: Cast, key: str, **changes: Any) -> Effect:
    """What saving a shipped role with some changes would do."""
    with entered(cast.alder.practice_id):
        role = Role.objects.get(pk=cast.alder.roles[key])
    said = {field: getattr(role, field) for field in ("name", "description", *FIELDS)}
    return preview_role(by.actor, PreviewRole(role_id=role.id, **{**said, **changes}))


def effect_on(person: Person, **changes: Any) -> PersonEffect:
    """An effect that changes only this."""
    nothing: dict[str, Any] = dict.fromkeys(("shown", "hidden", "opened", "closed"), 0)
    nothing |= {"gains": (), "loses": (), "needs_supervisor": False}
    return PersonEffect(member_id=person.member_id, name=person.name, **{**nothing, **changes})


def test_a_preview_says_who_gains_and_loses_what_and_changes_nothing(cast: Cast) -> None:
    overrides = {"clients:see-all": True, "clients:chart": False, "clients:create": True}
    found = preview(cast.ada, cast, "licensed-therapist", overrides=overrides)
    # Lin sees Ben and Dora with their records now, and would see all four without any.
    assert found.people == (
        effect_on(
            cast.lin, gains=(P.CLIENTS_SEE_ALL, P.CLIENTS_CREATE), loses=(P.CLIENTS_CHART,), shown=2, closed=2
        ),
    )
    assert (found.holders, found.loses_own, found.counts_all) == (1, (), True)
    assert "role.changed" not in acts(cast.alder.practice_id)
    assert cast.lin.actor.may(P.CLIENTS_CHART)


def test_a_supervisor_loses_the_clients_of_those_they_supervise(cast: Cast) -> None:
    found = preview(cast.ada, cast, "supervisor", overrides={"clients:see-supervised": False})
    assert found.people == (effect_on(cast.sana, loses=(P.CLIENTS_SEE_SUPERVISED,), hidden=1, closed=1),)


def test_what_another_role_or_an_exception_gives_is_neither_gained_nor_lost(cast: Cast) -> None:
    set_roles(cast, cast.ada, cast.lin, "licensed-therapist", "associate")
    assert preview(cast.ada, cast, "associate", overrides={"clients:chart": False}).people == ()
    override(cast.ada, cast.lin, clients_create=False)
    assert preview(cast.ada, cast, "associate", overrides={"clients:create": True}).people == ()


def test_requiring_supervision_names_those_who_would_lack_a_supervisor(cast: Cast) -> None:
    set_roles(cast, cast.ada, cast.theo, "licensed-therapist")
    found = preview(cast.ada, cast, "licensed-therapist", requires_supervision=True)
    assert found.people == (effect_on(cast.lin, needs_supervisor=True),)  # Sana supervises Theo


def test_a_direct_clients_record_stays_closed_to_roles(cast: Cast) -> None:
    found = preview(
        cast.ada, cast, "billing-administrator", overrides={"clients:profile": True, "clients:chart": True}
    )
    assert found.people == (effect_on(cast.bea, gains=(P.CLIENTS_PROFILE, P.CLIENTS_CHART), opened=3),)


def test_deleting_a_role_is_previewed_as_what_people_get_instead(cast: Cast) -> None:
    data = PreviewRoleDeletion(
        role_id=cast.alder.roles["licensed-therapist"],
        replacement_id=cast.alder.roles["billing-administrator"],
    )
    (lin,) = preview_role_deletion(cast.ada.actor, data).people
    assert (lin.gains, lin.shown, lin.closed) == ((P.CLIENTS_SEE_ALL, P.CLIENTS_EXPORT, P.BILLING_ALL), 2, 2)
    assert {P.CLIENTS_SEE_OWN, P.CLIENTS_PROFILE, P.CLIENTS_CHART, P.ACCESS_EXPLAIN} <= set(lin.loses)


def test_exceptions_are_previewed_for_the_one_person(cast: Cast) -> None:
    data = PreviewMemberOverrides(member_id=cast.theo.member_id, overrides={"clients:see-own": False})
    found = preview_member_overrides(cast.ada.actor, data)
    assert found.people == (effect_on(cast.theo, loses=(P.CLIENTS_SEE_OWN,), hidden=1, closed=1),)


def test_a_preview_says_what_the_acting_person_could_not_take_back(cast: Cast) -> None:
    found = preview(cast.ada, cast, "administrator", overrides={"roles:define": False})
    assert found.loses_own == (P.ROLES_DEFINE,)


def test_clients_whom_the_asker_does_not_see_are_not_counted(cast: Cast) -> None:
    override(cast.ada, cast.sana, roles_define=True, clients_create=True, clients_see_all=False)
    # Sana supervises Theo, so Anna is the only client she may hear of.
    found = preview(cast.sana, cast, "practitioner", overrides={})
    assert (found.people, found.counts_all) == ((), False)
    override(cast.ada, cast.sana, roles_define=True)
    (theo,) = preview(cast.sana, cast, "intern", overrides={"clients:see-own": False}).people
    (lin,) = preview(cast.sana, cast, "licensed-therapist", overrides={"clients:see-own": False}).people
    assert (theo.hidden, lin.hidden) == (1, 0)


def test_a_preview_asks_as_much_for_three_holders_as_for_thirty(cast: Cast) -> None:
    asked = []
    for last in (3, 30):
        with entered(cast.alder.practice_id, writing=True):
            for number in range(MemberRole.objects.count(), last):
                member = Member.objects.create(
                    first_name="M", last_name=str(number), sort_key=str(number), email=f"{number}@mail.example",
                    joined_at=cast.began, updated_at=cast.began,
                )  # fmt: skip
                MemberRole.objects.create(
                    member=member, role_id=cast.alder.roles["supervisor"], since=cast.began
                )
        with CaptureQueriesContext(connection) as queries:
            found = preview(cast.ada, cast, "supervisor", overrides={"clients:see-all": True})
        asked.append(len(queries))
    assert len(found.people) > 20
    assert asked[0] == asked[1]


def test_a_preview_is_refused_as_the_act_would_be(cast: Cast) -> None:
    with pytest.raises(OwnerRoleStays):
        preview(cast.olu, cast, "owner", starting_point="practitioner")
    with pytest.raises(RoleSupervises):
        preview(cast.ada, cast, "supervisor", may_supervise=False)
    with pytest.raises(NotAllowed):
        preview(cast.lin, cast, "associate")
    override(cast.ada, cast.lin, roles_define=True)
    with pytest.raises(AboveOwnRights):
        preview(cast.lin, cast, "administrator", overrides={})
    with pytest.raises(InvalidInput):
        preview_member_overrides(
            cast.ada.actor,
            PreviewMemberOverrides(member_id=cast.ada.member_id, overrides={"members:x": True}),
        )
