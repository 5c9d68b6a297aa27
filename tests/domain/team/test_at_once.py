"""What holds when people act at the same moment, on real connections (RELIABILITY 1.8, 1.9, 1.11)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel.errors import Conflict, InvalidInput, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.leaving import WAIT, ArchiveProvider, archive_provider
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.commands.invitations import (
    AcceptWithLogin,
    InviteMember,
    accept_with_login,
    invite_member,
)
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.commands.roles import ChangeRole, DeleteRole, change_role, delete_role
from kinfold.domain.team.commands.tokens import CreateToken, create_token
from kinfold.domain.team.errors import AlreadyInvited, LastOwner, LinkUsed
from kinfold.domain.team.links import guest_with_login
from kinfold.domain.team.models import ApiToken, Invitation, InvitationRole, Member, MemberRole, Seat
from tests.at_once import at_once, kinds
from tests.domain.clients.steps import person
from tests.domain.team.steps import NEW_ADDRESS, accept, invite, link_of, set_status
from tests.personas import Cast, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("O06")
def test_fifty_acceptances_at_once_make_one_member(cast: Cast) -> None:
    link = link_of(cast.alder.practice_id, invite(cast))
    outcomes = at_once([lambda: accept(link)] * 50)
    assert kinds(outcomes) == {LinkUsed: 49}
    assert Login.objects.filter(email=NEW_ADDRESS).count() == 1
    assert Seat.objects.filter(practice_id=cast.alder.practice_id).count() == len(cast.team) + 1
    with entered(cast.alder.practice_id):
        assert Member.objects.filter(email=NEW_ADDRESS).count() == 1
        assert MemberRole.objects.filter(member__email=NEW_ADDRESS).count() == 1
    assert verify(cast.alder.practice_id).fault is None


@pytest.mark.requirement("O35")
def test_two_practices_invite_one_person_who_accepts_both_at_once_and_joins_one(cast: Cast) -> None:
    alder = invite(cast, email=cast.nora.email)
    birch = invite_member(
        cast.fran.actor,
        InviteMember(
            full_name="Nora Weiss", email=cast.nora.email, role_ids=(cast.birch.roles["associate"],)
        ),
    )

    def join(practice_id: UUID, invitation_id: UUID) -> UUID:
        return accept_with_login(
            guest_with_login(practice_id, cast.nora.login_id),
            AcceptWithLogin(invitation_id=invitation_id, first_name="Nora", last_name="Weiss"),
        )

    outcomes = at_once(
        [
            lambda: join(cast.alder.practice_id, alder),
            lambda: join(cast.birch.practice_id, birch),
        ]
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert Seat.objects.filter(login_id=cast.nora.login_id).count() == 1


def test_ten_invitations_of_one_address_at_once_make_one(cast: Cast) -> None:
    actor = cast.ada.actor
    outcomes = at_once([lambda: invite(cast, by=actor)] * 10)
    assert kinds(outcomes) == {AlreadyInvited: 9}
    with entered(cast.alder.practice_id):
        assert Invitation.objects.count() == 1


@pytest.mark.parametrize("rounds", [20])
def test_two_owners_who_demote_each_other_at_once_leave_an_owner(cast: Cast, rounds: int) -> None:
    roles = cast.alder.roles
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(member_id=cast.lin.member_id, role_id=roles["owner"], since=cast.began)

    def demote(by: Person, member: Person) -> Callable[[], object]:
        actor, version = by.actor, _version(cast, member)
        data = ChangeMemberRoles(
            member_id=member.member_id, version=version, role_ids=(roles["practitioner"],)
        )
        return lambda: change_member_roles(actor, data)

    for _ in range(rounds):
        outcomes = at_once([demote(cast.olu, cast.lin), demote(cast.lin, cast.olu)])
        owners = [person for person in (cast.olu, cast.lin) if person.actor.may(Permission.PRACTICE_OWN)]
        assert len(owners) == 1
        assert kinds(outcomes) == {LastOwner: 1}
        (left,) = owners
        (gone,) = {cast.olu, cast.lin} - {left}
        change_member_roles(
            left.actor,
            ChangeMemberRoles(
                member_id=gone.member_id, version=_version(cast, gone), role_ids=(roles["owner"],)
            ),
        )


def test_two_owners_who_make_each_other_inactive_at_once_leave_one_at_work(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=cast.lin.member_id, role_id=cast.alder.roles["owner"], since=cast.began
        )

    def stop(by: Person, member: Person) -> Callable[[], object]:
        actor = by.actor
        data = ChangeMemberStatus(
            member_id=member.member_id, version=_version(cast, member), status="inactive"
        )
        return lambda: change_member_status(actor, data)

    for _ in range(10):
        outcomes = at_once([stop(cast.olu, cast.lin), stop(cast.lin, cast.olu)])
        assert kinds(outcomes) == {LastOwner: 1}
        (left,) = [person for person in (cast.olu, cast.lin) if person.has_access]
        (gone,) = {cast.olu, cast.lin} - {left}
        set_status(cast, gone, "active", by=left)


def test_whoever_is_archived_while_others_give_them_clients_ends_with_none(cast: Cast) -> None:
    def give() -> UUID:
        return create_clients(
            cast.ada.actor,
            CreateClients(people=(person(),), therapist_id=cast.theo.member_id, accept_duplicates=True),
        )[0]

    def leave() -> object:
        data = ArchiveProvider(member_id=cast.theo.member_id, version=_version(cast, cast.theo), clients=WAIT)
        return archive_provider(cast.olu.actor, data)

    for _ in range(5):
        outcomes = at_once([give, leave, give])
        assert kinds(outcomes).keys() <= {InvalidInput}
        with entered(cast.alder.practice_id):
            assert not Client.objects.filter(primary_id=cast.theo.member_id).exists()
            assert not Assignment.objects.filter(member_id=cast.theo.member_id, until__isnull=True).exists()
        set_status(cast, cast.theo, "active", by=cast.olu)


def test_a_double_click_makes_one_token_even_at_the_same_moment(cast: Cast) -> None:
    actor = cast.ada.actor
    data = CreateToken(name="Reports", scopes=(Permission.MEMBERS_NAMES.value,), days=30, key="form-1")
    outcomes = at_once([lambda: create_token(actor, data)] * 8)
    assert kinds(outcomes) == {}
    assert len(set(outcomes)) == 1
    with entered(cast.alder.practice_id):
        assert ApiToken.objects.count() == 1


def test_a_role_that_is_deleted_while_it_is_given_is_left_to_nobody(cast: Cast) -> None:
    """Whoever came first: a deleted role is held by nobody and offered to nobody."""
    roles = cast.alder.roles
    for number, key in enumerate(("associate", "practitioner", "client-administrator")):
        doomed, ada, olu = roles[key], cast.ada.actor, cast.olu.actor
        deletion = DeleteRole(role_id=doomed, version=1, replacement_id=roles["licensed-therapist"])
        given = ChangeMemberRoles(
            member_id=cast.lin.member_id,
            version=_version(cast, cast.lin),
            role_ids=(roles["licensed-therapist"], doomed),
        )
        offered = InviteMember(full_name="Imani", email=f"imani{number}@example.org", role_ids=(doomed,))
        cast.alder.roles["doomed"] = doomed
        address = f"amara{number}@example.org"
        link = link_of(cast.alder.practice_id, invite(cast, role="doomed", email=address))
        acts: list[Callable[[], object]] = [
            partial(delete_role, ada, deletion),
            partial(change_member_roles, olu, given),
            partial(invite_member, olu, offered),
            partial(accept, link, first_name="Amara"),
        ]
        outcomes = at_once(acts)
        assert outcomes[0] is None
        assert set(kinds(outcomes)) <= {InvalidInput}
        with entered(cast.alder.practice_id):
            assert not MemberRole.objects.filter(role_id=doomed, until__isnull=True).exists()
            pending = Invitation.objects.filter(state="pending")
            assert not InvitationRole.objects.filter(role_id=doomed, invitation__in=pending).exists()


def test_of_two_who_change_a_role_at_once_one_is_told(cast: Cast) -> None:
    said: dict[str, Any] = {
        "starting_point": "practitioner",
        "overrides": {},
        "clinical": True,
        "may_supervise": False,
    }
    role_id = cast.alder.roles["associate"]
    acts = [
        partial(
            change_role,
            person.actor,
            ChangeRole(role_id=role_id, version=1, name=name, requires_supervision=False, **said),
        )
        for person, name in ((cast.olu, "Fellow"), (cast.ada, "Resident"))
    ]
    assert kinds(at_once(acts)) == {StaleVersion: 1}


def _version(cast: Cast, member: Person) -> int:
    with entered(cast.alder.practice_id):
        return Member.objects.values_list("version", flat=True).get(pk=member.member_id)
