"""Naming supervisors and ending supervision."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.commands.supervision import (
    EndSupervision,
    MakePrimary,
    StartSupervision,
    end_supervision,
    make_primary,
    start_supervision,
)
from kinfold.domain.team.errors import (
    AlreadySupervises,
    HasPrimarySupervisor,
    SupervisionCircle,
    SupervisionEnded,
)
from kinfold.domain.team.models import Supervision
from kinfold.domain.team.queries.listing import TeamView
from kinfold.domain.team.queries.members import GetMember, ListMembers, get_member, list_members
from kinfold.domain.team.queries.supervision import ListSupervision, list_supervision
from tests.domain.team.steps import acts
from tests.personas import Cast, Person

WEEK = timedelta(days=7)


def make_supervisor(cast: Cast, person: Person) -> None:
    change_member_roles(
        cast.ada.actor,
        ChangeMemberRoles(member_id=person.member_id, version=1, role_ids=(cast.alder.roles["supervisor"],)),
    )


def supervise(
    cast: Cast,
    supervisor: Person,
    supervisee: Person,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str = "",
    by: Person | None = None,
) -> UUID:
    return start_supervision(
        (by or cast.ada).actor,
        StartSupervision(
            supervisor_id=supervisor.member_id,
            supervisee_id=supervisee.member_id,
            kind=kind,
            since=since,
            until=until,
        ),
    )


def sanas_supervision(cast: Cast) -> UUID:
    with entered(cast.alder.practice_id):
        return Supervision.objects.values_list("id", flat=True).get(supervisor_id=cast.sana.member_id)


def test_a_supervision_begins_now_and_lasts_until_it_is_ended(cast: Cast) -> None:
    moment = clock.now()
    with clock.frozen_at(moment):
        supervision_id = supervise(cast, cast.sana, cast.lin)
    with entered(cast.alder.practice_id):
        supervision = Supervision.objects.get(pk=supervision_id)
    assert (supervision.since, supervision.until) == (moment, None)
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["supervision.started"]


def test_a_supervision_can_be_planned_with_its_end(cast: Cast) -> None:
    begin = clock.now() + WEEK
    supervise(cast, cast.sana, cast.lin, since=begin, until=begin + WEEK)
    card = get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id))
    assert [(row.name, row.begun) for row in card.supervisors] == [("Sana Malik", False)]
    with clock.frozen_at(begin + timedelta(hours=1)):
        card = get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id))
        assert [(row.name, row.begun) for row in card.supervisors] == [("Sana Malik", True)]
    with clock.frozen_at(begin + 2 * WEEK):
        assert get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).supervisors == ()


def test_a_supervision_cannot_begin_in_the_past_or_end_before_it_begins(cast: Cast) -> None:
    now = clock.now()
    for since, until, field in (
        (now - WEEK, None, "since"),
        (None, now - WEEK, "until"),
        (now + WEEK, now + WEEK, "until"),
    ):
        with pytest.raises(InvalidInput) as refused:
            supervise(cast, cast.sana, cast.lin, since=since, until=until)
        assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.requirement("O18")
def test_only_who_holds_a_role_that_may_supervise_can_be_made_supervisor(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        supervise(cast, cast.lin, cast.theo)
    assert [problem.field for problem in refused.value.problems] == ["supervisor_id"]
    make_supervisor(cast, cast.lin)
    supervise(cast, cast.lin, cast.theo)


def test_only_people_who_see_clients_are_supervised(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        supervise(cast, cast.sana, cast.bea)
    assert [problem.field for problem in refused.value.problems] == ["supervisee_id"]


def test_nobody_supervises_themselves(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        supervise(cast, cast.sana, cast.sana)


def test_the_same_two_have_no_two_periods_at_once(cast: Cast) -> None:
    with pytest.raises(AlreadySupervises):
        supervise(cast, cast.sana, cast.theo)
    with pytest.raises(AlreadySupervises):
        supervise(cast, cast.sana, cast.theo, since=clock.now() + WEEK)


def test_one_period_can_follow_another(cast: Cast) -> None:
    end = clock.now() + WEEK
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast), at=end))
    supervise(cast, cast.sana, cast.theo, since=end)


def test_two_cannot_supervise_each_other_not_even_over_others(cast: Cast) -> None:
    make_supervisor(cast, cast.theo)
    make_supervisor(cast, cast.lin)
    with pytest.raises(SupervisionCircle):
        supervise(cast, cast.theo, cast.sana)
    supervise(cast, cast.theo, cast.lin)
    with pytest.raises(SupervisionCircle):
        supervise(cast, cast.lin, cast.sana)
    supervise(cast, cast.sana, cast.lin)


def test_a_circle_that_is_over_before_the_new_period_begins_is_none(cast: Cast) -> None:
    make_supervisor(cast, cast.theo)
    end = clock.now() + WEEK
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast), at=end))
    supervise(cast, cast.theo, cast.sana, since=end)


def test_ending_a_supervision_keeps_what_was(cast: Cast) -> None:
    moment = clock.now()
    with clock.frozen_at(moment):
        end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast)))
    with entered(cast.alder.practice_id):
        supervision = Supervision.objects.get()
    assert (supervision.since, supervision.until) == (cast.began, moment)
    assert acts(cast.alder.practice_id, subject=cast.theo.member_id) == ["supervision.ended"]
    with pytest.raises(SupervisionEnded):
        end_supervision(cast.ada.actor, EndSupervision(supervision_id=supervision.id))


def test_a_supervision_cannot_end_in_the_past(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        end_supervision(
            cast.ada.actor,
            EndSupervision(supervision_id=sanas_supervision(cast), at=clock.now() - timedelta(hours=1)),
        )


def test_a_planned_supervision_that_is_ended_never_was(cast: Cast) -> None:
    supervision_id = supervise(cast, cast.sana, cast.lin, since=clock.now() + WEEK)
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=supervision_id))
    assert get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).supervisors == ()
    with clock.frozen_at(clock.now() + WEEK + timedelta(hours=1)):
        assert get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).supervisors == ()


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_manage_supervision_can(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        supervise(cast, cast.sana, cast.lin, by=getattr(cast, person))
    with pytest.raises(NotAllowed):
        end_supervision(getattr(cast, person).actor, EndSupervision(supervision_id=sanas_supervision(cast)))


def test_another_practices_people_and_supervisions_are_as_absent_as_ones_that_never_were(cast: Cast) -> None:
    with pytest.raises(NotFound):
        supervise(cast, cast.sana, cast.theo, by=cast.fran)
    messages = set()
    for supervision_id in (sanas_supervision(cast), uuid4()):
        with pytest.raises(NotFound) as refused:
            end_supervision(cast.fran.actor, EndSupervision(supervision_id=supervision_id))
        messages.add(refused.value.message)
    assert len(messages) == 1


def test_one_is_primary_at_a_time_and_any_number_secondary(cast: Cast) -> None:
    make_supervisor(cast, cast.lin)
    make_supervisor(cast, cast.bea)

    def kinds() -> dict[str, str]:
        card = get_member(cast.ada.actor, GetMember(member_id=cast.theo.member_id))
        return {row.name: row.kind for row in card.supervisors}

    with pytest.raises(HasPrimarySupervisor):
        supervise(cast, cast.lin, cast.theo, kind="primary")
    with pytest.raises(HasPrimarySupervisor):
        supervise(cast, cast.lin, cast.theo, kind="primary", since=clock.now() + WEEK)
    with pytest.raises(InvalidInput):
        supervise(cast, cast.lin, cast.theo, kind="tertiary")
    supervise(cast, cast.lin, cast.theo)
    assert kinds() == {"Sana Malik": "primary", "Lin Zhao": "secondary"}
    end = clock.now() + WEEK
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast), at=end))
    supervise(cast, cast.bea, cast.theo, kind="primary", since=end)
    assert kinds() == {"Sana Malik": "primary", "Bea Ortiz": "primary", "Lin Zhao": "secondary"}


def test_who_has_only_secondary_supervisors_is_told_apart(cast: Cast) -> None:
    make_supervisor(cast, cast.lin)
    supervise(cast, cast.lin, cast.theo)
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast)))
    found = list_supervision(cast.ada.actor, ListSupervision())
    assert [(row.name, row.needs_supervisor, row.needs_primary) for row in found.page.rows] == [
        ("Theo Park", False, True)
    ]


@pytest.mark.requirement("O17")
def test_a_member_whose_role_requires_supervision_is_flagged_without_it(cast: Cast) -> None:
    def flagged() -> tuple[list[str], int]:
        found = list_members(cast.ada.actor, ListMembers(view=TeamView.ACTIVE))
        return [row.name for row in found.page.rows if row.needs_supervisor], found.without_supervisor

    assert flagged() == ([], 0)
    end_supervision(cast.ada.actor, EndSupervision(supervision_id=sanas_supervision(cast)))
    assert flagged() == (["Theo Park"], 1)
    supervise(cast, cast.sana, cast.theo)
    assert flagged() == ([], 0)


def test_a_secondary_supervisor_is_made_primary_and_both_keep_their_last_days(cast: Cast) -> None:
    make_supervisor(cast, cast.lin)
    now, last = clock.now(), clock.now() + 4 * WEEK
    second = supervise(cast, cast.lin, cast.theo, until=last)
    with clock.frozen_at(now + WEEK):
        make_primary(cast.ada.actor, MakePrimary(supervision_id=second))
        card = get_member(cast.ada.actor, GetMember(member_id=cast.theo.member_id))
        with pytest.raises(SupervisionEnded):
            make_primary(cast.ada.actor, MakePrimary(supervision_id=second))
    assert [(row.name, row.kind, row.since, row.until) for row in card.supervisors] == [
        ("Lin Zhao", "primary", now + WEEK, last),
        ("Sana Malik", "secondary", now + WEEK, None),
    ]
    with entered(cast.alder.practice_id):
        was = Supervision.objects.filter(supervisee_id=cast.theo.member_id, until=now + WEEK)
        assert {period.kind for period in was} == {"primary", "secondary"}
    assert acts(cast.alder.practice_id, subject=cast.theo.member_id)[-1] == "supervision.changed"


def test_a_planned_supervision_can_be_made_the_primary_one_of_its_time(cast: Cast) -> None:
    make_supervisor(cast, cast.lin)
    begin = clock.now() + WEEK
    planned = supervise(cast, cast.lin, cast.theo, since=begin)
    make_primary(cast.ada.actor, MakePrimary(supervision_id=planned))
    for moment, kinds in (
        (begin - WEEK / 2, {"Sana Malik": "primary"}),
        (begin, {"Lin Zhao": "primary", "Sana Malik": "secondary"}),
    ):
        with clock.frozen_at(moment):
            card = get_member(cast.ada.actor, GetMember(member_id=cast.theo.member_id))
            assert {row.name: row.kind for row in card.supervisors if row.begun} == kinds
