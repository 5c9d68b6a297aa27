"""The ladder of SPEC section 2, line by line: what each status allows, and how one comes to it and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.models import Assignment
from kinfold.domain.clients.queries.listing import ListClients, list_clients
from kinfold.domain.clients.visibility import viewers
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotFound
from kinfold.domain.kernel.tasks import run_periodic
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.commands.supervision import StartSupervision, start_supervision
from kinfold.domain.team.errors import (
    StatusNotOpen,
)
from kinfold.domain.team.models import Member, MemberStatus, MemberStatusPeriod
from kinfold.domain.team.queries.listing import TeamView
from kinfold.domain.team.queries.members import (
    GetMember,
    ListMembers,
    ListNames,
    get_member,
    list_members,
    list_names,
)
from kinfold.domain.team.statuses import LADDER, WORKS
from tests.domain.clients.steps import undone
from tests.domain.team.steps import (
    acts,
    archive,
    bring_to,
    remove,
    set_status,
    state_of,
)
from tests.personas import Cast, Person

DAY = timedelta(days=1)

# --- the table, line by line ---


@dataclass(frozen=True)
class Line:
    """A line of SPEC section 2 as Lin, a therapist with two clients, meets it."""

    status: MemberStatus
    signs_in: str
    is_offered: bool
    takes_sessions: bool
    clients: int
    view: str
    leads_to: tuple[str, ...]


LINES = (
    Line(
        MemberStatus.ACTIVE, "works", True, True, 2, "active",
        ("on_hold", "inactive", "archived", "removed"),
    ),
    Line(
        MemberStatus.ON_HOLD, "works", False, False, 2, "active",
        ("active", "on_hold", "inactive", "archived", "removed"),
    ),
    Line(MemberStatus.INACTIVE, "no", False, False, 2, "active", ("active", "archived", "removed")),
    Line(MemberStatus.ARCHIVED, "looks back", False, False, 0, "archived", ("active", "removed")),
    Line(MemberStatus.REMOVED, "no", False, False, 0, "", ()),
)  # fmt: skip


def test_every_status_has_its_line() -> None:
    assert {line.status for line in LINES} == set(LADDER) == set(MemberStatus)


@pytest.mark.requirement("O09")
@pytest.mark.requirement("O10")
@pytest.mark.requirement("O11")
@pytest.mark.requirement("H17")
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.status.value)
def test_each_line_of_the_ladder_holds(cast: Cast, line: Line) -> None:
    lin = cast.lin
    bring_to(cast, lin, line.status)
    assert entry_of(actor_for_login(lin.login_id)) == line.signs_in
    offered = {found.id for found in list_names(cast.ada.actor, ListNames())}
    assert (lin.member_id in offered) is line.is_offered
    assert is_refused(lambda: give_client(cast, lin)) is not line.is_offered
    # One client more, where somebody takes them, and whom they have now is what the owner sees of them.
    page = list_clients(cast.olu.actor, ListClients(therapist_id=lin.member_id))
    assert page.total == line.clients + line.is_offered
    views = {
        view.value
        for view in (TeamView.ACTIVE, TeamView.ARCHIVED)
        for row in list_members(cast.ada.actor, ListMembers(view=view)).page.rows
        if row.id == lin.member_id
    }
    assert views == ({line.view} if line.view else set())
    card = get_member(cast.ada.actor, GetMember(member_id=lin.member_id)).member
    assert card.state == line.status.value
    assert LADDER[line.status].takes_sessions is line.takes_sessions
    assert tuple(to.value for to in MemberStatus if to in LADDER[line.status].leads_to) == line.leads_to


def entry_of(actor: Actor | None) -> str:
    """How far somebody gets in."""
    if actor is None:
        return "no"
    return "looks back" if actor.looks_back else "works"


def give_client(cast: Cast, member: Person) -> None:
    assign_client(cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=member.member_id))


def is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except DomainError:
        return True
    return False


@pytest.mark.parametrize("before", MemberStatus, ids=str)
def test_the_ladder_leads_down_from_anywhere_and_up_to_active_only(cast: Cast, before: MemberStatus) -> None:
    bring_to(cast, cast.lin, before)
    let_clients_wait(cast, cast.lin)  # removing asks for what archiving does by itself
    for to in MemberStatus:
        with undone():
            if to in LADDER[before].leads_to:
                lead_to(cast, cast.lin, to)
                assert state_of(cast, cast.lin) == to.value
            elif to is not before:
                with pytest.raises((StatusNotOpen, NotFound)):
                    lead_to(cast, cast.lin, to)


def lead_to(cast: Cast, member: Person, to: MemberStatus) -> None:
    if to is MemberStatus.ARCHIVED:
        archive(cast, member)
    elif to is MemberStatus.REMOVED:
        remove(cast, member)
    else:
        until = clock.now() + DAY if to is MemberStatus.ON_HOLD else None
        set_status(cast, member, to.value, until=until)


def let_clients_wait(cast: Cast, member: Person) -> None:
    with entered(cast.alder.practice_id):
        theirs = list(
            Assignment.objects.filter(member_id=member.member_id, until__isnull=True).values_list(
                "id", flat=True
            )
        )
    for tie_id in theirs:
        end_assignment(cast.ada.actor, EndAssignment(assignment_id=tie_id))


# --- on hold ---


@pytest.mark.requirement("O11")
def test_who_is_on_hold_finishes_what_they_have_and_gets_nothing_new(cast: Cast) -> None:
    set_status(cast, cast.sana, "on_hold")
    set_status(cast, cast.lin, "on_hold")
    assert cast.lin.actor.permissions >= {Permission.CLIENTS_SEE_OWN, Permission.CLIENTS_CHART}
    assert list_clients(cast.lin.actor, ListClients()).total == 2
    assert not list_names(cast.ada.actor, ListNames(supervisors=True))
    with pytest.raises(NotFound):
        start_supervision(
            cast.ada.actor,
            StartSupervision(supervisor_id=cast.sana.member_id, supervisee_id=cast.lin.member_id),
        )
    # Whom she supervises already, she goes on supervising.
    assert list_clients(cast.sana.actor, ListClients()).total == 1


@pytest.mark.requirement("O11")
def test_a_hold_ends_on_its_day_by_the_clock_whether_or_not_the_worker_comes(cast: Cast) -> None:
    began, last = clock.now(), clock.now() + 7 * DAY
    with clock.frozen_at(began):
        set_status(cast, cast.lin, "on_hold", until=last, reason="Parental leave")
        row = get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id)).member
        assert (row.state, row.hold_until) == ("on_hold", last)
    with clock.frozen_at(last - timedelta(microseconds=1)):
        run_periodic()
        assert state_of(cast, cast.lin) == "on_hold"
    with clock.frozen_at(last):
        assert state_of(cast, cast.lin) == "active"
        assert cast.lin.member_id in {found.id for found in list_names(cast.ada.actor, ListNames())}
        give_client(cast, cast.lin)
    with clock.frozen_at(last + DAY):
        run_periodic()
        card = get_member(cast.ada.actor, GetMember(member_id=cast.lin.member_id))
    with entered(cast.alder.practice_id):
        stored = Member.objects.values_list("status", "hold_until").get(pk=cast.lin.member_id)
    assert stored == ("active", None)
    assert [(row.status, row.since, row.until, row.reason, row.made_by) for row in card.statuses] == [
        ("on_hold", began, last, "Parental leave", "Ada Brandt")
    ]
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["member.paused", "member.hold_ended"]


def test_a_hold_can_be_made_longer_and_ended_early_and_the_history_says_so(cast: Cast) -> None:
    noon = clock.now()
    for hours, status, until in (
        (0, "on_hold", noon + DAY),
        (1, "on_hold", noon + 9 * DAY),
        (2, "active", None),
    ):
        with clock.frozen_at(noon + timedelta(hours=hours)):
            set_status(cast, cast.lin, status, until=until)
    with entered(cast.alder.practice_id):
        periods = list(
            MemberStatusPeriod.objects.order_by("since").values_list(
                "status", "since", "until", "planned_until"
            )
        )
    hour = timedelta(hours=1)
    assert periods == [
        ("on_hold", noon, noon + hour, noon + DAY),
        ("on_hold", noon + hour, noon + 2 * hour, noon + 9 * DAY),
        ("active", noon + 2 * hour, None, None),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "gone"}, "status"),
        ({"status": "archived"}, "status"),
        ({"status": "inactive", "until": 1}, "until"),
        ({"status": "on_hold", "until": -1}, "until"),
        ({"status": "on_hold", "until": 365 * 400}, "until"),
        ({"status": "on_hold", "reason": "x" * 301}, "reason"),
        ({"status": "on_hold", "reason": "left\u202eright"}, "reason"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_field(
    cast: Cast, wrong: dict[str, object], field: str
) -> None:
    days = wrong.pop("until", None)
    until = clock.now() + days * DAY if isinstance(days, int) else None
    data = ChangeMemberStatus(member_id=cast.lin.member_id, version=1, until=until, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        change_member_status(cast.ada.actor, data)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert state_of(cast, cast.lin) == "active"


# --- access as of a past date ---


@pytest.mark.parametrize("status", [s for s in MemberStatus if s not in WORKS], ids=str)
def test_who_could_work_at_a_past_moment_is_what_the_periods_say(cast: Cast, status: MemberStatus) -> None:
    noon = clock.now()
    with clock.frozen_at(noon):
        bring_to(cast, cast.lin, status)
    with entered(cast.alder.practice_id):
        assert cast.lin.member_id in viewers(noon - timedelta(seconds=1))
        assert cast.lin.member_id not in viewers(noon)
        assert cast.lin.member_id not in viewers(noon + DAY)
    if status is not MemberStatus.REMOVED:
        with clock.frozen_at(noon + DAY):
            set_status(cast, cast.lin, "active")
        with entered(cast.alder.practice_id):
            assert cast.lin.member_id not in viewers(noon + DAY / 2)
            assert cast.lin.member_id in viewers(noon + DAY)
