"""Creating, copying, changing and deleting roles."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kinfold.domain.access.definitions import FIELDS, definitions
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.roles import (
    ChangeRole,
    CopyRole,
    CreateRole,
    DeleteRole,
    change_role,
    copy_role,
    create_role,
    delete_role,
)
from kinfold.domain.team.commands.supervision import EndSupervision, end_supervision
from kinfold.domain.team.errors import (
    AboveOwnRights,
    LosesOwnRights,
    NobodyAdministers,
    OwnerRoleStays,
    RoleStays,
    RoleSupervises,
)
from kinfold.domain.team.models import MemberRole, Supervision
from kinfold.domain.team.queries.members import GetMember, get_member
from kinfold.domain.team.queries.roles import ListRoles, list_roles
from tests.domain.team.steps import accept, acts, invite, link_of
from tests.domain.team.test_roles import set_roles
from tests.personas import Cast, Person

INTERN: dict[str, Any] = {
    "name": "Intern who sees no records",
    "description": "First year.",
    "starting_point": "practitioner",
    "overrides": {"clients:chart": False},
    "clinical": True,
    "requires_supervision": True,
    "may_supervise": False,
    "modifier": "HO",
}


def create(by: Person, **changes: Any) -> UUID:
    """A new role, like INTERN unless something else is said."""
    return create_role(by.actor, CreateRole(**{**INTERN, **changes}))


def change(
    by: Person, role_id: UUID, *, version: int | None = None, accept: bool = False, **changes: Any
) -> None:
    """Change some of a role, as read just now unless a version is given."""
    with entered(by.practice_id):
        role = Role.objects.get(pk=role_id)
    said = {field: getattr(role, field) for field in ("name", "description", *FIELDS)}
    change_role(
        by.actor,
        ChangeRole(
            role_id=role_id, version=version or role.version, accept_own_loss=accept, **{**said, **changes}
        ),
    )


def delete(by: Person, role_id: UUID, replacement_id: UUID | None = None) -> None:
    """Delete a role as read just now."""
    with entered(by.practice_id):
        version = Role.objects.values_list("version", flat=True).get(pk=role_id)
    delete_role(by.actor, DeleteRole(role_id=role_id, version=version, replacement_id=replacement_id))


def refused_fields(error: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [problem.field for problem in error.value.problems]


# --- creating and copying -----------------------------------------------------------------------------------------


@pytest.mark.requirement("O13")
@pytest.mark.requirement("O14")
@pytest.mark.requirement("O15")
def test_a_practice_makes_a_role_of_its_own_and_gives_it(cast: Cast) -> None:
    role_id = create(cast.ada)
    row = next(role for role in list_roles(cast.lin.actor, ListRoles()) if role.id == role_id)
    assert (row.name, row.description, row.key) == ("Intern who sees no records", "First year.", "")
    assert (row.clinical, row.requires_supervision, row.may_supervise) == (True, True, False)
    cast.alder.roles["own"] = role_id
    set_roles(cast, cast.ada, cast.lin, "own")
    assert cast.lin.actor.may(Permission.CLIENTS_SEE_OWN, Permission.CLIENTS_PROFILE)
    assert not cast.lin.actor.may(Permission.CLIENTS_CHART)
    assert acts(cast.alder.practice_id, subject=role_id) == ["role.created"]


@pytest.mark.requirement("O22")
def test_a_copy_says_the_same_under_its_own_name(cast: Cast) -> None:
    original = create(cast.ada)
    copied = copy_role(cast.ada.actor, CopyRole(role_id=original, name="Intern, second year"))
    with entered(cast.alder.practice_id):
        said, names = definitions(), dict(Role.objects.values_list("id", "name"))
    assert said[copied] == said[original]
    assert names[copied] == "Intern, second year"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "  "}, ["name"]),
        ({"name": "…!?"}, ["name"]),
        ({"name": "x" * 61}, ["name"]),
        ({"name": "<b>Boss</b>"}, ["name"]),
        ({"name": "Intern\u202e"}, ["name"]),
        ({"name": "ínTERN"}, ["name"]),
        ({"description": "x" * 301, "starting_point": "owner"}, ["description", "starting_point"]),
        ({"description": "a\x00b"}, ["description"]),
        ({"starting_point": "god"}, ["starting_point"]),
        ({"overrides": {"clients:eat": True}, "modifier": "XX"}, ["overrides", "modifier"]),
        ({"overrides": {"practice:own": True}}, ["overrides"]),
        ({"overrides": {"practice:own": False}}, ["overrides"]),
    ],
)
def test_what_no_role_can_say_is_refused_with_its_field(
    cast: Cast, changes: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(cast.olu, **changes)
    assert refused_fields(refused) == fields


def test_nobody_creates_or_copies_a_role_above_their_own_rights(cast: Cast) -> None:
    # Ada may define roles and not what is an owner's alone; whoever has less may define less.
    role_id = create(cast.olu, name="Role keeper", starting_point="nothing", overrides={"roles:define": True})
    cast.alder.roles["keeper"] = role_id
    set_roles(cast, cast.olu, cast.lin, "keeper")
    for attempt in (
        lambda: create(cast.lin, name="More", starting_point="practitioner"),
        lambda: create(cast.lin, name="More", starting_point="nothing", overrides={"audit:all": True}),
        lambda: copy_role(cast.lin.actor, CopyRole(role_id=cast.alder.roles["administrator"], name="Me too")),
        lambda: change(cast.lin, cast.alder.roles["associate"], description="Less"),
        lambda: change(cast.lin, role_id, overrides={"roles:define": True, "clients:create": True}),
        lambda: delete(cast.lin, cast.alder.roles["associate"]),
        lambda: delete(cast.lin, role_id, cast.alder.roles["administrator"]),
    ):
        with pytest.raises(AboveOwnRights):
            attempt()
    change(cast.lin, role_id, description="Keeps roles")


def test_nobody_touches_the_owner_role(cast: Cast) -> None:
    owner = cast.alder.roles["owner"]
    for person in (cast.olu, cast.ada):
        for attempt in (
            lambda by: change(by, owner, starting_point="practitioner"),
            lambda by: copy_role(by.actor, CopyRole(role_id=owner, name="Another owner")),
            lambda by: delete(by, owner, cast.alder.roles["associate"]),
        ):
            with pytest.raises(OwnerRoleStays):
                attempt(person)


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_define_roles_does(cast: Cast, person: str) -> None:
    by = getattr(cast, person)
    for attempt in (
        lambda: create(by, starting_point="nothing", overrides={}),
        lambda: copy_role(by.actor, CopyRole(role_id=cast.alder.roles["intern"], name="Mine")),
        lambda: change(by, cast.alder.roles["intern"], description="Mine"),
        lambda: delete(by, cast.alder.roles["practitioner"]),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_another_practices_role_is_as_absent_as_one_that_never_was(cast: Cast) -> None:
    for role_id in (cast.alder.roles["intern"], uuid4()):
        for attempt in (
            lambda role_id=role_id: change_role(
                cast.fran.actor, ChangeRole(role_id=role_id, version=1, **INTERN)
            ),
            lambda role_id=role_id: copy_role(cast.fran.actor, CopyRole(role_id=role_id, name="Theirs")),
            lambda role_id=role_id: delete_role(cast.fran.actor, DeleteRole(role_id=role_id, version=1)),
        ):
            with pytest.raises(NotFound) as refused:
                attempt()
            assert refused.value.message == NotFound.message


# --- changing -----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("O16")
@pytest.mark.requirement("O22")
def test_a_changed_role_bites_on_the_next_request_of_everybody_who_holds_it(cast: Cast) -> None:
    assert cast.lin.actor.may(Permission.CLIENTS_CHART)
    role = cast.alder.roles["licensed-therapist"]
    change(cast.ada, role, name="Therapist", overrides={"clients:chart": False, "clients:create": True})
    assert not cast.lin.actor.may(Permission.CLIENTS_CHART)
    assert cast.lin.actor.may(Permission.CLIENTS_CREATE)
    assert cast.lin.actor.role_names == ("Therapist",)
    assert acts(cast.alder.practice_id, subject=role) == ["role.changed"]


def test_what_a_role_said_before_is_kept_until_the_moment_it_was_changed(cast: Cast) -> None:
    role, now = cast.alder.roles["associate"], clock.now()
    for hours, overrides in ((1, {"clients:chart": False}), (2, {}), (3, {"clients:create": True})):
        with clock.frozen_at(now + timedelta(hours=hours)):
            change(cast.ada, role, overrides=overrides)
    with entered(cast.alder.practice_id):
        said = [
            definitions(now + timedelta(hours=hours, minutes=minutes))[role].overrides
            for hours, minutes in ((0, 0), (0, 59), (1, 0), (2, 0), (2, 59), (3, 0))
        ]
    first, second = {"clients:chart": False}, {"clients:create": True}
    assert said == [{}, {}, first, {}, {}, second]


def test_saving_a_role_as_it_is_changes_nothing_and_a_new_name_alone_keeps_no_definition(cast: Cast) -> None:
    role = cast.alder.roles["associate"]
    change(cast.ada, role)
    assert acts(cast.alder.practice_id, subject=role) == []
    change(cast.ada, role, name="Associate Therapist")
    with entered(cast.alder.practice_id):
        assert definitions(cast.began) == definitions()


def test_the_second_editor_of_a_role_gets_a_conflict_and_overwrites_nothing(cast: Cast) -> None:
    role = cast.alder.roles["associate"]
    change(cast.ada, role, description="First", version=1)
    with pytest.raises(StaleVersion):
        change(cast.olu, role, description="Second", version=1)
    with entered(cast.alder.practice_id):
        assert Role.objects.get(pk=role).description == "First"


def test_a_role_keeps_its_own_name_and_cannot_take_anothers(cast: Cast) -> None:
    role = cast.alder.roles["associate"]
    change(cast.ada, role, name="ASSOCIATE")
    with pytest.raises(InvalidInput) as refused:
        change(cast.ada, role, name="Supervisór")
    assert refused_fields(refused) == ["name"]


@pytest.mark.requirement("O17")
def test_requiring_supervision_flags_those_who_hold_the_role_already(cast: Cast) -> None:
    assert not get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).member.needs_supervisor
    change(cast.ada, cast.alder.roles["licensed-therapist"], requires_supervision=True)
    assert get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).member.needs_supervisor


@pytest.mark.requirement("O18")
def test_a_role_that_people_supervise_with_goes_on_allowing_it(cast: Cast) -> None:
    role = cast.alder.roles["supervisor"]
    with pytest.raises(RoleSupervises, match="1 person supervises others with this role"):
        change(cast.ada, role, may_supervise=False)
    with pytest.raises(RoleSupervises):
        delete(cast.ada, role, cast.alder.roles["associate"])
    with entered(cast.alder.practice_id):
        supervision_id = Supervision.objects.values_list("id", flat=True).get()
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=supervision_id))
    change(cast.ada, role, may_supervise=False)


def test_whoever_would_lock_themselves_out_has_to_say_that_they_know(cast: Cast) -> None:
    role = cast.alder.roles["administrator"]
    for name in ("roles:define", "roles:assign"):
        with pytest.raises(LosesOwnRights):
            change(cast.ada, role, overrides={name: False})
    change(cast.ada, role, overrides={"roles:define": False}, accept=True)
    assert not cast.ada.actor.may(Permission.ROLES_DEFINE)
    change(cast.olu, role, overrides={})
    assert cast.ada.actor.may(Permission.ROLES_DEFINE)


def test_somebody_who_signs_in_can_always_administer(cast: Cast) -> None:
    Login.objects.filter(pk=cast.olu.login_id).update(is_active=False)
    with pytest.raises(NobodyAdministers):
        change(cast.ada, cast.alder.roles["administrator"], overrides={"members:invite": False}, accept=True)
    with pytest.raises(RoleStays):
        delete(cast.ada, cast.alder.roles["administrator"], cast.alder.roles["associate"])


# --- deleting -----------------------------------------------------------------------------------------------------


def test_a_role_in_use_is_deleted_only_with_what_people_get_instead(cast: Cast) -> None:
    role, instead = cast.alder.roles["licensed-therapist"], cast.alder.roles["associate"]
    for replacement_id in (None, role, uuid4(), cast.birch.roles["associate"]):
        with pytest.raises(InvalidInput) as refused:
            delete(cast.ada, role, replacement_id)
        assert refused_fields(refused) == ["replacement_id"]
    invitation = invite(cast)
    delete(cast.ada, role, instead)
    assert cast.lin.actor.role_names == ("Associate",)
    assert role not in {row.id for row in list_roles(cast.ada.actor, ListRoles())}
    joined = accept(link_of(cast.alder.practice_id, invitation))
    with entered(cast.alder.practice_id):
        held = MemberRole.objects.filter(member_id=joined).values_list("role_id", flat=True)
        assert list(held) == [instead]
        periods = MemberRole.objects.filter(member_id=cast.lin.member_id).order_by("since")
        assert [(r, until is None) for r, until in periods.values_list("role_id", "until")] == [
            (role, False),
            (instead, True),
        ]
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["member.roles_changed"]


def test_an_invitation_alone_is_a_use_and_is_given_the_replacement_once(cast: Cast) -> None:
    role, instead = create(cast.ada), cast.alder.roles["associate"]
    cast.alder.roles["own"] = role
    invitation = invite(cast, role="own")
    with pytest.raises(InvalidInput):
        delete(cast.ada, role)
    delete(cast.ada, role, instead)
    assert list(acts(cast.alder.practice_id, subject=role)) == ["role.created", "role.deleted"]
    accept(link_of(cast.alder.practice_id, invitation))


def test_who_holds_the_replacement_already_holds_it_once(cast: Cast) -> None:
    set_roles(cast, cast.ada, cast.lin, "licensed-therapist", "associate")
    delete(cast.ada, cast.alder.roles["licensed-therapist"], cast.alder.roles["associate"])
    assert cast.lin.actor.role_names == ("Associate",)


def test_a_deleted_role_is_gone_for_everybody_and_its_name_is_free(cast: Cast) -> None:
    role = create(cast.ada)
    delete(cast.ada, role)
    with pytest.raises(NotFound):
        delete(cast.ada, role)
    cast.alder.roles["own"] = role
    with pytest.raises(InvalidInput):
        set_roles(cast, cast.ada, cast.lin, "own")
    with pytest.raises(InvalidInput):
        delete(cast.ada, cast.alder.roles["practitioner"], role)
    assert create(cast.ada) != role


def test_a_retried_creation_makes_one_role(cast: Cast) -> None:
    data = CreateRole(**INTERN)
    first, again = (create_role(cast.ada.actor, data, once="k") for _ in range(2))
    assert first == again


def test_a_refused_change_leaves_no_trace_but_the_refusal(cast: Cast) -> None:
    with entered(cast.alder.practice_id):
        before = {role_id: asdict(said) for role_id, said in definitions().items()}
    with pytest.raises(DomainError):
        change(cast.ada, cast.alder.roles["supervisor"], may_supervise=False, overrides={"audit:all": True})
    with entered(cast.alder.practice_id):
        assert {role_id: asdict(said) for role_id, said in definitions().items()} == before
