"""Archiving, taking admin access away, and removing for good: what must be in order first, and what is left."""

from __future__ import annotations

from uuid import UUID

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.clients.queries.opening import OpenClient, open_client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotAllowed, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.errors import IsOwner, NoAdminRole, NotReadyToLeave, StillHasClients
from kinfold.domain.lifecycle.leaving import (
    HAND_OVER,
    WAIT,
    ArchiveProvider,
    GetLeaving,
    RemoveAdminAccess,
    RemoveMember,
    archive_provider,
    get_leaving,
    remove_admin_access,
    remove_member,
)
from kinfold.domain.team.commands.invitations import AcceptWithLogin, accept_with_login
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.errors import LastAdministrator, LastOwner, NoRoleHeld, NotOneself
from kinfold.domain.team.links import guest_with_login
from kinfold.domain.team.models import Member, MemberRole, Seat
from kinfold.domain.team.queries.members import GetMember, get_member
from tests.domain.team.steps import acts, invite, set_status, version_of
from tests.personas import Cast, Person


def archive(cast: Cast, member: Person, *, by: Person | None = None, **how: object) -> None:
    data = ArchiveProvider(member_id=member.member_id, version=version_of(cast, member), **how)  # type: ignore[arg-type]
    archive_provider((by or cast.ada).actor, data)


def remove(cast: Cast, member: Person, *, by: Person | None = None) -> None:
    remove_member(
        (by or cast.olu).actor, RemoveMember(member_id=member.member_id, version=version_of(cast, member))
    )


def take_admin(cast: Cast, member: Person, *, by: Person | None = None) -> None:
    data = RemoveAdminAccess(member_id=member.member_id, version=version_of(cast, member))
    remove_admin_access((by or cast.olu).actor, data)


def give(cast: Cast, member: Person, *roles: str) -> None:
    with entered(cast.alder.practice_id, writing=True):
        for role in roles:
            MemberRole.objects.create(
                member_id=member.member_id, role_id=cast.alder.roles[role], since=cast.began
            )


def therapist_and_kind(cast: Cast, client_id: UUID) -> tuple[UUID | None, str]:
    with entered(cast.alder.practice_id):
        client = Client.objects.get(pk=client_id)
        open_kinds = list(
            Assignment.objects.filter(client=client, until__isnull=True).values_list("member_id", flat=True)
        )
        assert open_kinds == ([client.primary_id] if client.primary_id else [])
        return client.primary_id, client.kind


# --- archive provider ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("H17")
def test_archiving_with_clients_is_refused_with_their_number(cast: Cast) -> None:
    with pytest.raises(StillHasClients) as refused:
        archive(cast, cast.lin)
    assert refused.value.clients == 2
    assert "has 2 clients" in refused.value.message
    assert cast.lin.actor.clinical


@pytest.mark.requirement("H18")
def test_clients_are_handed_over_in_the_same_act_and_stay_what_they_are(cast: Cast) -> None:
    archive(cast, cast.lin, clients=HAND_OVER, therapist_id=cast.theo.member_id, reason="Moved away")
    theo = cast.theo.member_id
    assert therapist_and_kind(cast, cast.ben.id) == (theo, "practice")
    assert therapist_and_kind(cast, cast.dora.id) == (theo, "direct")
    profile = open_client(cast.ada.actor, OpenClient(client_id=cast.ben.id)).profile
    assert profile is not None
    assert [(tie.therapist, tie.reason, tie.ended_by) for tie in profile.history] == [
        ("Theo Park", "Moved away", ""),
        ("Lin Zhao", "", "Ada Brandt"),
    ]
    assert acts(cast.alder.practice_id)[-5:] == [
        "client.assigned",
        "client.assigned",
        "change.applied",
        "member.archived",
        "client.opened",
    ]


def test_clients_can_be_left_waiting_for_a_therapist(cast: Cast) -> None:
    archive(cast, cast.lin, clients=WAIT)
    assert therapist_and_kind(cast, cast.ben.id) == (None, "practice")
    assert therapist_and_kind(cast, cast.dora.id) == (None, "practice")


@pytest.mark.parametrize("to", ["lin", "bea", "fran", "sana"])
def test_clients_are_handed_over_only_to_who_takes_them_or_nothing_happens(cast: Cast, to: str) -> None:
    set_status(cast, cast.sana, "on_hold")
    other: Person = getattr(cast, to)
    with pytest.raises(InvalidInput) as refused:
        archive(cast, cast.lin, clients=HAND_OVER, therapist_id=other.member_id)
    assert [problem.field for problem in refused.value.problems] == ["therapist_id"]
    assert therapist_and_kind(cast, cast.ben.id) == (cast.lin.member_id, "practice")
    assert cast.lin.actor.clinical


def test_handing_over_needs_the_right_to_assign(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        people = Role.objects.create(
            name="People", name_key="people", starting_point="administrator",
            overrides={"clients:assign": False}, position=20,
        )  # fmt: skip
        MemberRole.objects.filter(member_id=cast.bea.member_id).update(role=people)
    with pytest.raises(NotAllowed):
        archive(cast, cast.lin, by=cast.bea, clients=WAIT)
    assert not get_leaving(cast.bea.actor, GetLeaving(member_id=cast.lin.member_id)).may_hand_over
    archive(cast, cast.theo, clients=WAIT)
    set_status(cast, cast.theo, "active")
    archive(cast, cast.theo, by=cast.bea)


def test_nothing_happens_when_somebody_else_saved_first(cast: Cast) -> None:
    with pytest.raises(StaleVersion):
        archive_provider(
            cast.ada.actor, ArchiveProvider(member_id=cast.lin.member_id, version=7, clients=WAIT)
        )
    assert therapist_and_kind(cast, cast.ben.id) == (cast.lin.member_id, "practice")


def test_what_hangs_on_somebody_is_counted_before_they_leave(cast: Cast) -> None:
    give(cast, cast.lin, "administrator")
    invite(cast, by=cast.lin.actor)
    found = get_leaving(cast.olu.actor, GetLeaving(member_id=cast.lin.member_id))
    assert (found.clients, found.supervisees, found.tokens, found.invitations) == (2, 0, 0, 1)
    assert (found.admin_roles, found.keeps) == (("Administrator",), ("Licensed Therapist",))
    assert get_leaving(cast.ada.actor, GetLeaving(member_id=cast.sana.member_id)).supervisees == 1
    with pytest.raises(NotAllowed):
        get_leaving(cast.bea.actor, GetLeaving(member_id=cast.lin.member_id))


# --- remove admin access ------------------------------------------------------------------------------------------


@pytest.mark.requirement("H10")
@pytest.mark.requirement("H15")
def test_a_clinician_loses_admin_access_at_once_and_stays_a_clinician(cast: Cast) -> None:
    give(cast, cast.lin, "administrator", "billing-administrator")
    assert cast.lin.actor.may(Permission.ROLES_ASSIGN)
    take_admin(cast, cast.lin)
    assert cast.lin.actor.role_names == ("Licensed Therapist",)
    assert cast.lin.actor.permissions >= {Permission.CLIENTS_SEE_OWN}
    assert not cast.lin.actor.may(Permission.CLIENTS_SEE_ALL)
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["member.admin_removed"]


@pytest.mark.requirement("H15")
def test_who_holds_no_other_role_is_archived_and_out(cast: Cast) -> None:
    take_admin(cast, cast.bea)
    assert not cast.bea.has_access
    assert get_member(cast.olu.actor, GetMember(member_id=cast.bea.member_id)).member.state == "archived"
    # Nobody comes back into nothing: a role first.
    with pytest.raises(NoRoleHeld):
        set_status(cast, cast.bea, "active")
    change_member_roles(
        cast.ada.actor,
        ChangeMemberRoles(
            member_id=cast.bea.member_id,
            version=version_of(cast, cast.bea),
            role_ids=(cast.alder.roles["practitioner"],),
        ),
    )
    set_status(cast, cast.bea, "active")
    assert cast.bea.actor.role_names == ("Practitioner",)


@pytest.mark.requirement("H13")
@pytest.mark.parametrize("by", ["ada", "sana", "lin", "bea"])
def test_only_owners_take_admin_access_away(cast: Cast, by: str) -> None:
    give(cast, cast.theo, "client-administrator")
    with pytest.raises(NotAllowed):
        take_admin(cast, cast.theo, by=getattr(cast, by))
    assert "Client Administrator" in cast.theo.actor.role_names
    assert acts(cast.alder.practice_id)[-1] == "access.refused"


def test_admin_access_that_must_stay_or_is_none_is_not_taken(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        take_admin(cast, cast.ada)
    with pytest.raises(NoAdminRole):
        take_admin(cast, cast.lin)
    with pytest.raises(NotOneself):
        take_admin(cast, cast.olu)
    give(cast, cast.lin, "owner", "administrator")
    with pytest.raises(IsOwner):
        take_admin(cast, cast.lin)
    assert cast.lin.actor.may(*Permission)


def test_an_administrator_with_clients_and_no_other_role_hands_them_over_first(cast: Cast) -> None:
    give(cast, cast.lin, "administrator")
    with entered(cast.alder.practice_id, writing=True):
        own = MemberRole.objects.filter(member_id=cast.lin.member_id)
        own.filter(role__key="licensed-therapist").update(until=clock.now())
    with pytest.raises(StillHasClients):
        take_admin(cast, cast.lin)
    assert cast.lin.actor.role_names == ("Administrator",)


# --- removal ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("O12")
def test_removal_waits_until_everything_is_handed_over(cast: Cast) -> None:
    with pytest.raises(NotReadyToLeave) as refused:
        remove(cast, cast.lin)
    assert refused.value.message == "This person cannot be removed yet. First hand over 2 clients."
    assign_client(cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=cast.sana.member_id))
    with pytest.raises(NotReadyToLeave) as refused:
        remove(cast, cast.sana)
    assert "First hand over 1 client and end the supervision of 1 person." in refused.value.message


@pytest.mark.requirement("O12")
@pytest.mark.requirement("O35")
def test_who_was_removed_is_free_to_join_another_practice_and_stays_in_history(cast: Cast) -> None:
    archive(cast, cast.lin, clients=WAIT)
    remove(cast, cast.lin)
    assert not cast.lin.has_access
    assert not Seat.objects.filter(login_id=cast.lin.login_id).exists()
    profile = open_client(cast.ada.actor, OpenClient(client_id=cast.ben.id)).profile
    assert profile is not None
    assert [tie.therapist for tie in profile.history] == ["Lin Zhao"]
    with entered(cast.alder.practice_id):
        assert not MemberRole.objects.filter(member_id=cast.lin.member_id, until__isnull=True).exists()
    # Back with the same login, as a new member with a history of their own.
    invitation_id = invite(cast, email=cast.lin.email, full_name="Lin Zhao")
    guest = guest_with_login(cast.alder.practice_id, cast.lin.login_id)
    member_id = accept_with_login(
        guest, AcceptWithLogin(invitation_id=invitation_id, first_name="Lin", last_name="Zhao")
    )
    assert cast.lin.actor.member_id == member_id != cast.lin.member_id
    with entered(cast.alder.practice_id):
        assert Member.objects.filter(email=cast.lin.email).count() == 2


def test_only_owners_remove_and_never_the_last_of_them(cast: Cast) -> None:
    archive(cast, cast.lin, clients=WAIT)
    with pytest.raises(NotAllowed):
        remove(cast, cast.lin, by=cast.ada)
    give(cast, cast.theo, "owner")
    archive(cast, cast.theo, by=cast.olu, clients=WAIT)
    with pytest.raises(DomainError) as refused:
        remove(cast, cast.olu, by=cast.olu)
    assert isinstance(refused.value, NotOneself | LastOwner)
