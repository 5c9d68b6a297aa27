"""Cover while a therapist is away: who sees whom and until when, and who has nobody (SPEC N6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.bulk import (
    ArchiveClients,
    SelectClients,
    archive_clients,
    select_clients,
)
from kinfold.domain.clients.commands.covering import (
    ArrangeCover,
    EndCoversEarly,
    arrange_cover,
    end_covers_early,
)
from kinfold.domain.clients.errors import AlreadyCovered, CoverEnded
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.queries.covers import (
    Covers,
    ListCovers,
    ListGaps,
    list_covers,
    list_gaps,
)
from kinfold.domain.clients.queries.opening import OpenClient, open_client
from kinfold.domain.clients.queries.reach import (
    AccessOfMember,
    ClientsVisibleAt,
    access_of_member,
    clients_visible_at,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.lifecycle.errors import NotReadyToLeave
from kinfold.domain.lifecycle.leaving import (
    WAIT,
    ArchiveProvider,
    GetLeaving,
    RemoveMember,
    archive_provider,
    get_leaving,
    remove_member,
)
from kinfold.domain.own.queries.waiting import CountWaiting, Waiting, count_waiting
from kinfold.domain.team.commands.supervision import StartSupervision, start_supervision
from tests.domain.clients.steps import card, listed, names, recorded
from tests.domain.team.steps import set_status, version_of
from tests.personas import Cast, Person

DAY = timedelta(days=1)


def cover(
    cast: Cast,
    by: Person,
    *,
    member: Person | None = None,
    actor: Person | None = None,
    since: datetime | None = None,
    days: float = 7,
    level: str = "face_sheet",
    clients: tuple[UUID, ...] | None = None,
) -> tuple[UUID, ...]:
    """Somebody covers for Lin, unless somebody else is said, for a week."""
    data = ArrangeCover(
        member_id=(member or cast.lin).member_id,
        covered_by=by.member_id,
        since=since,
        until=(since or clock.now()) + days * DAY,
        level=level,
        client_ids=clients,
        reason="Leave",
    )
    return arrange_cover((actor or cast.ada).actor, data)


def covers_of(cast: Cast, member: Person) -> Covers:
    return list_covers(cast.ada.actor, ListCovers(member_id=member.member_id))


def why(cast: Cast, client_id: UUID, member: Person) -> tuple[str, ...]:
    found = explain_access(
        cast.ada.actor, ExplainAccess(client_id=client_id, member_id=member.member_id)
    ).verdict
    assert found
    return found.reasons


# --- who sees whom ------------------------------------------------------------------------------------------------


def test_who_covers_sees_the_clients_everywhere_and_no_more_than_was_said(cast: Cast) -> None:
    assert names(listed(cast.theo)) == ["Anna Novak"]
    with pytest.raises(NotFound):
        open_client(cast.theo.actor, OpenClient(client_id=cast.ben.id))
    cover(cast, cast.theo, clients=(cast.ben.id,))
    page = listed(cast.theo)
    assert (names(page), page.total, page.counts.active) == (["Anna Novak", "Ben Okafor"], 2, 2)
    assert names(listed(cast.theo, search="oka")) == ["Ben Okafor"]
    assert names(listed(cast.theo, therapist_id=cast.lin.member_id)) == ["Ben Okafor"]
    assert card(cast.theo, cast.ben.id).level == "face_sheet"
    with pytest.raises(NotFound):
        open_client(cast.theo.actor, OpenClient(client_id=cast.dora.id))
    # Lin keeps them, and stays their therapist.
    assert card(cast.lin, cast.ben.id).level == "chart"
    assert card(cast.theo, cast.ben.id).therapist == "Lin Zhao"


def test_a_cover_can_open_the_full_record_also_of_a_direct_client(cast: Cast) -> None:
    cover(cast, cast.sana, level="chart")
    assert card(cast.sana, cast.dora.id).level == "chart"
    assert card(cast.sana, cast.ben.id).level == "chart"


def test_the_explanation_names_the_cover_for_whom_and_until_when(cast: Cast) -> None:
    noon = clock.now()
    cover(cast, cast.theo, clients=(cast.ben.id,))
    last = noon + 7 * DAY - timedelta(microseconds=1)
    day = f"{last:%B} {last.day}, {last.year}"
    assert why(cast, cast.ben.id, cast.theo) == (
        f"Covers for Lin Zhao. Until {day}, arranged by Ada Brandt.",
    )
    assert "does not cover for them" in why(cast, cast.dora.id, cast.theo)[0]
    reached = access_of_member(cast.ada.actor, AccessOfMember(member_id=cast.theo.member_id))
    assert [(way.kind, way.clients) for way in reached.ways] == [("own", 1), ("cover", 1)]


def test_a_supervisor_sees_what_the_supervisee_covers(cast: Cast) -> None:
    cover(cast, cast.theo, clients=(cast.ben.id,))
    assert "Ben Okafor" in names(listed(cast.sana))
    assert why(cast, cast.ben.id, cast.sana)[0].startswith("Supervises Theo Park.")


def test_a_cover_begins_and_ends_on_its_days_by_the_clock(cast: Cast) -> None:
    noon = clock.now()
    with clock.frozen_at(noon):
        cover(cast, cast.theo, since=noon + DAY, days=2)
    for days, seen in ((0, False), (0.99, False), (1, True), (2.99, True), (3, False)):
        with clock.frozen_at(noon + days * DAY):
            assert ("Ben Okafor" in names(listed(cast.theo))) is seen, days
    with clock.frozen_at(noon + 2 * DAY):
        then = clients_visible_at(cast.theo.actor, ClientsVisibleAt(at=noon + 0.5 * DAY))
        assert [client.first_name for client in then.clients] == ["Anna"]


def test_a_cover_ends_with_the_therapist_it_stands_in_for_and_not_with_a_new_kind(cast: Cast) -> None:
    cover(cast, cast.theo)
    assign_client(
        cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.lin.member_id, kind="direct")
    )
    assert "Ben Okafor" in names(listed(cast.theo))
    assign_client(cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.sana.member_id))
    assert names(listed(cast.theo)) == ["Dora Lindqvist", "Anna Novak"]
    change = select_clients(cast.ada.actor, SelectClients(act=Act.ARCHIVE, client_ids=(cast.dora.id,)))
    archive_clients(cast.ada.actor, ArchiveClients(change_id=change))
    assert names(listed(cast.theo, archived=True)) == []


def test_covers_end_early_all_or_none_and_stay_in_the_history(cast: Cast) -> None:
    ids = cover(cast, cast.theo)
    with pytest.raises(NotFound):
        end_covers_early(cast.ada.actor, EndCoversEarly(cover_ids=(*ids, cast.ben.id)))
    end_covers_early(cast.ada.actor, EndCoversEarly(cover_ids=ids))
    assert names(listed(cast.theo)) == ["Anna Novak"]
    with pytest.raises(CoverEnded):
        end_covers_early(cast.ada.actor, EndCoversEarly(cover_ids=ids))
    profile = card(cast.lin, cast.ben.id).profile
    assert profile
    (tie,) = [tie for tie in profile.history if tie.kind == "cover"]
    assert (tie.therapist, tie.covers_for, tie.reason, tie.made_by, tie.ended_by) == (
        "Theo Park", "Lin Zhao", "Leave", "Ada Brandt", "Ada Brandt",
    )  # fmt: skip
    assert [action for action, _, _ in recorded(cast, cast.ben.id)] == [
        "client.covered",
        "client.cover_ended",
        "client.opened",
    ]


# --- arranging ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"level": "everything"}, "level"),
        ({"days": -1}, "until"),
        ({"days": 400 * 365}, "until"),
        ({"since": datetime(1999, 1, 1, tzinfo=clock.now().tzinfo)}, "since"),
        ({"clients": ()}, "client_ids"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_field(
    cast: Cast, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        cover(cast, cast.theo, **wrong)  # type: ignore[arg-type]
    assert [problem.field for problem in refused.value.problems] == [field]
    assert covers_of(cast, cast.lin).covers == ()


def test_a_cover_without_an_end_is_refused(cast: Cast) -> None:
    data = ArrangeCover(member_id=cast.lin.member_id, covered_by=cast.theo.member_id, until=None)
    with pytest.raises(InvalidInput) as refused:
        arrange_cover(cast.ada.actor, data)
    assert [problem.field for problem in refused.value.problems] == ["until"]


@pytest.mark.parametrize("who", ["lin", "ada", "bea", "fran", "sana"])
def test_only_who_takes_clients_covers_and_nobody_for_themselves(cast: Cast, who: str) -> None:
    set_status(cast, cast.sana, "on_hold")
    with pytest.raises(InvalidInput) as refused:
        cover(cast, getattr(cast, who))
    assert [problem.field for problem in refused.value.problems] == ["covered_by"]


@pytest.mark.parametrize("who", ["sana", "lin", "theo", "bea"])
def test_only_who_assigns_clients_arranges_cover(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        cover(cast, cast.theo, actor=getattr(cast, who))


def test_only_clients_of_that_therapist_are_covered_for_them(cast: Cast) -> None:
    for clients in ((cast.anna.id,), (cast.ben.id, cast.finn.id)):
        with pytest.raises(NotFound):
            cover(cast, cast.sana, clients=clients)
    with pytest.raises(NotFound):
        cover(cast, cast.sana, member=cast.fran)


def test_all_means_those_without_cover_and_the_same_twice_changes_nothing(cast: Cast) -> None:
    cover(cast, cast.theo, clients=(cast.ben.id,))
    cover(cast, cast.sana)
    assert names(listed(cast.theo)) == ["Anna Novak", "Ben Okafor"]
    assert {
        group.covered_by_name: [c.name for c in group.clients] for group in covers_of(cast, cast.lin).covers
    } == {
        "Theo Park": ["Ben Okafor"],
        "Sana Malik": ["Dora Lindqvist"],
    }
    with pytest.raises(AlreadyCovered):
        cover(cast, cast.sana)
    with pytest.raises(AlreadyCovered):
        cover(cast, cast.theo, clients=(cast.ben.id,))


# --- gaps ---------------------------------------------------------------------------------------------------------


def gaps(cast: Cast, by: Person | None = None) -> list[tuple[str, int]]:
    return [(gap.name, gap.clients) for gap in list_gaps((by or cast.ada).actor, ListGaps())]


@pytest.mark.requirement("O10")
def test_clients_of_who_is_away_are_counted_until_somebody_covers_them(cast: Cast) -> None:
    assert gaps(cast) == []
    set_status(cast, cast.lin, "on_hold", until=clock.now() + 9 * DAY)
    set_status(cast, cast.theo, "inactive")
    assert gaps(cast) == [("Theo Park", 1), ("Lin Zhao", 2)]
    cover(cast, cast.sana, clients=(cast.ben.id,), days=3)
    assert gaps(cast) == [("Theo Park", 1), ("Lin Zhao", 1)]
    assert (covers_of(cast, cast.lin).needed, covers_of(cast, cast.lin).uncovered) == (True, 1)
    with clock.frozen_at(clock.now() + 4 * DAY):
        assert gaps(cast) == [("Theo Park", 1), ("Lin Zhao", 2)]
    with clock.frozen_at(clock.now() + 10 * DAY):
        assert gaps(cast) == [("Theo Park", 1)]  # Lin's hold is over
    # Whoever cannot work covers for nobody.
    set_status(cast, cast.sana, "inactive")
    assert dict(gaps(cast))["Lin Zhao"] == 2
    with pytest.raises(NotAllowed):
        gaps(cast, cast.bea)


def test_cover_ends_with_the_hold_it_was_for_and_one_for_a_later_time_stays(cast: Cast) -> None:
    now = clock.now()
    set_status(cast, cast.lin, "on_hold", until=now + 9 * DAY)
    cover(cast, cast.sana)
    (later,) = cover(cast, cast.sana, since=now + 20 * DAY, clients=(cast.ben.id,))
    assert get_leaving(cast.ada.actor, GetLeaving(member_id=cast.lin.member_id)).covered == 2
    assert "Okafor" in "".join(names(listed(cast.sana)))
    set_status(cast, cast.lin, "active")
    assert "Okafor" not in "".join(names(listed(cast.sana)))
    found = covers_of(cast, cast.lin)
    assert [client.cover_id for each in found.covers for client in each.clients] == [later]
    assert [action for action, _, _ in recorded(cast, cast.ben.id)].count("client.cover_ended") == 1


def test_what_waits_is_counted_for_those_who_can_see_to_it(cast: Cast) -> None:
    assert count_waiting(cast.ada.actor, CountWaiting()) == Waiting(supervisors=0, gaps=0)
    set_status(cast, cast.lin, "on_hold")
    assert count_waiting(cast.ada.actor, CountWaiting()) == Waiting(supervisors=0, gaps=1)
    assert count_waiting(cast.bea.actor, CountWaiting()) == Waiting(supervisors=0, gaps=0)
    cover(cast, cast.sana)
    assert count_waiting(cast.ada.actor, CountWaiting()).gaps == 0


def test_who_leaves_ends_their_cover_and_who_is_removed_ends_it_first(cast: Cast) -> None:
    set_status(cast, cast.lin, "on_hold")
    cover(cast, cast.theo)
    archive_provider(
        cast.olu.actor,
        ArchiveProvider(member_id=cast.theo.member_id, version=version_of(cast, cast.theo), clients=WAIT),
    )
    assert gaps(cast) == [("Lin Zhao", 2)]
    assert "client.cover_ended" in [action for action, _, _ in recorded(cast, cast.ben.id)]
    start_supervision(
        cast.ada.actor,
        StartSupervision(supervisor_id=cast.sana.member_id, supervisee_id=cast.lin.member_id),
    )
    cover(cast, cast.sana)
    with pytest.raises(NotReadyToLeave) as refused:
        remove_member(
            cast.olu.actor,
            RemoveMember(member_id=cast.sana.member_id, version=version_of(cast, cast.sana)),
        )
    assert "First end the cover for 2 clients and end the supervision of 1 person." in refused.value.message
