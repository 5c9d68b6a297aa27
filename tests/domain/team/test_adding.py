"""Create New Members: people on the team at once, one or many, all or none."""

from __future__ import annotations

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.commands.adding import CreateMembers, NewMember, create_members
from kinfold.domain.team.commands.invitations import InviteMember, invite_member
from kinfold.domain.team.errors import AboveOwnRights, ArchivedHere, PeopleRefused
from kinfold.domain.team.models import Member, MemberStatus, Seat
from kinfold.domain.team.queries.members import ListMembers, list_members
from tests.domain.team.steps import acts, invite
from tests.personas import Cast


def person(cast: Cast, first_name: str, email: str = "", *roles: str) -> NewMember:
    return NewMember(
        first_name=first_name,
        last_name="Brooks",
        email=email or f"{first_name.lower()}@example.org",
        role_ids=tuple(cast.alder.roles[role] for role in roles or ("associate",)),
    )


def create(cast: Cast, *people: NewMember, send_codes: bool = False) -> None:
    create_members(cast.ada.actor, CreateMembers(people=people, send_codes=send_codes))


def names(cast: Cast) -> list[str]:
    found = list_members(cast.ada.actor, ListMembers())
    known = {member.name for member in cast.team}
    return [row.name for row in found.page.rows if row.name not in known]


def problems(cast: Cast, *people: NewMember) -> list[tuple[int | None, str]]:
    with pytest.raises(PeopleRefused) as refused:
        create(cast, *people)
    return [(problem.row, problem.field) for problem in refused.value.problems]


@pytest.mark.requirement("H04")
@pytest.mark.requirement("U62")
@pytest.mark.requirement("U63")
def test_a_new_member_is_active_at_once_and_has_no_login_yet(cast: Cast) -> None:
    create(cast, person(cast, "Imani", " Imani@Example.org", "associate", "supervisor"))
    (row,) = [
        row for row in list_members(cast.ada.actor, ListMembers()).page.rows if row.name == "Imani Brooks"
    ]
    assert (row.email, row.state, row.roles) == ("imani@example.org", "active", ("Associate", "Supervisor"))
    assert not row.registered
    assert row.code_until is None
    assert Seat.objects.filter(practice_id=cast.alder.practice_id).count() == len(cast.team)
    assert OutgoingMail.objects.count() == 0
    assert acts(cast.alder.practice_id, subject=row.id) == ["member.created"]


@pytest.mark.requirement("U65")
def test_many_are_created_at_once_and_mailed_their_codes_when_asked(cast: Cast) -> None:
    create(cast, *(person(cast, f"N{n}") for n in range(20)), send_codes=True)
    assert len(names(cast)) == 20
    assert OutgoingMail.objects.filter(kind="team.registration", state="queued").count() == 20
    rows = list_members(cast.ada.actor, ListMembers()).page.rows
    assert sum(row.code_until is not None for row in rows) == 20


@pytest.mark.requirement("U65")
def test_every_wrong_row_says_why_and_nobody_is_created(cast: Cast) -> None:
    invite(cast, email="amara@example.org")
    wrong = problems(
        cast,
        person(cast, "Good"),
        NewMember(first_name="", last_name="<b>x</b>", email="x@", role_ids=()),
        person(cast, "Lin", "LIN@example.org"),
        person(cast, "Amara"),
        person(cast, "Twice", "good@example.org"),
        NewMember(
            first_name="A", last_name="B", email="ab@example.org", role_ids=(cast.birch.roles["owner"],)
        ),
    )
    assert wrong == [
        (1, "first_name"), (1, "last_name"), (1, "email"), (1, "role_ids"),
        (2, "email"), (3, "email"), (4, "email"), (5, "role_ids"),
    ]  # fmt: skip
    assert names(cast) == []


def test_a_member_is_known_by_the_address_of_their_login_too(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(email="old.lin@example.org")
    wrong = problems(cast, person(cast, "A", "lin@example.org"), person(cast, "B", "old.lin@example.org"))
    assert wrong == [(0, "email"), (1, "email")]


def test_somebody_who_is_archived_here_can_be_brought_back_instead(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ARCHIVED)
    with pytest.raises(PeopleRefused) as refused:
        create(cast, person(cast, "Imani"), person(cast, "Lin", "lin@example.org"))
    assert [(found.row, found.member_id) for found in refused.value.archived] == [(1, cast.lin.member_id)]
    invited = InviteMember(
        full_name="Lin", email="lin@example.org", role_ids=(cast.alder.roles["associate"],)
    )
    with pytest.raises(ArchivedHere) as archived:
        invite_member(cast.ada.actor, invited)
    assert archived.value.member_id == cast.lin.member_id


def test_a_deleted_role_is_given_to_nobody(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="associate").update(deleted_at=clock.now())
    assert problems(cast, person(cast, "Imani")) == [(0, "role_ids")]


def test_somebody_on_another_team_is_created_like_anybody(cast: Cast) -> None:
    create(cast, person(cast, "Fran", cast.fran.email))
    assert names(cast) == ["Fran Brooks"]


def test_a_role_above_ones_own_is_refused_and_recorded(cast: Cast) -> None:
    with pytest.raises(AboveOwnRights):
        create(cast, person(cast, "Imani"), person(cast, "Eve", "", "owner"))
    assert names(cast) == []
    assert acts(cast.alder.practice_id)[-1] == "access.refused"


def test_nobody_and_too_many_are_refused_in_a_sentence(cast: Cast) -> None:
    for people in ((), tuple(person(cast, f"N{n}") for n in range(2000))):
        with pytest.raises(InvalidInput) as refused:
            create(cast, *people)
        assert [problem.field for problem in refused.value.problems] == ["people"]


@pytest.mark.parametrize("who", ["sana", "theo", "lin", "bea"])
def test_only_who_may_add_members_can(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        create_members(getattr(cast, who).actor, CreateMembers(people=(person(cast, "Imani"),)))
