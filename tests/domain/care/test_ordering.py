"""The list of clients in the order of their sessions, as far as whoever looks at it sees those."""

from __future__ import annotations

import pytest

from kinfold.domain.care.finding import Finder
from kinfold.domain.clients.queries.listing import ClientSort
from kinfold.domain.kernel.errors import NotAllowed
from tests.domain.care.steps import book, hold, hours, sign
from tests.domain.clients.bulk.steps import archive
from tests.domain.clients.steps import all_pages, listed, names
from tests.personas import Cast

ANNA, BEN, DORA, UMA = "Anna Novak", "Ben Okafor", "Dora Lindqvist", "Uma Petrova"


@pytest.mark.requirement("O28")
@pytest.mark.parametrize("size", [1, 2, 50])
def test_clients_stand_by_their_last_and_next_session_and_by_notes_that_wait(cast: Cast, size: int) -> None:
    hold(cast.lin, cast.ben, hours(-90))
    first = hold(cast.theo, cast.anna, hours(-50))
    hold(cast.theo, cast.anna, hours(-70))
    hold(cast.theo, cast.anna, hours(-80))
    sign(cast.theo, first)
    book(cast.theo, cast.anna, hours(48))
    book(cast.lin, cast.ben, hours(30))
    book(cast.lin, cast.ben, hours(60))
    for sort, expected in (
        (ClientSort.LAST_SESSION, [BEN, ANNA, DORA, UMA]),
        (ClientSort.LAST_SESSION_DOWN, [ANNA, BEN, DORA, UMA]),
        (ClientSort.NEXT_SESSION, [BEN, ANNA, DORA, UMA]),
        (ClientSort.NEXT_SESSION_DOWN, [ANNA, BEN, DORA, UMA]),
        (ClientSort.PENDING_NOTES, [BEN, ANNA, DORA, UMA]),
        (ClientSort.PENDING_NOTES_DOWN, [ANNA, BEN, DORA, UMA]),
    ):
        there, back = all_pages(cast.ada, size, sort=sort)
        assert there == expected, sort
        assert back == there, sort


def test_a_session_that_somebody_does_not_see_moves_nobody_in_their_list(cast: Cast) -> None:
    hold(cast.theo, cast.anna, hours(-10))
    hold(
        cast.theo, Finder(last_name="Okafor", email=cast.ben.email), hours(-30)
    )  # a walk-in, which shows no other session
    hold(cast.lin, cast.ben, hours(-1))
    assert names(listed(cast.theo, sort=ClientSort.LAST_SESSION_DOWN)) == [ANNA, BEN]
    assert names(listed(cast.ada, sort=ClientSort.LAST_SESSION_DOWN))[:2] == [BEN, ANNA]


def test_a_search_and_an_archived_view_have_these_orders_too(cast: Cast) -> None:
    hold(cast.theo, cast.anna, hours(-10))
    hold(cast.lin, cast.ben, hours(-20))
    assert names(listed(cast.ada, sort=ClientSort.LAST_SESSION, search="novak")) == [ANNA]
    archive(cast.ada, cast.anna.id, cast.ben.id, cast.uma.id)
    there, back = all_pages(cast.ada, 1, sort=ClientSort.LAST_SESSION, archived=True)
    assert there == back == [BEN, ANNA, UMA]


def test_who_sees_no_sessions_sorts_by_none(cast: Cast) -> None:
    for sort in (ClientSort.LAST_SESSION, ClientSort.NEXT_SESSION_DOWN, ClientSort.PENDING_NOTES):
        with pytest.raises(NotAllowed):
            listed(cast.bea, sort=sort)
