"""Sessions with practice clients who are somebody else's, and what they show of them (SPEC 8.2, O34)."""

from __future__ import annotations

import pytest

from kinfold.domain.care.commands.sessions import ChangeSession, change_session
from kinfold.domain.care.errors import DirectClient, NotMet
from kinfold.domain.care.finding import MOST_MISSES, Finder
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.kernel.errors import InvalidInput, NotFound, TooManyTries
from kinfold.domain.kernel.tenancy import entered
from tests.domain.care.steps import becomes, book, cosign, hold, hours, seen, sessions, sign, stored
from tests.domain.clients.steps import card, everything_recorded, listed, names, recorded
from tests.personas import Cast

BEN = Finder(last_name="okafor", email="Ben.Okafor@mail.example")


def reasons(cast: Cast, who: str) -> list[tuple[str, str]]:
    found = explain_access(cast.ada.actor, ExplainAccess(client_id=cast.ben.id))
    return [(g.rule, g.source) for person in found.people if person.name == who for g in person.grounds]


@pytest.mark.requirement("O34")
def test_who_meets_a_practice_client_names_them_exactly_and_sees_that_session_and_the_face_sheet(
    cast: Cast,
) -> None:
    others = hold(cast.lin, cast.ben, hours(-30))
    met = hold(cast.theo, BEN)
    for who in (cast.theo, cast.sana):
        assert card(who, cast.ben.id).level == "face_sheet"
        assert names(listed(who)) == ["Anna Novak", "Ben Okafor"]
        assert [(row.id, row.client_last_name, row.walk_in) for row in sessions(who)] == [
            (met, "Okafor", True)
        ]
        assert [row.id for row in sessions(who, client_id=cast.ben.id)] == [met]
        with pytest.raises(NotFound):
            seen(who, others)
    assert {row.id for row in sessions(cast.lin)} == {met, others}
    at = hours(-1)
    day = f"{at:%B} {at.day}, {at.year}"
    assert reasons(cast, "Theo Park") == [(f"Walk-in on {day}", "That session only")]
    assert "client.assigned" in [entry[0] for entry in recorded(cast, cast.ben.id)]
    assert "okafor" not in everything_recorded(cast).lower()


@pytest.mark.requirement("O39")
def test_a_wrong_name_and_anothers_direct_client_are_answered_alike(cast: Cast) -> None:
    messages = set()
    for find in (
        Finder(last_name="Nobody", email=cast.ben.email),
        Finder(last_name="Okafor", email="ben.okafor@mail.example.com"),
        Finder(last_name="Okafor", external_id="AC-1"),
        Finder(last_name="Lindqvist", email=cast.dora.email),
        Finder(last_name="Moretti", email=cast.finn.email),
    ):
        with pytest.raises(NotMet) as refused:
            hold(cast.theo, find)
        messages.add((refused.value.message, refused.value.status, refused.value.code))
    assert len(messages) == 1
    assert names(listed(cast.theo)) == ["Anna Novak"]
    assert recorded(cast, cast.dora.id) == []
    with pytest.raises(DirectClient):  # the front desk sees her anyway
        book(cast.ada, Finder(last_name="Lindqvist", email=cast.dora.email), who=cast.theo)


def test_of_two_who_fit_neither_is_met_until_something_tells_them_apart(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.uma.id).update(
            last_name="Ókafor", email=cast.ben.email, external_id="AC-7"
        )
    with pytest.raises(NotMet):
        hold(cast.theo, BEN)
    met = hold(cast.theo, Finder(last_name="Okafor", email=cast.ben.email, external_id="AC-7"))
    assert stored(cast, met).client_id == cast.uma.id


def test_what_is_missing_or_misspelt_is_said_before_anybody_is_looked_for(cast: Cast) -> None:
    for find, fields in (
        (Finder(last_name=" "), {"last_name", "email"}),
        (Finder(last_name="Okafor", email="ben at home"), {"email"}),
        (Finder(last_name="Okafor", external_id="x" * 101), {"external_id"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            hold(cast.theo, find)
        assert {problem.field for problem in refused.value.problems} == fields


def test_guessing_ends_soon_and_stays_in_the_trail(cast: Cast) -> None:
    for _ in range(MOST_MISSES):
        with pytest.raises(NotMet):
            hold(cast.theo, Finder(last_name="Okafor", external_id="AC-1"))
    with pytest.raises(TooManyTries):
        hold(cast.theo, BEN)
    hold(cast.lin, Finder(last_name="Novak", email=cast.anna.email))
    assert everything_recorded(cast).count("care.commands.sessions.book_session") == MOST_MISSES


def test_the_walk_in_goes_when_the_session_did_not_take_place(cast: Cast) -> None:
    made, missed = book(cast.theo, BEN, hours(24)), hold(cast.theo, BEN)
    becomes(cast.theo, made, "cancelled")
    assert names(listed(cast.theo)) == ["Anna Novak", "Ben Okafor"]
    becomes(cast.theo, missed, "no_show")
    assert names(listed(cast.theo)) == names(listed(cast.sana)) == ["Anna Novak"]
    assert {row.client_last_name for row in sessions(cast.theo)} == {""}
    becomes(cast.theo, missed, "completed")
    assert names(listed(cast.theo)) == ["Anna Novak", "Ben Okafor"]


def test_a_session_with_ones_own_client_opens_nothing_more(cast: Cast) -> None:
    own, through = hold(cast.theo, cast.anna), hold(cast.sana, cast.anna)
    assert stored(cast, own).walk_in is False
    assert stored(cast, through).walk_in  # she sees her as a supervisor, and met her as a walk-in
    assert stored(cast, book(cast.ada, cast.ben, who=cast.theo)).walk_in
    assert names(listed(cast.theo)) == ["Anna Novak", "Ben Okafor"]


def test_the_reason_follows_the_session_to_another_day(cast: Cast) -> None:
    made = book(cast.theo, BEN, hours(24))
    change_session(cast.theo.actor, ChangeSession(session_id=made, version=1, starts_at=hours(24 * 40)))
    moved = stored(cast, made).starts_at
    assert reasons(cast, "Theo Park")[0][0] == f"Walk-in on {moved:%B} {moved.day}, {moved.year}"
    with entered(cast.alder.practice_id):
        assert Assignment.objects.get(kind="walk_in").session_at == moved


def test_the_note_of_a_walk_in_is_signed_and_co_signed_like_any_other(cast: Cast) -> None:
    met = hold(cast.theo, BEN)
    sign(cast.theo, met)
    cosign(cast.sana, met)
    assert seen(cast.lin, met).note == "cosigned"


def test_who_held_a_session_keeps_it_when_the_client_becomes_anothers_direct_client(cast: Cast) -> None:
    met = hold(cast.theo, BEN)
    assign_client(
        cast.ada.actor, AssignClient(client_id=cast.ben.id, member_id=cast.lin.member_id, kind="direct")
    )
    row = seen(cast.theo, met)
    assert (row.client_id, row.client_last_name) == (None, "")
    with pytest.raises(NotFound):
        seen(cast.sana, met)
    assert seen(cast.lin, met).client_last_name == "Okafor"
    with pytest.raises(NotFound):
        seen(cast.ada, met)  # a direct client's record stays with their therapist (SPEC 8.1)
