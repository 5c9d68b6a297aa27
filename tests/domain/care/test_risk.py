"""At what level of risk a client is: who says so, who sees it, and what was said before (SPEC O30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.care.models import Risk
from kinfold.domain.care.queries.risk import ClientRisk, GetRisk, get_risk
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import Client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from tests.at_once import at_once
from tests.domain.care.steps import hold
from tests.domain.care.test_walk_ins import BEN
from tests.domain.clients.steps import everything_recorded, listed, names, recorded
from tests.personas import Cast, CastClient, Person

WHY = "Called at night, and has nobody at home."


def says(by: Person, client: CastClient, level: str = "high", why: str = WHY) -> None:
    set_risk(by.actor, SetRisk(client_id=client.id, level=level, reason=why))


def seen(by: Person, client: CastClient) -> ClientRisk:
    return get_risk(by.actor, GetRisk(client_id=client.id))


def levels(by: Person, **wanted: Any) -> dict[str, str]:
    return {row.first_name: row.risk for row in listed(by, **wanted).rows}


@pytest.mark.requirement("O30")
def test_a_level_is_kept_with_who_set_it_when_and_why_and_what_was_before(cast: Cast) -> None:
    assert seen(cast.theo, cast.anna) == ClientRisk(level="", since=None, history=())
    earlier = clock.now() - timedelta(days=1)
    with clock.frozen_at(earlier):
        says(cast.theo, cast.anna, "moderate", "First talk.")
    says(cast.sana, cast.anna)
    found = seen(cast.theo, cast.anna)
    assert found.level == "high"
    assert found.history
    now, before = found.history
    assert (now.set_by, now.reason, now.until) == ("Sana Malik", WHY, None)
    assert (before.set_by, before.level, before.since, before.until) == (
        "Theo Park",
        "moderate",
        earlier,
        now.since,
    )
    assert levels(cast.theo) == {"Anna": "high"}
    assert [entry[0] for entry in recorded(cast, cast.anna.id)].count("risk.changed") == 2
    for health in (WHY, "high", "moderate"):
        assert health not in everything_recorded(cast)


def test_to_say_the_same_again_changes_nothing(cast: Cast) -> None:
    says(cast.theo, cast.anna)
    says(cast.theo, cast.anna)
    says(cast.theo, cast.anna, why="Again.")
    with entered(cast.alder.practice_id):
        assert Risk.objects.count() == 2


@pytest.mark.requirement("O30")
def test_the_face_sheet_shows_the_level_and_the_record_why(cast: Cast) -> None:
    says(cast.lin, cast.ben)
    hold(cast.theo, BEN)
    for who in (cast.theo, cast.sana):
        assert (seen(who, cast.ben).level, seen(who, cast.ben).history) == ("high", None)
    says(cast.theo, cast.ben, "low", "Calm when we met.")  # who met them may say so
    assert seen(cast.lin, cast.ben).level == "low"
    says(cast.lin, cast.dora)
    assert (seen(cast.ada, cast.dora).level, seen(cast.ada, cast.dora).history) == ("high", None)


def test_who_does_not_see_the_client_or_only_their_name_sees_no_risk(cast: Cast) -> None:
    says(cast.lin, cast.ben)
    with pytest.raises(NotFound):
        seen(cast.theo, cast.ben)
    with pytest.raises(NotFound):
        says(cast.theo, cast.ben)
    with pytest.raises(NotAllowed):
        seen(cast.bea, cast.ben)
    assert set(levels(cast.bea).values()) == {""}
    with pytest.raises(NotAllowed):
        listed(cast.bea, risk="high")


@pytest.mark.requirement("O15")
def test_a_practice_makes_an_intern_who_cannot_see_risk(cast: Cast) -> None:
    says(cast.sana, cast.anna)
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="intern").update(overrides={"clients:risk": False})
    assert not cast.theo.actor.may(Permission.CLIENTS_SET_RISK)  # what needs it goes with it
    assert levels(cast.theo) == {"Anna": ""}
    for act in (lambda: seen(cast.theo, cast.anna), lambda: says(cast.theo, cast.anna)):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAllowed):
        listed(cast.theo, risk="high")
    assert levels(cast.sana) == {"Anna": "high"}


@pytest.mark.parametrize("who", ["ada", "sana", "lin"])
def test_lists_are_narrowed_by_level_together_with_everything_else(cast: Cast, who: str) -> None:
    for client, level in ((cast.anna, "high"), (cast.ben, "high"), (cast.dora, "low"), (cast.uma, "high")):
        says(cast.olu, client, level)
    someone: Person = getattr(cast, who)
    theirs = {
        "ada": ["Anna Novak", "Ben Okafor", "Uma Petrova"],
        "sana": ["Anna Novak"],
        "lin": ["Ben Okafor"],
    }[who]
    for wanted, expected in (
        ({}, theirs),
        ({"search": "o"}, [name for name in theirs if name == "Ben Okafor"]),
        ({"therapist_id": cast.theo.member_id}, [name for name in theirs if name == "Anna Novak"]),
    ):
        found = listed(someone, risk="high", **wanted)
        assert (names(found), found.total) == (expected, len(expected))
    assert listed(someone, risk="moderate").total == 0


def test_a_level_and_a_reason_are_needed_and_refused_in_one_go(cast: Cast) -> None:
    for level, why, fields in (
        ("extreme", " ", {"level", "reason"}),
        ("high", "x" * 301, {"reason"}),
        ("high", "hidden \u202e", {"reason"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            says(cast.theo, cast.anna, level, why)
        assert {problem.field for problem in refused.value.problems} == fields


def test_an_archived_clients_level_stays(cast: Cast) -> None:
    says(cast.lin, cast.ben)
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.ben.id).update(status="archived")
    with pytest.raises(ClientArchived):
        says(cast.lin, cast.ben, "none")
    assert seen(cast.lin, cast.ben).level == "high"


def test_looking_at_the_level_is_a_look_at_the_client(cast: Cast) -> None:
    seen(cast.theo, cast.anna)
    seen(cast.theo, cast.anna)
    with entered(cast.alder.practice_id):
        looks = AuditEntry.objects.filter(action="client.opened", subject_id=cast.anna.id)
        assert looks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_set_a_level_at_once_the_last_one_holds(cast: Cast) -> None:
    acts = [(person.actor, level) for person in (cast.theo, cast.sana, cast.ada) for level in ("low", "high")]
    at_once(
        [
            lambda actor=actor, level=level: set_risk(  # type: ignore[misc]
                actor, SetRisk(client_id=cast.anna.id, level=level, reason=f"{actor.name}: {level}")
            )
            for actor, level in acts
        ]
    )
    with entered(cast.alder.practice_id):
        assert Risk.objects.count() == len(acts)
        assert Risk.objects.get(until__isnull=True).level == Client.objects.get(pk=cast.anna.id).risk
