"""Opening one client: how much each person sees, and that every look is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.queries.opening import OpenClient, age_on, open_client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Switch, SwitchPeriod
from tests.domain.clients.steps import add, card, person, recorded
from tests.personas import Cast, Person


def looks(cast: Cast, client_id: UUID) -> list[tuple[UUID | None, str]]:
    """Who looked, and how much they saw."""
    return [
        (who, detail["level"])
        for action, who, detail in recorded(cast, client_id)
        if action == "client.opened"
    ]


@pytest.mark.parametrize(
    ("who", "level"),
    [("olu", "chart"), ("ada", "chart"), ("sana", "chart"), ("theo", "chart"), ("bea", "billing")],
)
def test_each_sees_as_much_as_their_grounds_show(cast: Cast, who: str, level: str) -> None:
    someone: Person = getattr(cast, who)
    found = card(someone, cast.anna.id)
    assert (found.first_name, found.therapist, found.level) == ("Anna", "Theo Park", level)
    assert (found.profile is None) is (level == "billing")


def test_a_direct_clients_record_stays_with_their_therapist_unless_the_owner_opens_it(cast: Cast) -> None:
    assert card(cast.lin, cast.dora.id).level == "chart"
    assert card(cast.olu, cast.dora.id).level == card(cast.ada, cast.dora.id).level == "face_sheet"
    assert card(cast.bea, cast.dora.id).level == "billing"
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.create(switch=Switch.DIRECT_CHARTS, since=clock.now())
    assert card(cast.ada, cast.dora.id).level == "chart"
    assert card(cast.bea, cast.dora.id).level == "billing"


def test_a_token_sees_no_more_than_it_was_made_for(cast: Cast) -> None:
    narrow = replace(cast.theo.actor, permissions=frozenset({Permission.CLIENTS_SEE_OWN}))
    found = open_client(narrow, OpenClient(client_id=cast.anna.id))
    assert (found.level, found.profile) == ("billing", None)
    blind = replace(
        cast.theo.actor, permissions=frozenset({Permission.CLIENTS_PROFILE, Permission.CLIENTS_CHART})
    )
    with pytest.raises(NotAllowed):
        open_client(blind, OpenClient(client_id=cast.anna.id))


def test_hidden_and_absent_are_the_same(cast: Cast) -> None:
    for client_id in (cast.ben.id, cast.dora.id, cast.finn.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            card(cast.theo, client_id)
        assert (refused.value.code, refused.value.message) == (NotFound.code, NotFound.message)
        assert looks(cast, client_id) == []


def test_every_look_is_known_once_for_each_person_within_five_minutes(cast: Cast) -> None:
    first = clock.now()
    for minutes in (0, 1, 4):
        with clock.frozen_at(first + timedelta(minutes=minutes)):
            card(cast.theo, cast.anna.id)
    assert looks(cast, cast.anna.id) == [(cast.theo.member_id, "chart")]
    with clock.frozen_at(first + timedelta(minutes=4)):
        card(cast.bea, cast.anna.id)
        card(cast.theo, add(cast, person(), therapist=cast.theo)[0])
    assert looks(cast, cast.anna.id) == [(cast.theo.member_id, "chart"), (cast.bea.member_id, "billing")]
    with clock.frozen_at(first + timedelta(minutes=5)):
        card(cast.theo, cast.anna.id)
    assert len(looks(cast, cast.anna.id)) == 3


def test_the_history_names_everyone_who_cared_for_the_client(cast: Cast) -> None:
    data = AssignClient(
        client_id=cast.anna.id, member_id=cast.lin.member_id, kind="direct", reason="On her wish."
    )
    assign_client(cast.ada.actor, data)
    profile = card(cast.lin, cast.anna.id).profile
    assert profile
    assert [(tie.therapist, tie.kind, tie.reason, tie.made_by, tie.ended_by) for tie in profile.history] == [
        ("Lin Zhao", "direct", "On her wish.", "Ada Brandt", ""),
        ("Theo Park", "primary", "", "", "Ada Brandt"),
    ]


@pytest.mark.parametrize(
    ("day", "age"), [("2026-11-21", 34), ("2026-11-22", 35), ("2026-11-23", 35), ("2027-11-21", 35)]
)
def test_age_goes_by_birthdays(day: str, age: int) -> None:
    assert age_on(date.fromisoformat(day), date(1991, 11, 22)) == age


def test_someone_born_on_a_leap_day_has_their_birthday_on_the_first_of_march(cast: Cast) -> None:
    assert age_on(date(2025, 2, 28), date(2000, 2, 29)) == 24
    assert age_on(date(2025, 3, 1), date(2000, 2, 29)) == 25
