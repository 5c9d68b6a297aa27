"""Editing a client's profile: what is saved, what is refused, and that no edit is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import Client, ClientTag
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from tests.domain.clients.steps import add, card, everything_recorded, listed, names, person, recorded
from tests.personas import Cast, Person


def change(cast: Cast, client_id: UUID, *, by: Person | None = None, version: int = 1, **fields: Any) -> None:
    change_client((by or cast.ada).actor, ChangeClient(client_id=client_id, version=version, **fields))


def problems(cast: Cast, client_id: UUID, **fields: Any) -> set[str]:
    with pytest.raises(InvalidInput) as refused:
        change(cast, client_id, **fields)
    return {problem.field for problem in refused.value.problems}


@pytest.mark.requirement("U27")
def test_an_edit_saves_what_was_typed_and_leaves_the_rest(cast: Cast) -> None:
    before = card(cast.ada, cast.anna.id)
    change(cast, cast.anna.id, last_name=" Nováková ", phone="503 555 0142", tags=("Couples", "EMDR"))
    after = card(cast.ada, cast.anna.id)
    assert before.profile
    assert after.profile
    assert (after.first_name, after.last_name) == ("Anna", "Nováková")
    assert (after.profile.phone, after.profile.tags) == ("+15035550142", ("Couples", "EMDR"))
    assert (after.profile.email, after.profile.birth_date) == (
        before.profile.email,
        before.profile.birth_date,
    )
    assert (after.version, after.updated_at > before.updated_at) == (2, True)


def test_a_changed_name_is_found_and_sorted_anew(cast: Cast) -> None:
    change(
        cast,
        cast.anna.id,
        first_name="Zoë",
        last_name="Abel",
        email="z.abel@mail.example",
        external_id="AC-9",
    )
    assert names(listed(cast.ada))[0] == "Zoë Abel"
    for typed in ("zoe", "abe", "zabel@mail", "ac9", "9"):
        assert names(listed(cast.ada, search=typed)) == ["Zoë Abel"], typed
    assert names(listed(cast.ada, search="novak")) == []


def test_tags_are_taken_away_and_sorted_with_the_name(cast: Cast) -> None:
    (client_id,) = add(cast, person(tags=("Couples", "EMDR")))
    change(cast, client_id, tags=("emdr",), last_name="Abel")
    with entered(cast.alder.practice_id):
        rows = list(ClientTag.objects.values_list("tag__name", "sort_key"))
    assert rows == [("EMDR", "abel\x1fimani")]
    change(cast, client_id, version=2, tags=())
    assert listed(cast.ada, search="imani").rows[0].tags == ()


def test_what_may_be_empty_can_be_emptied(cast: Cast) -> None:
    (client_id,) = add(cast, person(phone="503 555 0142", external_id="AC-7"))
    change(cast, client_id, phone="", external_id=" ")
    found = card(cast.ada, client_id).profile
    assert found
    assert (found.phone, found.external_id) == ("", "")
    for field in ("first_name", "last_name", "email", "birth_date", "sex_at_birth"):
        assert problems(cast, client_id, version=2, **{field: ""}) == {field}


def test_every_wrong_field_is_named_and_nothing_is_saved(cast: Cast) -> None:
    wrong = {"first_name": "<b>", "email": "x@", "birth_date": "2031-01-01", "last_name": "Abel"}
    assert problems(cast, cast.anna.id, **wrong, tags=("x" * 51,)) == {
        "first_name",
        "email",
        "birth_date",
        "tags",
    }
    assert card(cast.ada, cast.anna.id).last_name == "Novak"


def test_an_edit_is_not_held_up_by_what_was_fine_when_it_was_written(cast: Cast) -> None:
    """A client from a file without an e-mail address, in a practice that asks for one later."""
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.anna.id).update(email="", version=1)
    change(cast, cast.anna.id, email="", last_name="Abel")
    assert card(cast.ada, cast.anna.id).last_name == "Abel"
    change(cast, cast.anna.id, version=2, email="a.abel@mail.example")
    assert problems(cast, cast.anna.id, version=3, email="") == {"email"}
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=False)
    change(cast, cast.anna.id, version=3, email="")


def test_the_second_of_two_editors_is_told_and_nothing_of_the_first_is_lost(cast: Cast) -> None:
    change(cast, cast.anna.id, by=cast.olu, phone="503 555 0142")
    with pytest.raises(StaleVersion):
        change(cast, cast.anna.id, last_name="Abel")
    found = card(cast.ada, cast.anna.id)
    assert found.profile
    assert (found.last_name, found.profile.phone, found.version) == ("Novak", "+15035550142", 2)
    change(cast, cast.anna.id, version=2, last_name="Abel")


def test_saving_without_a_change_is_no_change(cast: Cast) -> None:
    before = card(cast.ada, cast.anna.id)
    change(cast, cast.anna.id, first_name="Anna", email="ANNA.novak@mail.example", tags=())
    after = card(cast.ada, cast.anna.id)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert "client.changed" not in [action for action, _, _ in recorded(cast, cast.anna.id)]


def test_the_trail_names_the_fields_and_never_what_stands_in_them(cast: Cast) -> None:
    change(cast, cast.anna.id, last_name="Abel", email="a.abel@mail.example", tags=("Couples",))
    assert recorded(cast, cast.anna.id) == [
        ("client.changed", cast.ada.member_id, {"fields": ["email", "last_name", "tags"]})
    ]
    assert not any(word in everything_recorded(cast) for word in ("Abel", "abel", "Couples"))


@pytest.mark.parametrize("who", ["sana", "theo", "bea"])
def test_who_may_not_edit_is_refused(cast: Cast, who: str) -> None:
    someone: Person = getattr(cast, who)
    with pytest.raises(NotAllowed):
        change(cast, cast.anna.id, by=someone, last_name="Abel")


def test_a_client_of_another_practice_is_not_there(cast: Cast) -> None:
    for client_id in (cast.finn.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            change(cast, client_id, last_name="Abel")
        assert refused.value.message == NotFound.message


def test_an_archived_client_is_read_only(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.uma.id).update(status="archived")
    with pytest.raises(ClientArchived):
        change(cast, cast.uma.id, last_name="Abel")


def test_a_change_shows_when_it_was_made(cast: Cast) -> None:
    moment = clock.now()
    with clock.frozen_at(moment):
        change(cast, cast.anna.id, last_name="Abel")
    assert listed(cast.ada, search="abel").rows[0].updated_at == moment
