"""What a session opens to a clinician who is not the client's own: that session and the face sheet (SPEC 8.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.models import Assignment
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.queries.listing import ClientSort
from kinfold.domain.clients.queries.pickers import ListTags, list_tags
from kinfold.domain.clients.queries.reach import AccessOfMember, access_of_member
from kinfold.domain.clients.ties import walk_in
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.steps import add, card, listed, names, person
from tests.personas import Cast, Person

MAY_12 = datetime(2026, 5, 12, 15, tzinfo=UTC)


def walks_in(cast: Cast, client_id: UUID, who: Person, at: datetime = MAY_12) -> UUID:
    """A session of somebody with a client who is another's."""
    with entered(cast.alder.practice_id, writing=True):
        return walk_in(cast.ada.actor, client_id, who.member_id, at, clock.now())[0]


@pytest.mark.requirement("O34")
def test_a_walk_in_shows_the_face_sheet_to_the_clinician_and_their_supervisor(cast: Cast) -> None:
    with pytest.raises(NotFound):
        card(cast.theo, cast.ben.id)
    walks_in(cast, cast.ben.id, cast.theo)
    for who in (cast.theo, cast.sana):
        assert card(who, cast.ben.id).level == "face_sheet"
        assert names(listed(who)) == ["Anna Novak", "Ben Okafor"]
        assert listed(who).total == listed(who).counts.active == 2
        assert names(listed(who, search="oka")) == ["Ben Okafor"]
        assert names(listed(who, therapist_id=cast.lin.member_id)) == ["Ben Okafor"]
        assert names(listed(who, sort=ClientSort.NAME_DOWN)) == ["Ben Okafor", "Anna Novak"]
        assert names(listed(who, after=cast.anna.id)) == ["Ben Okafor"]
    assert names(listed(cast.lin)) == ["Dora Lindqvist", "Ben Okafor"]


def test_the_reason_names_the_day_and_says_that_it_is_that_session_only(cast: Cast) -> None:
    walks_in(cast, cast.ben.id, cast.theo)
    found = explain_access(cast.ada.actor, ExplainAccess(client_id=cast.ben.id))
    reasons = {p.name: [(g.rule, g.source, g.level) for g in p.grounds] for p in found.people}
    assert reasons["Theo Park"] == [("Walk-in on May 12, 2026", "That session only", "face_sheet")]
    through = ("Supervises Theo Park", "Through the walk-in on May 12, 2026: that session only", "face_sheet")
    assert reasons["Sana Malik"] == [through]
    theirs = access_of_member(cast.ada.actor, AccessOfMember(member_id=cast.theo.member_id))
    assert [(way.kind, way.rule, way.clients) for way in theirs.ways] == [
        ("own", "Therapist of the client", 1),
        ("walk_in", "Held a walk-in session", 1),
    ]
    assert {c.first_name: c.rules for c in theirs.page.clients}["Ben"] == ("Held a walk-in session",)


def test_two_sessions_of_one_clinician_show_the_client_once(cast: Cast) -> None:
    for day in (12, 19):
        walks_in(cast, cast.ben.id, cast.theo, MAY_12.replace(day=day))
        walks_in(cast, cast.anna.id, cast.theo, MAY_12.replace(day=day))
    assert names(listed(cast.theo)) == ["Anna Novak", "Ben Okafor"]
    assert listed(cast.theo).total == 2


def test_the_tags_of_a_walk_in_can_be_filtered_by(cast: Cast) -> None:
    (imani,) = add(cast, person(tags=("Couples",)), therapist=cast.lin)
    assert list_tags(cast.theo.actor, ListTags()) == ()
    walks_in(cast, imani, cast.theo)
    (tag,) = list_tags(cast.theo.actor, ListTags())
    assert names(listed(cast.theo, tag_ids=(tag.id,))) == ["Imani Brooks"]


@pytest.mark.requirement("O39")
def test_walk_ins_end_when_the_client_becomes_anothers_direct_client(cast: Cast) -> None:
    walks_in(cast, cast.ben.id, cast.theo)
    assign_client(
        cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.lin.member_id, kind="direct")
    )
    for who in (cast.theo, cast.sana):
        assert "Ben Okafor" not in names(listed(who))
        with pytest.raises(NotFound):
            card(who, cast.ben.id)


def test_a_walk_in_is_no_assignment_that_is_given_or_ended(cast: Cast) -> None:
    """It comes with a session and goes with it; the therapist stays who they are."""
    tie = walks_in(cast, cast.ben.id, cast.theo)
    with pytest.raises(NotFound):
        end_assignment(cast.ada.actor, EndAssignment(assignment_id=tie))
    with pytest.raises(InvalidInput):
        assign_client(
            cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.sana.member_id, kind="walk_in")
        )
    assign_client(cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.sana.member_id))
    found = card(cast.ada, cast.ben.id)
    assert found.therapist == "Sana Malik"
    assert found.assignment_id != tie
    with entered(cast.alder.practice_id):
        assert Assignment.objects.get(pk=tie).until is None
