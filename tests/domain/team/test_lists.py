"""The lists of the team: views, counts, search, order, pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.ranks import RankMembers, rank_members
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.columns import DEFAULT, Column
from kinfold.domain.team.commands.arranging import ArrangeTeam, arrange_team
from kinfold.domain.team.commands.invitations import DeclineInvitation, decline_invitation
from kinfold.domain.team.links import guest_with_link
from kinfold.domain.team.models import Member, MemberStatus
from kinfold.domain.team.queries.arranged import GetTeamLayout, get_team_layout
from kinfold.domain.team.queries.invitations import InvitationsPage, ListInvitations, list_invitations
from kinfold.domain.team.queries.listing import TeamView, Window
from kinfold.domain.team.queries.members import (
    GetMember,
    ListMembers,
    ListNames,
    TeamPage,
    get_member,
    list_members,
    list_names,
)
from tests.domain.team.steps import accept, invite, link_of
from tests.personas import Cast, Person


def members(cast: Cast, view: TeamView = TeamView.ACTIVE, search: str = "", sort: str = "name") -> TeamPage:
    return list_members(cast.ada.actor, ListMembers(view=view, search=search, sort=sort))


def names(found: TeamPage | InvitationsPage) -> list[str]:
    return [row.name for row in found.page.rows]


def set_status(cast: Cast, person: Person, status: MemberStatus) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=person.member_id).update(status=status)


def test_the_team_is_listed_by_family_name_with_roles_and_supervisors(cast: Cast) -> None:
    found = members(cast)
    assert names(found) == [
        "Olu Adeyemi", "Ada Brandt", "Sana Malik", "Bea Ortiz", "Theo Park", "Lin Zhao",
    ]  # fmt: skip
    theo = found.page.rows[4]
    assert theo.roles == ("Intern",)
    assert [row.name for row in theo.supervisors] == ["Sana Malik"]
    assert theo.email == "theo@example.org"


@pytest.mark.requirement("U05")
@pytest.mark.requirement("U06")
def test_each_person_is_in_exactly_one_view_and_the_counts_say_so(cast: Cast) -> None:
    invite(cast)
    set_status(cast, cast.bea, MemberStatus.ARCHIVED)
    set_status(cast, cast.lin, MemberStatus.ON_HOLD)
    set_status(cast, cast.theo, MemberStatus.INACTIVE)
    active, archived = members(cast), members(cast, TeamView.ARCHIVED)
    pending = list_invitations(cast.ada.actor, ListInvitations())
    assert names(archived) == ["Bea Ortiz"]
    assert names(pending) == ["Imani Brooks"]
    assert {row.state for row in active.page.rows} == {"active", "on_hold", "inactive"}
    assert not set(names(active)) & set(names(archived))
    for found in (active, archived, pending):
        assert (found.counts.active, found.counts.pending, found.counts.archived) == (5, 1, 1)
    assert (active.page.total, pending.page.total, archived.page.total) == (5, 1, 1)


@pytest.mark.requirement("U10")
def test_pending_says_who_was_invited_when_by_whom_and_until_when(cast: Cast) -> None:
    moment = clock.now()
    with clock.frozen_at(moment):
        invite(cast)
    (row,) = list_invitations(cast.ada.actor, ListInvitations()).page.rows
    assert (row.name, row.email, row.invited_by) == ("Imani Brooks", "imani@example.org", "Ada Brandt")
    assert (row.invited_at, row.expires_at) == (moment, moment + timedelta(days=7))
    assert (row.state, row.roles) == ("pending", ("Licensed Therapist",))
    with clock.frozen_at(moment + timedelta(days=7)):
        found = list_invitations(cast.ada.actor, ListInvitations())
        assert [row.state for row in found.page.rows] == ["expired"]
        assert found.counts.pending == 1


@pytest.mark.requirement("O05")
def test_the_inviter_sees_both_answers(cast: Cast) -> None:
    accept(link_of(cast.alder.practice_id, invite(cast)))
    guest, secret = guest_with_link(
        link_of(cast.alder.practice_id, invite(cast, email="amara@example.org", full_name="Amara Diallo"))
    )
    decline_invitation(guest, DeclineInvitation(secret=secret))
    found = list_invitations(cast.ada.actor, ListInvitations())
    assert names(found) == []
    assert [(row.name, row.state) for row in found.declined] == [("Amara Diallo", "declined")]
    assert "Imani Brooks" in names(members(cast))
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        assert list_invitations(cast.ada.actor, ListInvitations()).declined == ()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zha", ["Lin Zhao"]),
        ("LIN z", ["Lin Zhao"]),
        ("theo@exam", ["Theo Park"]),
        ("hao", []),
        ("li pa", []),
        ("", ["Olu Adeyemi", "Ada Brandt", "Sana Malik", "Bea Ortiz", "Theo Park", "Lin Zhao"]),
    ],
)
def test_people_are_found_by_how_words_begin(cast: Cast, typed: str, found: list[str]) -> None:
    assert names(members(cast, search=typed)) == found


def test_accents_and_case_do_not_count_in_search(cast: Cast) -> None:
    invite(cast, full_name="Élodie Núñez")
    invite(cast, full_name="Imani Brooks", email="b@example.org")
    found = list_invitations(cast.ada.actor, ListInvitations(search="nunez elo"))
    assert names(found) == ["Élodie Núñez"]


def test_the_team_sorts_by_name_or_joining_in_both_directions(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(joined_at=cast.began - timedelta(days=9))
    assert names(members(cast, sort="-name"))[0] == "Lin Zhao"
    assert names(members(cast, sort="joined"))[0] == "Lin Zhao"
    assert names(members(cast, sort="-joined"))[-1] == "Lin Zhao"
    assert names(members(cast, sort="no such order")) == names(members(cast))


def test_the_team_can_be_filtered_by_role(cast: Cast) -> None:
    found = list_members(cast.ada.actor, ListMembers(role_id=cast.alder.roles["intern"]))
    assert names(found) == ["Theo Park"]


def test_pages_hang_together_without_gaps_or_repeats(cast: Cast) -> None:
    everybody = [row.id for row in members(cast).page.rows]
    seen: list[UUID] = []
    after = None
    while True:
        page = list_members(cast.ada.actor, ListMembers(window=Window(after=after, limit=4))).page
        assert page.start == len(seen) + 1
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == everybody
    back = list_members(cast.ada.actor, ListMembers(window=Window(before=page.previous, limit=4))).page
    assert [row.id for row in back.rows] == everybody[:4]
    assert back.previous is None


def test_a_page_after_somebody_who_is_gone_is_the_first_page(cast: Cast) -> None:
    page = list_members(cast.ada.actor, ListMembers(window=Window(after=uuid4(), limit=2))).page
    assert page.start == 1


def test_who_changed_their_address_is_listed_with_the_new_one(cast: Cast) -> None:
    from kinfold.domain.identity.models import Login

    Login.objects.filter(pk=cast.lin.login_id).update(email="lin.zhao@example.org")
    assert get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).member.email == (
        "lin.zhao@example.org"
    )


def test_a_members_card_shows_both_sides_of_supervision(cast: Cast) -> None:
    theo = get_member(cast.ada.actor, GetMember(member_id=cast.theo.member_id))
    sana = get_member(cast.ada.actor, GetMember(member_id=cast.sana.member_id))
    assert [row.member_id for row in theo.supervisors] == [cast.sana.member_id]
    assert [row.member_id for row in sana.supervisees] == [cast.theo.member_id]
    assert theo.supervisees == sana.supervisors == ()


def test_pickers_offer_only_active_people_who_can_take_the_part(cast: Cast) -> None:
    assert [row.name for row in list_names(cast.ada.actor, ListNames())] == [
        "Sana Malik",
        "Theo Park",
        "Lin Zhao",
    ]
    assert [row.name for row in list_names(cast.ada.actor, ListNames(supervisors=True))] == ["Sana Malik"]
    set_status(cast, cast.sana, MemberStatus.ON_HOLD)
    assert list_names(cast.ada.actor, ListNames(supervisors=True)) == ()


def test_lists_need_their_permission(cast: Cast) -> None:
    for person in (cast.sana, cast.theo, cast.lin, cast.bea):
        with pytest.raises(NotAllowed):
            list_members(person.actor, ListMembers())
        with pytest.raises(NotAllowed):
            list_invitations(person.actor, ListInvitations())
        with pytest.raises(NotAllowed):
            get_member(person.actor, GetMember(member_id=cast.lin.member_id))
        assert list_names(person.actor, ListNames())


def test_another_practices_owner_sees_only_their_own_team(cast: Cast) -> None:
    invite(cast)
    assert names(list_members(cast.fran.actor, ListMembers())) == ["Fran Keller"]
    assert names(list_invitations(cast.fran.actor, ListInvitations())) == []
    messages = set()
    for member_id in (cast.lin.member_id, uuid4()):
        with pytest.raises(NotFound) as refused:
            get_member(cast.fran.actor, GetMember(member_id=member_id))
        messages.add(refused.value.message)
    assert len(messages) == 1


def test_lists_take_as_many_queries_for_many_people_as_for_few(cast: Cast) -> None:
    actor = cast.ada.actor
    invite(cast, email="first@example.org")

    def queries() -> list[int]:
        counts = []
        for ask in (
            lambda: list_members(actor, ListMembers()),
            lambda: list_invitations(actor, ListInvitations()),
            lambda: get_member(actor, GetMember(member_id=cast.theo.member_id)),
        ):
            with CaptureQueriesContext(connection) as asked:
                ask()
            counts.append(len(asked))
        return counts

    few = queries()
    for number in range(8):
        invite(cast, email=f"p{number}@example.org")
        accept(link_of(cast.alder.practice_id, invite(cast, email=f"m{number}@example.org")))
    assert queries() == few


def test_the_team_is_ordered_by_whatever_stands_in_its_columns(cast: Cast) -> None:
    set_status(cast, cast.sana, MemberStatus.INACTIVE)

    def first(sort: str) -> str:
        asked = ListMembers(sort=sort, ranks=rank_members(cast.ada.actor, RankMembers(by=sort)))
        return list_members(cast.ada.actor, asked).page.rows[0].first_name

    assert {
        sort: first(sort) for sort in ("-status", "roles", "supervisor", "-clients", "licence", "email")
    } == {
        "-status": "Sana",
        "roles": "Ada",
        "supervisor": "Theo",
        "-clients": "Lin",
        "licence": "Sana",  # those whose work asks for one, by name, before those who need none
        "email": "Ada",
    }


def test_who_sees_no_clients_is_not_told_who_has_most(cast: Cast) -> None:
    nobodys = replace(
        cast.ada.actor, permissions=frozenset({Permission.MEMBERS_READ, Permission.MEMBERS_NAMES})
    )
    assert rank_members(nobodys, RankMembers(by="clients")) is None
    columns = [column for column, _ in get_team_layout(nobodys, GetTeamLayout()).columns]
    assert Column.CLIENTS not in columns
    assert Column.CLIENTS in get_team_layout(cast.ada.actor, GetTeamLayout()).shown


def test_each_person_arranges_the_columns_of_the_team_for_themselves(cast: Cast) -> None:
    wanted = ("name", "email", "roles")
    arrange_team(cast.ada.actor, ArrangeTeam(columns=wanted, shown=frozenset({"email", "roles"})))
    assert get_team_layout(cast.ada.actor, GetTeamLayout()).shown == (Column.NAME, Column.EMAIL, Column.ROLES)
    assert get_team_layout(cast.olu.actor, GetTeamLayout()).shown == DEFAULT
    with pytest.raises(InvalidInput):
        arrange_team(cast.ada.actor, ArrangeTeam(columns=("shoe_size",)))
    arrange_team(cast.ada.actor, ArrangeTeam())
    assert get_team_layout(cast.ada.actor, GetTeamLayout()).shown == DEFAULT
