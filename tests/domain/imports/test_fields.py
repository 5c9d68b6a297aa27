"""Columns are matched to fields by their headings, once each, and a person can always say otherwise."""

from __future__ import annotations

import pytest

from kinfold.domain.imports.fields import choose, mapping_problems, suggest
from kinfold.domain.kernel.errors import InvalidInput


def suggested(header: str, *rows: str) -> list[str | None]:
    names = header.split(",")
    samples = [list(column) for column in zip(*(row.split(",") for row in rows), strict=True)] or [
        [] for _ in names
    ]
    return [suggestion.field for suggestion in suggest(names, samples)]


@pytest.mark.requirement("U57")
def test_the_header_of_heads_up_needs_no_mapping() -> None:
    header = "email_address,initial_password,first_name,last_name,birthdate,gender,tag,tag,external_id"
    assert suggested(header) == [
        "email", None, "first_name", "last_name", "birth_date", "sex_at_birth", "tag", "tag", "external_id",
    ]  # fmt: skip
    found = suggest(header.split(","), [])
    assert "not imported" in found[1].note
    assert found[5].note == "Kinfold keeps this as sex at birth."


@pytest.mark.requirement("U57")
def test_the_header_of_headway_needs_no_mapping() -> None:
    assert suggested("First Name,Last Name,Email,Mobile Phone") == [
        "first_name",
        "last_name",
        "email",
        "phone",
    ]


def test_a_record_system_s_header_is_understood() -> None:
    header = (
        "Id,BIRTHDATE,DEATHDATE,SSN,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,GENDER,BIRTHPLACE,CITY,STATE,ZIP"
    )
    found = suggested(header)
    assert dict(zip(header.split(","), found, strict=True)) == dict.fromkeys(header.split(",")) | {
        "Id": "external_id",
        "BIRTHDATE": "birth_date",
        "FIRST": "first_name",
        "LAST": "last_name",
        "GENDER": "sex_at_birth",
        "CITY": "city",
        "STATE": "region",
        "ZIP": "postal_code",
    }


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Date of Birth (required)", "birth_date"),
        ("dob", "birth_date"),
        ("D.O.B.", "birth_date"),
        ("emailAddress", "email"),
        ("E-Mail", "email"),
        ("Patient First Name", "first_name"),
        ("SURNAME", "last_name"),
        ("Sex", "sex_at_birth"),
        ("Sex at birth", "sex_at_birth"),
        ("MRN", "external_id"),
        ("Chart No.", "external_id"),
        ("Cell phone", "phone"),
        ("Tags", "tag"),
        ("tag 2", "tag"),
        ("Deathdate", None),
        ("Job", None),
        ("Notes", None),
        ("Full name", None),
    ],
)
def test_headings_people_use_are_known(heading: str, field: str | None) -> None:
    assert suggest([heading], [[]])[0].field == field


def test_a_misspelt_heading_is_a_guess_that_its_values_bear_out() -> None:
    (first, email, born) = suggest(
        ["Frist Name", "Emial", "Brith date"], [["Ada"], ["ada@example.org"], ["1990-01-02"]]
    )
    assert (first.field, email.field, born.field) == ("first_name", "email", "birth_date")
    assert [found.sure for found in (first, email, born)] == [False, False, False]
    assert suggest(["Emial", "Sender"], [["yes"], ["post office"]])[0].field is None


def test_a_column_of_addresses_is_the_email_even_under_an_odd_heading() -> None:
    assert suggested("contact,first", "ada@example.org,Ada") == ["email", "first_name"]


def test_nothing_is_suggested_twice_and_the_closest_heading_wins() -> None:
    found = suggest(["Gender", "Sex at birth", "Email", "email"], [[], [], [], []])
    assert [suggestion.field for suggestion in found] == [None, "sex_at_birth", "email", None]
    assert found[0].note == "Another column is used for Sex at birth."


def test_a_person_overrules_the_suggestion() -> None:
    header = ["Id", "FIRST", "LAST", "Nick name"]
    found = suggest(header, [[], [], [], []])
    assert choose(header, found, ["nick_name=first_name", "Id="]) == (None, None, "last_name", "first_name")
    assert choose(header, found, []) == ("external_id", "first_name", "last_name", "preferred_name")


def test_a_heading_with_an_equals_sign_can_be_matched() -> None:
    assert choose(["a=b"], suggest(["a=b"], [[]]), ["a=b=tag"]) == ("tag",)


@pytest.mark.parametrize("pair", ["FIRST", "FIRST=nickname", "Middle=first_name", "=first_name"])
def test_a_match_that_does_not_fit_is_refused(pair: str) -> None:
    with pytest.raises(InvalidInput):
        choose(["FIRST", "LAST"], suggest(["FIRST", "LAST"], [[], []]), [pair])


def test_a_heading_on_two_columns_can_only_be_matched_to_tags() -> None:
    header = ["Group", "x", "Group"]
    found = suggest(header, [[], [], []])
    assert choose(header, found, ["Group=tag"]) == ("tag", None, "tag")
    with pytest.raises(InvalidInput, match="stands on 2 columns"):
        choose(header, found, ["Group=email"])


def test_a_mapping_says_what_is_missing_or_twice() -> None:
    needed = ("first_name", "last_name")
    assert mapping_problems(needed, width=2, emails_optional=True) == ()
    (problem,) = mapping_problems(needed, width=2, emails_optional=False)
    assert problem.field == "email"
    assert problem.message == (
        "No column is matched to Email. A practice can make it optional in Settings; then check again."
    )
    twice = mapping_problems((*needed, "email", "email", "tag", "tag"), width=6, emails_optional=False)
    assert [problem.message for problem in twice] == ["Email is matched to 2 columns."]
    assert mapping_problems(needed, width=5, emails_optional=True)
    assert mapping_problems((*needed, "nickname"), width=3, emails_optional=True)
