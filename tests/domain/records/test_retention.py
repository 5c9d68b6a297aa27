"""How long records are kept, who may change that, and what a legal hold stops."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.models import Client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.records.commands.holding import HoldRecord, LiftHold, hold_record, lift_hold
from kinfold.domain.records.commands.retention import ChangeRetention, change_retention
from kinfold.domain.records.errors import HeldAlready, NotHeld
from kinfold.domain.records.queries.retention import GetRetention, get_retention
from kinfold.domain.records.retention import Rule, may_go_on, planned_days
from tests.domain.care.steps import hold
from tests.domain.clients.bulk.steps import archive, choose, preview, undo
from tests.domain.clients.steps import card
from tests.domain.records.steps import delete, make_due, planned, state, the_day_comes, years_later
from tests.personas import Cast, Person

RULE = Rule(adult_years=7, minor_years=5, majority=18)
LAST = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("born", "until"),
    [
        (date(1980, 1, 1), date(2033, 3, 10)),
        (date(2008, 3, 10), date(2033, 3, 10)),  # came of age on the day itself
        (date(2008, 3, 11), date(2033, 3, 10)),  # a minor still, and never kept for less than an adult
        (date(2020, 2, 29), date(2043, 3, 1)),  # of age on 1 March, in a year without a 29th
        (None, date(2049, 3, 10)),  # as if born that day
    ],
)
def test_adults_minors_and_people_of_unknown_age_are_kept_as_the_rule_says(
    born: date | None, until: date
) -> None:
    assert may_go_on(RULE, LAST, born) == until


def test_a_leap_day_is_kept_a_day_longer_rather_than_shorter() -> None:
    assert may_go_on(Rule(1, 1, 18), date(2028, 2, 29), date(1980, 1, 1)) == date(2029, 3, 1)


def test_there_are_always_thirty_days_to_notice_a_mistake(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        long_ago = clock.now() - timedelta(days=40 * 366)
        Client.objects.filter(pk=cast.uma.id).update(created_at=long_ago)
        assert planned_days([cast.uma.id], clock.today()) == {cast.uma.id: clock.today() + timedelta(days=30)}


def changed(who: Person, *rule: int, instead_of: tuple[int, int, int] = (7, 7, 18)) -> None:
    adult, minor, majority = rule
    change_retention(
        who.actor,
        ChangeRetention(adult_years=adult, minor_years=minor, majority=majority, instead_of=instead_of),
    )


def test_another_rule_moves_what_is_planned_and_the_earlier_one_stays_in_the_history(cast: Cast) -> None:
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id)
    delete(cast.ada, cast.anna.id)
    before = planned(cast.ada)["Anna Novak"]
    changed(cast.ada, 10, 7, 18)
    changed(cast.olu, 12, 7, 19, instead_of=(10, 7, 18))
    assert planned(cast.ada)["Anna Novak"] == before.replace(year=before.year + 5)
    found = get_retention(cast.ada.actor, GetRetention())
    assert found.rule == Rule(12, 7, 19)
    assert [(then.rule.adult_years, then.until is None, then.made_by) for then in found.history] == [
        (12, True, cast.olu.name),
        (10, False, cast.ada.name),
    ]


def test_of_two_who_change_the_rule_at_once_the_second_is_told(cast: Cast) -> None:
    changed(cast.ada, 10, 7, 18)
    with pytest.raises(StaleVersion):
        changed(cast.olu, 5, 5, 18)
    changed(cast.olu, 10, 7, 18, instead_of=(10, 7, 18))
    assert len(get_retention(cast.ada.actor, GetRetention()).history) == 1


@pytest.mark.parametrize("rule", [(0, 7, 18), (100, 7, 18), (7, -1, 18), (7, 7, 15), (7, 7, 26)])
def test_a_rule_that_nobody_can_mean_is_refused(cast: Cast, rule: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInput):
        changed(cast.ada, *rule)


def test_who_may_not_change_settings_may_not_change_the_rule(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        changed(cast.sana, 10, 7, 18)


def test_a_legal_hold_stops_deleting_and_what_was_planned_until_it_is_lifted(cast: Cast) -> None:
    hold(cast.theo, cast.anna)
    hold_record(cast.ada.actor, HoldRecord(client_id=cast.ben.id, reason="Court order"))
    archive(cast.ada, cast.anna.id, cast.ben.id)
    delete(cast.ada, cast.anna.id)
    hold_record(cast.olu.actor, HoldRecord(client_id=cast.anna.id, reason="Subpoena"))
    change_id = choose(cast.ada, Act.DELETE, cast.ben.id)
    assert [group.outcome for group in preview(cast.ada, change_id).left] == ["held"]
    with pytest.raises(HeldAlready):
        hold_record(cast.ada.actor, HoldRecord(client_id=cast.anna.id, reason="Again"))
    with years_later(8):
        the_day_comes(cast)
        assert state(cast.ada, cast.anna.id).held
        lift_hold(cast.ada.actor, LiftHold(client_id=cast.anna.id, reason="Case closed"))
        (kept,) = state(cast.ada, cast.anna.id).holds
        assert (kept.reason, kept.set_by, kept.lifted_by, kept.lifted_reason) == (
            "Subpoena", cast.olu.name, cast.ada.name, "Case closed",
        )  # fmt: skip
        with pytest.raises(NotHeld):
            lift_hold(cast.ada.actor, LiftHold(client_id=cast.anna.id, reason="Again"))
        the_day_comes(cast)
        with pytest.raises(NotFound):
            card(cast.ada, cast.anna.id)
    assert card(cast.ada, cast.ben.id).status == "archived"


def test_a_hold_needs_a_reason_and_a_client_one_sees(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        hold_record(cast.ada.actor, HoldRecord(client_id=cast.anna.id, reason=" "))
    with pytest.raises(NotFound):
        hold_record(cast.ada.actor, HoldRecord(client_id=cast.finn.id, reason="Court order"))
    with pytest.raises(NotAllowed):
        hold_record(cast.theo.actor, HoldRecord(client_id=cast.anna.id, reason="Court order"))


def test_what_has_to_be_kept_for_longer_by_now_stays_and_waits_for_its_new_day(cast: Cast) -> None:
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id)
    delete(cast.ada, cast.anna.id)
    right = planned(cast.ada)
    make_due(cast, cast.anna.id)
    the_day_comes(cast)
    assert planned(cast.ada) == right
    assert card(cast.ada, cast.anna.id).status == "archived"


def test_a_hold_does_not_stand_in_the_way_of_undoing_an_act(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id)
    hold_record(cast.ada.actor, HoldRecord(client_id=cast.anna.id, reason="Court order"))
    undo(cast.ada, change_id)
    assert card(cast.ada, cast.anna.id).status == "active"
