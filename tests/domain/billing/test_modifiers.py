"""Which billing modifier applies to a session on its day, and the proof of it (SPEC 8.6, O20, N9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kinfold.domain.access.modifiers import MODIFIERS
from kinfold.domain.billing.modifiers import STANDS_FOR, Proof
from kinfold.domain.billing.queries.lines import BillingLine, GetBillingLines, get_billing_lines
from kinfold.domain.credentials.commands.keeping import RecordDegree, RecordNpi, record_degree, record_npi
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from tests.domain.care.steps import becomes, book, hold, hours
from tests.domain.credentials.steps import record
from tests.domain.team.test_defining_roles import change
from tests.domain.team.test_roles import set_roles
from tests.personas import Cast, Person

pytestmark = pytest.mark.requirement("O20")
NPI = "1679576722"


def carries(cast: Cast, modifier: str, key: str = "licensed-therapist", ago: float = 20) -> None:
    """So many hours ago a role was made to carry a modifier."""
    with clock.frozen_at(hours(-ago)):
        change(cast.olu, cast.alder.roles[key], modifier=modifier)


def has(cast: Cast, degree: str, held_from: str = "") -> None:
    """Lin's degree goes on record."""
    seen = record(cast, cast.lin).degree_seen
    data = RecordDegree(member_id=cast.lin.member_id, degree=degree, held_from=held_from, seen=seen)
    record_degree(cast.ada.actor, data)


def gets(cast: Cast, *keys: str, ago: float = 20) -> None:
    """So many hours ago Lin was given these roles for those before."""
    with clock.frozen_at(hours(-ago)):
        set_roles(cast, cast.olu, cast.lin, *keys)


def billed(by: Person, session_id: UUID) -> BillingLine:
    (line,) = get_billing_lines(by.actor, GetBillingLines(session_id=session_id))
    return line


def met(cast: Cast, ago: float = 1, **more: Any) -> Proof:
    """Which modifier applies to a session that Lin held with Ben so many hours ago."""
    return billed(cast.lin, hold(cast.lin, cast.ben, hours(-ago), **more)).proof


def test_a_line_says_what_was_done_when_by_whom_and_under_which_number(cast: Cast) -> None:
    carries(cast, "HO")
    has(cast, "masters")
    record_npi(cast.ada.actor, RecordNpi(member_id=cast.lin.member_id, npi=NPI))
    held = hours(-1)
    line = billed(cast.bea, hold(cast.lin, cast.ben, held, service_code="90834"))
    assert (line.day, line.service_code, line.npi) == (held.date(), "90834", NPI)
    assert (line.clinician, line.proof.modifier) == (cast.lin.name, "HO")
    assert line.proof.meaning == "Master's degree level"
    assert (
        line.proof.because
        == "Their role Licensed Therapist carried HO, and they had a master's degree on that day."
    )


def test_the_first_role_that_carries_a_modifier_gives_it(cast: Cast) -> None:
    assert met(cast).because == "No role that they held on that day carried a billing modifier."
    carries(cast, "HP", "supervisor")
    carries(cast, "HN", "associate")
    gets(cast, "supervisor", "associate", "practitioner")
    proof = met(cast, ago=2)
    assert proof.role is not None
    assert (proof.modifier, proof.role.name) == ("HN", "Associate")
    assert "No degree is on record" in proof.warning


def test_the_degree_decides_and_a_role_that_contradicts_it_is_warned_about(cast: Cast) -> None:
    carries(cast, "HO")
    has(cast, "bachelors")
    proof = met(cast)
    because = "They had a bachelor's degree on that day, and the degree decides."
    assert (proof.modifier, proof.because) == ("HN", because)
    assert proof.warning == (
        "Their role Licensed Therapist says HO, which stands for a master's degree. "
        "Correct the role, or the degree that is on record."
    )
    has(cast, "none")
    proof = met(cast, ago=2)
    assert (proof.modifier, proof.degree) == ("", "none")
    assert "says HO" in proof.warning


def test_the_degree_is_the_one_of_the_day_of_service(cast: Cast) -> None:
    carries(cast, "HO", ago=47)
    has(cast, "bachelors")
    since = hours(-12).date()
    has(cast, "masters", since.isoformat())
    before, after = met(cast, ago=40), met(cast)
    assert (before.modifier, before.degree_from) == ("HN", None)
    assert (after.modifier, after.degree_from, after.warning) == ("HO", since, "")


def test_a_past_session_keeps_the_role_and_what_it_said_on_its_day(cast: Cast) -> None:
    carries(cast, "HO", ago=30)
    carries(cast, "HP", ago=20)
    with clock.frozen_at(hours(-15)):  # another change leaves the modifier as it was
        change(
            cast.olu, cast.alder.roles["licensed-therapist"], description="Works alone.", may_supervise=True
        )
    gets(cast, "practitioner", ago=10)
    found = [met(cast, ago) for ago in (35, 25, 18, 12, 5)]
    assert [proof.modifier for proof in found] == ["", "HO", "HP", "HP", ""]
    assert found[2].role == found[3].role
    first, second = found[1].role, found[2].role
    assert first is not None
    assert second is not None
    assert first.carried_until == second.carried_since
    assert second.carried_until is None
    assert second.held_since == cast.began
    assert second.held_until is not None
    assert hours(-10) - second.held_until < timedelta(minutes=1)


def test_what_was_not_held_has_no_line(cast: Cast) -> None:
    session = book(cast.lin, cast.ben, hours(2))
    asked = GetBillingLines(session_id=session)
    assert get_billing_lines(cast.lin.actor, asked) == ()
    becomes(cast.lin, session, "cancelled")
    assert get_billing_lines(cast.lin.actor, asked) == ()


def test_clinicians_see_their_own_lines_and_who_bills_sees_everybodys(cast: Cast) -> None:
    asked = GetBillingLines(session_id=hold(cast.theo, cast.anna))
    for person in (cast.olu, cast.ada, cast.bea, cast.theo):
        assert get_billing_lines(person.actor, asked)[0].clinician == cast.theo.name
    for person in (cast.lin, cast.sana, cast.fran):
        with pytest.raises(NotFound):
            get_billing_lines(person.actor, asked)
    gets(cast, "client-administrator")
    with pytest.raises(NotAllowed):
        get_billing_lines(cast.lin.actor, asked)


def test_every_modifier_stands_for_a_degree() -> None:
    assert STANDS_FOR.keys() == MODIFIERS.keys()
