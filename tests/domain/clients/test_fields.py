"""The whole of a client's profile: what is kept, where it is found, and how exports and files read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.fields import CLIENT_FIELDS, TEXT_FIELDS, full_label
from kinfold.domain.clients.models import ClientIdentifier, ClientProfile
from kinfold.domain.clients.profile import FIELDS, FURTHER_FIELDS, Identifier, identifiers_of
from kinfold.domain.clients.queries.fields import ListFieldValues, list_field_values
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.steps import add, card, everything_recorded, listed, names, person, recorded
from tests.personas import Cast

EVERYTHING: dict[str, Any] = {
    "preferred_name": "Annie",
    "pronouns": "she/her",
    "gender_identity": "Woman",
    "language": "español",
    "street": "12 Oak St\r\nApt 3",
    "city": "Portland",
    "region": "OR",
    "postal_code": "97205 ",
    "country": "United States",
    "emergency_name": "Jan Novák",
    "emergency_relationship": "Husband",
    "emergency_phone": "503 555 0142",
    "guardian_name": "Eva Novák",
    "guardian_relationship": "Mother",
    "guardian_phone": "503 555 0143",
    "guardian_email": "EVA@mail.example",
    "identifiers": (Identifier("MyChart", "A-77"), Identifier("Lab", "9")),
}
AS_KEPT = {
    **{name: text for name, text in EVERYTHING.items() if name != "identifiers"},
    "language": "Spanish",
    "street": "12 Oak St\nApt 3",
    "postal_code": "97205",
    "country": "US",
    "emergency_phone": "+15035550142",
    "guardian_phone": "+15035550143",
    "guardian_email": "eva@mail.example",
}


def change(cast: Cast, client_id: UUID, version: int = 1, **fields: Any) -> None:
    change_client(cast.ada.actor, ChangeClient(client_id=client_id, version=version, **fields))


def test_the_whole_profile_is_kept_and_the_trail_names_fields_only(cast: Cast) -> None:
    change(cast, cast.anna.id, **EVERYTHING)
    found = card(cast.ada, cast.anna.id).profile
    assert found
    assert found.further == AS_KEPT
    assert set(found.identifiers) == set(EVERYTHING["identifiers"])
    (_, _, detail), *_ = recorded(cast, cast.anna.id)
    assert detail == {"fields": sorted(EVERYTHING)}
    assert not any(word in everything_recorded(cast) for word in ("Annie", "Oak St", "A-77"))
    change(cast, cast.anna.id, 2, **EVERYTHING)  # the same again is no change
    assert card(cast.ada, cast.anna.id).version == 2
    change(cast, cast.anna.id, 2, city="", identifiers=())
    found = card(cast.ada, cast.anna.id).profile
    assert found
    assert (found.further["city"], found.further["region"], found.identifiers) == ("", "OR", ())


def test_new_clients_bring_it_with_them_and_others_have_no_row(cast: Cast) -> None:
    whole, plain = add(cast, person(**EVERYTHING), person(email="other@mail.example", first_name="Ivo"))
    found = card(cast.ada, whole).profile
    assert found
    assert (found.further, set(found.identifiers)) == (AS_KEPT, set(EVERYTHING["identifiers"]))
    with entered(cast.alder.practice_id):
        assert set(ClientProfile.objects.values_list("client_id", flat=True)) == {whole}
        assert set(ClientIdentifier.objects.values_list("client_id", flat=True)) == {whole}
    assert card(cast.ada, plain).version == 1


@pytest.mark.requirement("U38")
def test_people_are_found_by_what_they_are_called_and_by_their_ids_elsewhere(cast: Cast) -> None:
    change(cast, cast.anna.id, **EVERYTHING)
    for typed in ("annie", "A-77", "77"):
        assert names(listed(cast.ada, search=typed)) == ["Anna Novak"], typed
        assert names(listed(cast.bea, search=typed)) == [], typed  # who sees names only
    change(cast, cast.anna.id, 2, preferred_name="", identifiers=())
    assert names(listed(cast.ada, search="annie")) == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("preferred_name", "<b>"), ("pronouns", "she\u202eher"), ("gender_identity", "x" * 300), ("language", "=1+1"),
        ("street", "a\nb\nc\nd\ne"), ("street", "12 Oak\u202e St"), ("city", "x" * 61), ("postal_code", "97<205"),
        ("country", "Atlantis"), ("emergency_phone", "555"), ("guardian_email", "eva@"), ("guardian_name", "---"),
        ("identifiers", (Identifier("", "9"),)), ("identifiers", (Identifier("Lab", ""),)),
        ("identifiers", (Identifier("Lab", "1"), Identifier("LAB", "2"))),
        ("identifiers", tuple(Identifier(f"System {n}", "1") for n in range(11))),
        ("identifiers", (Identifier("Lab", "=1+1"),)),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_gets_one_sentence_at_its_field(cast: Cast, field: str, typed: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(cast, cast.anna.id, **{field: typed})
    ((wrong, sentence),) = [(problem.field, problem.message) for problem in refused.value.problems]
    assert wrong == field
    assert sentence.endswith(".")
    assert str(typed) not in sentence
    assert card(cast.ada, cast.anna.id).version == 1


def test_a_language_nobody_listed_is_kept_as_it_is_typed(cast: Cast) -> None:
    for version, (typed, kept) in enumerate(
        [("ASL", "American Sign Language"), ("es", "Spanish"), ("Deutsch", "German"), ("Ixil", "Ixil")],
        start=1,
    ):
        change(cast, cast.anna.id, version, language=typed)
        found = card(cast.ada, cast.anna.id).profile
        assert found
        assert found.further["language"] == kept


def test_whom_the_viewer_sees_with_the_same_address_is_named(cast: Cast) -> None:
    change(cast, cast.dora.id, email=cast.anna.email)  # Lin's direct client
    (child,) = add(
        cast, person(first_name="Ivo", last_name="Novak", email=cast.anna.email), therapist=cast.theo
    )
    seen = {name for _, name in _sharing(cast, "ada")}
    assert seen == {cast.dora.name, "Ivo Novak"}
    assert _sharing(cast, "theo") == ((child, "Ivo Novak"),)


def _sharing(cast: Cast, who: str) -> tuple[tuple[UUID, str], ...]:
    profile = card(getattr(cast, who), cast.anna.id).profile
    assert profile
    return profile.sharing_email


def test_fields_of_many_clients_are_read_as_they_would_be_typed(cast: Cast) -> None:
    change(cast, cast.anna.id, **EVERYTHING, tags=("Couples", "EMDR"))
    every = tuple(field.name for field in CLIENT_FIELDS)
    asked = ListFieldValues(client_ids=(cast.anna.id, cast.ben.id, cast.finn.id), fields=every)
    found = list_field_values(cast.ada.actor, asked)
    assert set(found) == {cast.anna.id, cast.ben.id}
    anna = found[cast.anna.id]
    assert {name: anna[name] for name in AS_KEPT} == AS_KEPT
    assert (anna["tags"], anna["birth_date"]) == ("Couples; EMDR", "1990-04-12")
    assert set(identifiers_of(anna["identifiers"])) == set(EVERYTHING["identifiers"])
    assert set(found[cast.ben.id]) == set(every)
    assert set(list_field_values(cast.theo.actor, asked)) == {cast.anna.id}
    with pytest.raises(NotAllowed):
        list_field_values(cast.bea.actor, asked)


def test_the_declaration_of_fields_leaves_none_out_and_names_none_twice() -> None:
    assert set(TEXT_FIELDS) == {*FIELDS, *FURTHER_FIELDS}
    assert {field.name for field in CLIENT_FIELDS} == {*TEXT_FIELDS, "tags", "identifiers"}
    labels = [full_label(field) for field in CLIENT_FIELDS]
    assert len(set(labels)) == len(labels)
    headings = [heading for field in CLIENT_FIELDS for heading in field.headings]
    assert len(set(headings)) == len(headings)


def test_a_practice_has_so_many_tags_and_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfold.domain.clients.tags.MOST_OF_A_PRACTICE", 3)
    change(cast, cast.anna.id, tags=("Couples", "EMDR", "Sleep"))
    with pytest.raises(InvalidInput) as refused:
        change(cast, cast.anna.id, 2, tags=("Couples", "Grief"))
    assert refused.value.problems[0].field == "tags"
    assert "no room for new ones" in refused.value.message
    change(cast, cast.anna.id, 2, tags=("COUPLES", "emdr"))  # those that there are, however they are written
    found = card(cast.ada, cast.anna.id).profile
    assert found
    assert found.tags == ("Couples", "EMDR")


# Typed into a form, sent to the API or standing in a file: one rule each.
@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("birth_date", "2031-01-01", "A date of birth cannot be in the future."),
        ("birth_date", "1890-01-01", "A date of birth is not before 1900, and less than 130 years ago."),
        ("birth_date", "1990-02-29", "There is no such day. Look at the day and the month."),
        ("birth_date", "4/30/25", "Write the year with four digits."),
        ("birth_date", "0025-04-30", "Write the year with four digits."),
        ("first_name", "x" * 300, "Use at most 100 characters for a name."),
        ("first_name", "An\u202ena", "Remove the hidden text-direction characters from the name."),
        ("tags", "x" * 300, "A tag has at most 50 characters."),
    ],
)
def test_bad_input_gets_one_sentence_from_one_rule(cast: Cast, field: str, typed: str, sentence: str) -> None:
    given: dict[str, Any] = {field: (typed,) if field == "tags" else typed}
    with pytest.raises(InvalidInput) as changed:
        change(cast, cast.anna.id, **given)
    with pytest.raises(InvalidInput) as created:
        add(cast, person(**given))
    for refused in (changed, created):
        assert [(p.field, p.message) for p in refused.value.problems] == [(field, sentence)]


@pytest.mark.parametrize(
    ("first", "last", "born"),
    [
        ("A", "O", "1992-02-29"),
        ("Ng", "O’Brien-Núñez", "1900-01-01"),
        ("李", "王", "2026-01-01"),
        ("محمد", "علي", "1950-12-31"),
    ],
)
def test_names_of_one_letter_with_signs_and_in_other_scripts_are_names(
    cast: Cast, first: str, last: str, born: str
) -> None:
    (client_id,) = add(cast, person(first_name=first, last_name=last, birth_date=born))
    assert f"{first} {last}" in names(listed(cast.ada, search=first))
    assert card(cast.ada, client_id).last_name == last
