"""Who can see a client, and why; whom a member can see; now and at a past moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.queries.access import ExplainAccess, Explanation, explain_access
from kinfold.domain.clients.queries.reach import (
    AccessOfMember,
    ClientsVisibleAt,
    MemberAccess,
    access_of_member,
    clients_visible_at,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Switch, SwitchPeriod
from kinfold.domain.team.models import MemberRole, Supervision
from tests.domain.clients.steps import add, card, numbered
from tests.personas import Cast, Person


def explained(cast: Cast, client_id: UUID, *, by: Person | None = None, **more: object) -> Explanation:
    return explain_access((by or cast.ada).actor, ExplainAccess(client_id=client_id, **more))  # type: ignore[arg-type]


def why(found: Explanation) -> dict[str, list[tuple[str, str]]]:
    """Each person's rules, with what they show."""
    return {
        person.name: [(ground.rule, ground.level) for ground in person.grounds] for person in found.people
    }


def reached(cast: Cast, member: Person, *, by: Person | None = None, **more: object) -> MemberAccess:
    data = AccessOfMember(member_id=member.member_id, **more)  # type: ignore[arg-type]
    return access_of_member((by or cast.ada).actor, data)


def first_names(found: MemberAccess) -> list[str]:
    return [client.first_name for client in found.page.clients]


def test_everyone_who_sees_a_client_is_named_with_each_of_their_reasons(cast: Cast) -> None:
    found = explained(cast, cast.anna.id)
    assert why(found) == {
        "Theo Park": [("Primary therapist", "chart")],
        "Sana Malik": [("Supervises Theo Park", "chart")],
        "Ada Brandt": [("Administrator role", "chart")],
        "Bea Ortiz": [("Billing Administrator role", "billing")],
        "Olu Adeyemi": [("Owner role", "chart")],
    }
    assert found.others == 1
    theo, sana = found.people[:2]
    assert (theo.roles, sana.roles) == (("Intern",), ("Supervisor",))
    assert theo.since == sana.since == cast.began


def test_who_has_several_reasons_is_named_once_with_all_of_them(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=cast.theo.member_id, role_id=cast.alder.roles["client-administrator"], since=clock.now()
        )
    found = explained(cast, cast.anna.id)
    assert why(found)["Theo Park"] == [("Primary therapist", "chart"), ("Client Administrator role", "chart")]
    assert len(found.people) == 5


@pytest.mark.requirement("O40")
def test_a_direct_client_is_explained_as_one(cast: Cast) -> None:
    found = explained(cast, cast.dora.id)
    assert why(found)["Lin Zhao"] == [("Direct therapist", "chart")]
    assert why(found)["Ada Brandt"] == [("Administrator role", "face_sheet")]
    assert "Sana Malik" not in why(found)
    assert "Theo Park" not in why(found)
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.create(switch=Switch.DIRECT_CHARTS, since=clock.now())
    assert why(explained(cast, cast.dora.id))["Ada Brandt"] == [("Administrator role", "chart")]


@pytest.mark.parametrize(
    ("who", "reasons"),
    [
        ("theo", ("Primary therapist.",)),
        ("sana", ("Supervises Theo Park. Ends when the supervision or the assignment ends.",)),
        ("bea", ("Billing Administrator role. Sees the names of all clients, never their records.",)),
        (
            "lin",
            (
                "Is not this client's therapist, does not cover for them, and has held no session as a walk-in.",
                "Holds no role that shows all clients.",
            ),
        ),
    ],
)
def test_one_member_can_be_asked_about(cast: Cast, who: str, reasons: tuple[str, ...]) -> None:
    someone: Person = getattr(cast, who)
    verdict = explained(cast, cast.anna.id, member_id=someone.member_id).verdict
    assert verdict
    assert (verdict.name, verdict.sees, verdict.reasons) == (someone.name, who != "lin", reasons)


def test_who_was_not_on_the_team_then_is_said_to_be(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.anna.id).update(created_at=cast.began - timedelta(days=9))
    before = cast.began - timedelta(days=1)
    verdict = explained(cast, cast.anna.id, member_id=cast.lin.member_id, at=before).verdict
    assert verdict
    assert verdict.reasons == ("Was not active on the team with a role at that moment.",)


def test_a_supervisor_of_others_is_told_why_they_do_not_see(cast: Cast) -> None:
    verdict = explained(cast, cast.ben.id, member_id=cast.sana.member_id).verdict
    assert verdict
    assert "Supervises nobody who is this client's therapist." in verdict.reasons
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.update(until=clock.now())
    verdict = explained(cast, cast.anna.id, member_id=cast.sana.member_id).verdict
    assert verdict
    assert "Supervision is switched off." in verdict.reasons


def test_a_past_moment_is_answered_as_it_was(cast: Cast) -> None:
    noon = clock.now()
    with clock.frozen_at(noon):
        data = AssignClient(client_id=cast.anna.id, member_id=cast.lin.member_id, kind="direct")
        assign_client(cast.ada.actor, data)
    later = noon + timedelta(hours=2)
    with clock.frozen_at(later):
        before = why(explained(cast, cast.anna.id, at=noon - timedelta(seconds=1)))
        at_noon = why(explained(cast, cast.anna.id, at=noon))
        now = why(explained(cast, cast.anna.id))
    assert before["Theo Park"] == [("Primary therapist", "chart")]
    assert before["Sana Malik"] == [("Supervises Theo Park", "chart")]
    assert before["Ada Brandt"] == [("Administrator role", "chart")]  # she was no direct client then
    assert "Lin Zhao" not in before
    assert at_noon == now
    assert now["Lin Zhao"] == [("Direct therapist", "chart")]
    assert now["Ada Brandt"] == [("Administrator role", "face_sheet")]
    assert not {"Theo Park", "Sana Malik"} & now.keys()


def test_reasons_end_with_whatever_ends_first(cast: Cast) -> None:
    ends = clock.now() + timedelta(days=30)
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.update(until=ends)
    sana = next(person for person in explained(cast, cast.anna.id).people if person.name == "Sana Malik")
    assert [ground.until for ground in sana.grounds] == [ends]
    with clock.frozen_at(ends):
        assert "Sana Malik" not in why(explained(cast, cast.anna.id))


def test_nobody_saw_a_client_before_they_were_one(cast: Cast) -> None:
    (client_id,) = add(cast)
    found = explained(cast, client_id, at=cast.began + timedelta(hours=1), member_id=cast.ada.member_id)
    assert (found.people, found.others) == ((), len(cast.team))
    assert found.verdict
    assert (found.verdict.sees, found.verdict.reasons) == (False, ("The client was not added yet.",))


def test_the_future_cannot_be_asked_about(cast: Cast) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    for ask in (
        lambda: explained(cast, cast.anna.id, at=tomorrow),
        lambda: reached(cast, cast.lin, at=tomorrow),
        lambda: clients_visible_at(cast.ada.actor, ClientsVisibleAt(at=tomorrow)),
    ):
        with pytest.raises(InvalidInput):
            ask()


def test_only_clients_and_members_one_can_see_are_explained(cast: Cast) -> None:
    for client_id in (cast.ben.id, cast.finn.id, uuid4()):
        with pytest.raises(NotFound):
            explained(cast, client_id, by=cast.theo)
    for member_id in (cast.fran.member_id, uuid4()):
        with pytest.raises(NotFound):
            explained(cast, cast.anna.id, member_id=member_id)
        with pytest.raises(NotFound):
            access_of_member(cast.ada.actor, AccessOfMember(member_id=member_id))
    with pytest.raises(NotAllowed):
        explained(cast, cast.anna.id, by=cast.bea)
    with pytest.raises(NotAllowed):
        reached(cast, cast.bea, by=cast.bea)


# --- the reverse ----------------------------------------------------------------------------------------------------


def test_whom_a_member_sees_is_told_with_the_rules(cast: Cast) -> None:
    sana = reached(cast, cast.sana)
    assert [(way.rule, way.clients) for way in sana.ways] == [
        ("Therapist of the client", 0),
        ("Supervises Theo Park", 1),
    ]
    assert [(client.first_name, client.rules) for client in sana.page.clients] == [
        ("Anna", ("Supervises Theo Park",))
    ]
    assert (sana.level, sana.page.total) == ("chart", 1)
    bea = reached(cast, cast.bea)
    assert [(way.rule, way.clients) for way in bea.ways] == [("Billing Administrator role", 4)]
    assert {client.rules for client in bea.page.clients} == {("Billing Administrator role",)}
    assert (bea.level, bea.page.total) == ("billing", 4)


@pytest.mark.requirement("O39")
def test_nothing_is_told_of_clients_whom_the_asker_does_not_see(cast: Cast) -> None:
    of_lin = reached(cast, cast.lin, by=cast.theo)
    assert (of_lin.page.clients, of_lin.page.total) == ((), 0)
    assert [way.clients for way in of_lin.ways] == [0]
    of_ada = reached(cast, cast.ada, by=cast.theo)
    assert (first_names(of_ada), of_ada.page.total) == (["Anna"], 1)


def test_whom_a_member_sees_is_asked_at_once_however_many_people_they_supervise(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with CaptureQueriesContext(connection) as one:
        assert [way.kind for way in reached(cast, cast.sana).ways if way.kind == "supervision"]
    with entered(cast.alder.practice_id, writing=True):
        for other in (cast.lin, cast.theo, cast.bea):
            Supervision.objects.get_or_create(
                supervisor_id=cast.sana.member_id,
                supervisee_id=other.member_id,
                defaults={"since": clock.now()},
            )
    with django_assert_max_num_queries(len(one)):
        ways = reached(cast, cast.sana).ways
    assert len([way for way in ways if way.kind == "supervision"]) >= 3


def test_a_member_is_asked_about_only_by_those_who_know_the_team(cast: Cast) -> None:
    alone = replace(cast.theo.actor, permissions=cast.theo.actor.permissions - {Permission.MEMBERS_NAMES})
    assert access_of_member(alone, AccessOfMember(member_id=cast.theo.member_id)).page.total == 1
    with pytest.raises(NotFound):
        access_of_member(alone, AccessOfMember(member_id=cast.lin.member_id))


def test_whom_a_member_saw_is_answered_for_a_past_moment(cast: Cast) -> None:
    noon = clock.now()
    with clock.frozen_at(noon):
        assignment_id = card(cast.ada, cast.ben.id).assignment_id
        assert assignment_id
        end_assignment(cast.ada.actor, EndAssignment(assignment_id=assignment_id))
    with clock.frozen_at(noon + timedelta(hours=1)):
        assert first_names(reached(cast, cast.lin)) == ["Dora"]
        past = reached(cast, cast.lin, at=noon - timedelta(seconds=1))
        assert first_names(past) == ["Dora", "Ben"]
        assert {client.rules for client in past.page.clients} == {("Therapist of the client",)}
        nobody = reached(cast, cast.lin, at=cast.began - timedelta(days=1))
        assert (nobody.page.total, nobody.ways, nobody.level) == (0, (), "")


def test_a_right_that_ended_does_not_come_back_by_asking_about_the_past(cast: Cast) -> None:
    noon = clock.now()
    with clock.frozen_at(noon):
        assign_client(cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.theo.member_id))
    with clock.frozen_at(noon + timedelta(hours=1)):
        before = ClientsVisibleAt(at=noon - timedelta(seconds=1))
        seen = {
            who.first_name: [client.first_name for client in clients_visible_at(who.actor, before).clients]
            for who in (cast.ada, cast.lin, cast.theo, cast.sana)
        }
    assert seen == {
        "Ada": ["Dora", "Anna", "Ben", "Uma"],
        "Lin": ["Dora"],
        "Theo": ["Anna"],
        "Sana": ["Anna"],
    }


def test_long_answers_come_in_pages(cast: Cast) -> None:
    add(cast, *(numbered(n) for n in range(7)), therapist=cast.lin)
    seen: list[str] = []
    after = None
    while True:
        page = reached(cast, cast.lin, limit=4, after=after).page
        seen += [client.last_name for client in page.clients]
        assert page.total == 9
        after = page.next
        if after is None:
            break
    assert seen == [f"Family{n:03d}" for n in range(7)] + ["Lindqvist", "Okafor"]
    with pytest.raises(PlaceGone):
        reached(cast, cast.lin, after=cast.anna.id)
