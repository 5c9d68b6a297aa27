"""How many clients each therapist has, in the eyes of different people."""

from __future__ import annotations

import pytest

from kinfold.domain.clients.queries.caseloads import CountCaseloads, count_caseloads
from kinfold.domain.kernel.errors import NotAllowed
from tests.personas import Cast, Person


def counted(cast: Cast, by: Person) -> dict[str, int]:
    """The counts by first name, as somebody sees them."""
    team = {person.member_id: person.first_name for person in cast.team}
    found = count_caseloads(by.actor, CountCaseloads(member_ids=tuple(team)))
    return {team[member_id]: number for member_id, number in found.items()}


def test_each_person_counts_only_the_clients_they_see(cast: Cast) -> None:
    everybody = {"Lin": 2, "Theo": 1}
    assert counted(cast, cast.olu) == everybody
    assert counted(cast, cast.ada) == everybody
    assert counted(cast, cast.sana) == {"Theo": 1}
    assert counted(cast, cast.theo) == {"Theo": 1}
    assert counted(cast, cast.lin) == {"Lin": 2}
    assert counted(cast, cast.fran) == {}


def test_only_the_members_asked_about_are_counted(cast: Cast) -> None:
    asked = CountCaseloads(member_ids=(cast.theo.member_id,))
    assert count_caseloads(cast.ada.actor, asked) == {cast.theo.member_id: 1}
    assert count_caseloads(cast.ada.actor, CountCaseloads(member_ids=())) == {}


def test_who_sees_no_clients_counts_none(cast: Cast) -> None:
    from dataclasses import replace

    blind = replace(cast.bea.actor, permissions=frozenset())
    with pytest.raises(NotAllowed):
        count_caseloads(blind, CountCaseloads(member_ids=(cast.lin.member_id,)))
