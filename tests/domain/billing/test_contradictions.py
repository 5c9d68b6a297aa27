"""A role whose modifier contradicts the degree on record is warned about where it is changed and given (SPEC 8.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kinfold.domain.billing.queries.contradictions import (
    Contradiction,
    FindContradictions,
    find_contradictions,
)
from kinfold.domain.credentials.commands.keeping import RecordDegree, record_degree
from tests.domain.credentials.steps import record
from tests.domain.team.test_defining_roles import change
from tests.entrypoints.rest.programs import program_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
pytestmark = pytest.mark.requirement("O19")
SENTENCE = (
    "Licensed Therapist carries HP, which stands for a doctoral degree. On record for Lin Zhao is a master"
)


def has(cast: Cast, degree: str) -> None:
    seen = record(cast, cast.lin).degree_seen
    record_degree(
        cast.ada.actor, RecordDegree(member_id=cast.lin.member_id, degree=degree, held_from="", seen=seen)
    )


def found(cast: Cast, **asked: object) -> tuple[Contradiction, ...]:
    return find_contradictions(cast.ada.actor, FindContradictions(**asked))  # type: ignore[arg-type]


def test_a_modifier_is_held_against_the_degrees_of_those_who_hold_the_role(cast: Cast) -> None:
    role = cast.alder.roles["licensed-therapist"]
    assert found(cast, role_id=role, modifier="HP") == ()  # nothing on record contradicts nothing
    has(cast, "masters")
    assert found(cast, role_id=role) == ()
    assert found(cast, role_id=role, modifier="HO") == ()
    (one,) = found(cast, role_id=role, modifier="HP")
    assert one.sentence.startswith(SENTENCE)
    change(cast.olu, role, modifier="HP")
    assert [one.member_id for one in found(cast)] == [cast.lin.member_id]
    assert found(cast, role_id=role, modifier="") == ()
    assert found(cast, member_id=cast.theo.member_id) == ()
    has(cast, "none")
    (one,) = found(cast, member_id=cast.lin.member_id)
    assert one.sentence.endswith("is none of these degrees.")


def test_it_is_said_in_the_role_editor_beside_the_roles_of_a_member_and_to_programs(
    cast: Cast, browser_of: BrowserOf
) -> None:
    role = cast.alder.roles["licensed-therapist"]
    has(cast, "masters")
    olu = browser_of(cast.olu)
    editor = f"/settings/roles/{role}/"
    typed = {
        "name": "Licensed Therapist",
        "starting_point": "practitioner",
        "flag": ["clinical"],
        "modifier": "HP",
    }
    assert SENTENCE not in olu.get(editor).content.decode()
    assert SENTENCE in olu.post(editor, {**typed, "do": "look"}).content.decode()
    change(cast.olu, role, modifier="HP")
    assert SENTENCE in olu.get(f"/manage/team/{cast.lin.member_id}/").content.decode()
    items = program_of(cast.ada)("GET", f"/modifier-contradictions?role={role}").json()["items"]
    assert [item["member"]["name"] for item in items] == ["Lin Zhao"]
