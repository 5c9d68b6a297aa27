"""Changing the practice's settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Switch, SwitchPeriod
from kinfold.domain.team.commands.practice import ChangePractice, change_practice
from kinfold.domain.team.queries.settings import GetPractice, get_practice
from tests.domain.team.steps import acts
from tests.personas import Cast, Person


def settings_of(person: Person) -> ChangePractice:
    """The settings as they are, ready to be changed."""
    now = get_practice(person.actor, GetPractice())
    return ChangePractice(
        version=now.version,
        name=now.name,
        support_email=now.support_email,
        time_zone=now.time_zone,
        country=now.country,
        clients_need_email=now.clients_need_email,
        supervision=now.supervision,
        direct_charts=now.direct_charts,
        initial_passwords=now.initial_passwords,
    )


def periods(cast: Cast, switch: Switch) -> list[tuple[object, object]]:
    with entered(cast.alder.practice_id):
        rows = SwitchPeriod.objects.filter(switch=switch).order_by("since")
        return list(rows.values_list("since", "until"))


def test_a_practice_begins_with_supervision_on_and_direct_charts_closed(cast: Cast) -> None:
    settings = get_practice(cast.ada.actor, GetPractice())
    assert (settings.name, settings.slug) == ("Alder Creek", "alder-creek")
    assert settings.supervision
    assert not settings.direct_charts
    assert settings.clients_need_email


def test_settings_are_changed_and_the_trail_names_the_fields(cast: Cast) -> None:
    wanted = replace(
        settings_of(cast.ada),
        name="Alder Creek Counselling",
        support_email="Help@Alder.Example",
        time_zone="America/New_York",
        country="CA",
        clients_need_email=False,
    )
    change_practice(cast.ada.actor, wanted)
    settings = get_practice(cast.ada.actor, GetPractice())
    assert settings.name == "Alder Creek Counselling"
    assert settings.support_email == "help@alder.example"
    assert not settings.clients_need_email
    assert (cast.lin.actor.time_zone, cast.lin.actor.country) == ("America/New_York", "CA")
    assert cast.lin.actor.practice_name == "Alder Creek Counselling"
    assert acts(cast.alder.practice_id, subject=cast.alder.practice_id) == ["practice.changed"]


@pytest.mark.requirement("U57")
def test_only_an_owner_lets_files_bring_first_passwords(cast: Cast) -> None:
    wanted = replace(settings_of(cast.ada), initial_passwords=True)
    assert not settings_of(cast.ada).initial_passwords
    with pytest.raises(NotAllowed, match="Only an owner decides whether files bring first passwords"):
        change_practice(cast.ada.actor, wanted)
    change_practice(cast.olu.actor, wanted)
    assert settings_of(cast.ada).initial_passwords
    assert acts(cast.alder.practice_id, subject=cast.alder.practice_id)[-1] == "practice.changed"


def test_switches_are_periods_so_that_the_past_can_be_asked_about(cast: Cast) -> None:
    off = clock.now() + timedelta(hours=1)
    on = off + timedelta(hours=1)
    with clock.frozen_at(off):
        change_practice(cast.ada.actor, replace(settings_of(cast.ada), supervision=False))
        assert not get_practice(cast.ada.actor, GetPractice()).supervision
    with clock.frozen_at(on):
        change_practice(cast.ada.actor, replace(settings_of(cast.ada), supervision=True))
    assert periods(cast, Switch.SUPERVISION) == [(cast.began, off), (on, None)]
    assert acts(cast.alder.practice_id)[-2:] == ["practice.switched_off", "practice.switched_on"]


def test_only_an_owner_opens_direct_charts_and_it_is_on_the_record(cast: Cast) -> None:
    wanted = replace(settings_of(cast.ada), direct_charts=True)
    with pytest.raises(NotAllowed):
        change_practice(cast.ada.actor, wanted)
    assert periods(cast, Switch.DIRECT_CHARTS) == []
    change_practice(cast.olu.actor, wanted)
    assert get_practice(cast.ada.actor, GetPractice()).direct_charts
    assert acts(cast.alder.practice_id)[-2:] == ["access.refused", "practice.switched_on"]


def test_an_administrator_saves_other_settings_while_direct_charts_stay_open(cast: Cast) -> None:
    change_practice(cast.olu.actor, replace(settings_of(cast.olu), direct_charts=True))
    change_practice(cast.ada.actor, replace(settings_of(cast.ada), name="Alder"))
    assert get_practice(cast.ada.actor, GetPractice()).direct_charts


def test_saving_the_same_settings_again_changes_nothing(cast: Cast) -> None:
    change_practice(cast.ada.actor, settings_of(cast.ada))
    assert acts(cast.alder.practice_id, subject=cast.alder.practice_id) == []


def test_the_second_editor_of_settings_gets_a_conflict_and_overwrites_nothing(cast: Cast) -> None:
    read = settings_of(cast.ada)
    change_practice(cast.olu.actor, replace(read, name="Alder"))
    with pytest.raises(StaleVersion):
        change_practice(cast.ada.actor, replace(read, supervision=False))
    settings = get_practice(cast.ada.actor, GetPractice())
    assert settings.name == "Alder"
    assert settings.supervision


def test_wrong_settings_are_named_at_once(cast: Cast) -> None:
    now = settings_of(cast.ada)
    wrong = replace(now, name="", support_email="help@", time_zone="Mars/Olympus", country="XX")
    with pytest.raises(InvalidInput) as refused:
        change_practice(cast.ada.actor, wrong)
    assert [problem.field for problem in refused.value.problems] == [
        "name",
        "support_email",
        "time_zone",
        "country",
    ]


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_change_the_practice_sees_or_changes_its_settings(cast: Cast, person: str) -> None:
    actor = getattr(cast, person).actor
    assert not actor.may(Permission.PRACTICE_CHANGE)
    with pytest.raises(NotAllowed):
        get_practice(actor, GetPractice())
    with pytest.raises(NotAllowed):
        change_practice(actor, settings_of(cast.ada))
