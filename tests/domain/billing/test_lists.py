"""All that is billed, as a list: for those who bill everybody's, and for clinicians their own (SPEC O20, section 3)."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.queries.lines import (
    BillingPage,
    GetBillingLines,
    ListBillingLines,
    get_billing_lines,
    list_billing_lines,
)
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Switch, SwitchPeriod
from kinfold.domain.team.models import Supervision
from tests.domain.care.steps import book, hold, hours
from tests.personas import Cast, Person

pytestmark = pytest.mark.requirement("O20")


def listed(by: Person, **asked: object) -> BillingPage:
    return list_billing_lines(by.actor, ListBillingLines(**asked))  # type: ignore[arg-type]


def test_every_session_that_was_held_is_a_line_the_newest_first(cast: Cast) -> None:
    older, newer = hold(cast.lin, cast.ben, hours(-3)), hold(cast.theo, cast.anna, hours(-2))
    book(cast.lin, cast.ben)
    first = listed(cast.bea, limit=1)
    second = listed(cast.bea, limit=1, after=first.next)
    assert [line.session_id for page in (first, second) for line in page.lines] == [newer, older]
    assert (first.next, second.next) == (newer, None)
    assert [(line.client, line.clinician) for line in first.lines] == [("Anna Novak", cast.theo.name)]
    assert [line.session_id for line in listed(cast.bea, member_id=cast.lin.member_id).lines] == [older]
    assert [line.session_id for line in listed(cast.bea, since=hours(-2.5)).lines] == [newer]
    assert [line.session_id for line in listed(cast.bea, until=hours(-2.5)).lines] == [older]
    with pytest.raises(PlaceGone):
        listed(cast.bea, after=uuid4())
    with pytest.raises(InvalidInput):
        listed(cast.bea, since=hours(0).replace(year=1))


def test_a_clinician_lists_their_own_lines_and_who_bills_nothing_none(cast: Cast) -> None:
    mine = hold(cast.lin, cast.ben, hours(-3))
    hold(cast.theo, cast.anna, hours(-2))
    assert [line.session_id for line in listed(cast.lin).lines] == [mine]
    assert listed(cast.lin, member_id=cast.theo.member_id).lines == ()
    assert listed(cast.fran).lines == ()
    without = replace(cast.lin.actor, permissions=cast.lin.actor.permissions - {Permission.BILLING_OWN})
    with pytest.raises(NotAllowed):
        list_billing_lines(without, ListBillingLines())


@pytest.mark.requirement("O39")
def test_a_direct_clients_lines_are_their_therapists_alone_unless_the_practice_opens_their_records(
    cast: Cast,
) -> None:
    session = hold(cast.lin, cast.dora, hours(-3))
    assert [line.session_id for line in listed(cast.lin).lines] == [session]
    for person in (cast.olu, cast.ada, cast.bea):
        assert listed(person).lines == ()
        with pytest.raises(NotFound):
            get_billing_lines(person.actor, GetBillingLines(session_id=session))
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.create(
            supervisor_id=cast.sana.member_id, supervisee_id=cast.lin.member_id, since=hours(-5)
        )
    who_also_bills = replace(
        cast.sana.actor, permissions=cast.sana.actor.permissions | {Permission.BILLING_ALL}
    )
    assert len(list_billing_lines(who_also_bills, ListBillingLines()).lines) == 1
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.create(switch=Switch.DIRECT_CHARTS, since=clock.now())
    assert [line.session_id for line in listed(cast.bea).lines] == [session]
