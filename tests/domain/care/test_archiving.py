"""Archiving clients cancels what they have booked, and undoing it brings back what can still take place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfold.domain.care.errors import SessionCancelled
from kinfold.domain.care.finding import Finder
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from tests.domain.care.steps import becomes, book, hold, hours, seen, stored
from tests.domain.clients.bulk.steps import archive, unarchive, undo
from tests.domain.clients.steps import card, recorded
from tests.domain.team.steps import set_status
from tests.personas import Cast


def test_what_is_booked_is_cancelled_and_everything_else_stays(cast: Cast) -> None:
    with clock.frozen_at(clock.now() - timedelta(hours=30)):
        unsaid = book(cast.theo, cast.anna)
    to_come, held, other = book(cast.theo, cast.anna), hold(cast.theo, cast.anna), book(cast.lin, cast.ben)
    archive(cast.ada, cast.anna.id)
    states = {session_id: stored(cast, session_id).status for session_id in (unsaid, to_come, held, other)}
    assert states == {unsaid: "scheduled", to_come: "cancelled", held: "completed", other: "scheduled"}
    assert seen(cast.ada, to_come).cancelled_by_archiving
    assert not seen(cast.ada, held).cancelled_by_archiving
    said = [(action, detail.get("session")) for action, _, detail in recorded(cast, cast.anna.id)]
    assert ("session.cancelled", str(to_come)) in said
    with pytest.raises(ClientArchived):
        becomes(cast.ada, to_come, "cancelled")


def test_undoing_brings_back_what_is_still_to_come(cast: Cast) -> None:
    soon, later = book(cast.theo, cast.anna, hours(2)), book(cast.theo, cast.anna, hours(48))
    mine = book(cast.theo, cast.anna, hours(72))
    becomes(cast.theo, mine, "cancelled")
    change_id = archive(cast.ada, cast.anna.id)
    with clock.frozen_at(hours(3)):
        undo(cast.ada, change_id)
        states = [stored(cast, session_id).status for session_id in (soon, later, mine)]
        assert states == ["cancelled", "scheduled", "cancelled"]
        assert not seen(cast.theo, later).cancelled_by_archiving
        assert ("session.restored", str(later)) in [
            (action, detail.get("session")) for action, _, detail in recorded(cast, cast.anna.id)
        ]


def test_a_walk_in_comes_back_with_its_session_and_not_without_it(cast: Cast) -> None:
    find = Finder(last_name="Novak", email=cast.anna.email)
    soon = book(cast.lin, find, hours(2))
    change_id = archive(cast.ada, cast.anna.id)
    undo(cast.ada, change_id)
    assert card(cast.lin, cast.anna.id).level == "face_sheet"
    assert stored(cast, soon).status == "scheduled"
    change_id = archive(cast.ada, cast.anna.id)
    with clock.frozen_at(hours(3)):
        undo(cast.ada, change_id)
        with pytest.raises(NotFound):
            card(cast.lin, cast.anna.id)


def test_a_session_with_somebody_who_takes_none_now_stays_cancelled(cast: Cast) -> None:
    session_id = book(cast.lin, cast.ben)
    change_id = archive(cast.ada, cast.ben.id)
    set_status(cast, cast.lin, "inactive")
    undo(cast.ada, change_id)
    assert stored(cast, session_id).status == "cancelled"
    with pytest.raises(SessionCancelled):
        becomes(cast.ada, session_id, "completed")


def test_unarchiving_alone_books_nothing_and_undoing_that_cancels_what_was_booked_since(cast: Cast) -> None:
    session_id = book(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id)
    change_id = unarchive(cast.ada, cast.anna.id)
    assert stored(cast, session_id).status == "cancelled"
    again = book(cast.ada, cast.anna, who=cast.theo)
    undo(cast.ada, change_id)
    assert stored(cast, again).status == "cancelled"
