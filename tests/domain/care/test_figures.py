"""The figures of a clinician: caseload, sessions, notes that wait, and clients at risk (SPEC O27-O30, 8.1)."""

from __future__ import annotations

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.care.queries.figures import (
    CaseloadFigures,
    GetMemberFigures,
    MemberFigures,
    SessionFigures,
    get_member_figures,
)
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from tests.domain.care.steps import book, hold, hours, sessions, sign
from tests.personas import Cast, Person


def figures(by: Person, of: Person) -> MemberFigures:
    return get_member_figures(by.actor, GetMemberFigures(member_id=of.member_id))


@pytest.mark.requirement("O27")
@pytest.mark.requirement("O28")
@pytest.mark.requirement("O29")
@pytest.mark.requirement("O30")
def test_who_sees_all_clients_sees_every_figure_those_of_direct_clients_too(cast: Cast) -> None:
    old = hours(-24 * 4)
    hold(cast.lin, cast.dora, old)
    sign(cast.lin, hold(cast.lin, cast.ben, hours(-5)))
    hold(cast.lin, cast.ben, hours(-24 * 35))
    book(cast.lin, cast.ben)
    hold(cast.lin, cast.ben, hours(-9), status="no_show")
    set_risk(cast.lin.actor, SetRisk(client_id=cast.dora.id, level="high", reason="Said so."))
    set_risk(cast.lin.actor, SetRisk(client_id=cast.ben.id, level="moderate", reason="Sleeps badly."))
    set_risk(cast.theo.actor, SetRisk(client_id=cast.anna.id, level="high", reason="Said so."))
    found = figures(cast.ada, cast.lin)
    assert found.caseload == CaseloadFigures(active_clients=2, direct_clients=1, high_risk=1, moderate_risk=1)
    assert found.sessions is not None
    assert found.sessions == SessionFigures(
        sessions=2,
        sessions_before=1,
        pending_notes=2,
        overdue_notes=2,
        oldest_pending=hours(-24 * 35).replace(second=0, microsecond=0),
    )


def test_each_part_is_only_for_those_who_may_see_it(cast: Cast) -> None:
    hold(cast.lin, cast.dora)
    with pytest.raises(NotAllowed):
        figures(cast.lin, cast.theo)
    with pytest.raises(NotFound):
        figures(cast.ada, cast.fran)
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="billing-administrator").update(overrides={"members:read": True})
        Role.objects.filter(key="licensed-therapist").update(overrides={"members:read": True})
        Role.objects.filter(key="intern").update(
            overrides={"members:read": True, "clients:risk": False, "sessions:see": False}
        )
    billing = figures(cast.bea, cast.lin)
    assert billing == MemberFigures(
        caseload=CaseloadFigures(active_clients=2, direct_clients=1, high_risk=None, moderate_risk=None),
        sessions=None,
    )
    own, peer = figures(cast.lin, cast.lin), figures(cast.theo, cast.lin)
    assert own.sessions is not None
    assert own.sessions.pending_notes == 1
    assert peer.caseload == CaseloadFigures(
        active_clients=0, direct_clients=0, high_risk=None, moderate_risk=None
    )
    assert peer.sessions is None


@pytest.mark.requirement("O28")
def test_sessions_are_narrowed_by_the_state_of_their_notes(cast: Cast) -> None:
    signed = hold(cast.lin, cast.ben, hours(-3))
    sign(cast.lin, signed)
    unwritten = hold(cast.lin, cast.ben, hours(-2))
    book(cast.lin, cast.ben)
    for note, expected in (("signed", [signed]), ("none", [unwritten]), ("draft", [])):
        assert [row.id for row in sessions(cast.lin, member_id=cast.lin.member_id, note=note)] == expected
