"""What may stand in each field of a client: one set of rules for forms, edits, the API and files."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinfold.domain.clients import profile
from kinfold.domain.clients.profile import PLAIN_EMAIL, Refused
from kinfold.domain.kernel.emails import canonical_email

TODAY = date(2026, 11, 22)


def born(typed: str) -> str:
    return profile.birth_date(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ana   María ", "Ana María"),
        ("Cafe\u0301", "Café"),
        ("O’Brien", "O’Brien"),
        ("van der Berg", "van der Berg"),
        ("李", "李"),
        ("محمد", "محمد"),
        ("Zero\u200bWidth", "ZeroWidth"),
        ("x" * 100, "x" * 100),
        ("", ""),
    ],
)
def test_names_are_stored_clean(typed: str, stored: str) -> None:
    assert profile.name(typed) == stored
    assert not isinstance(profile.name(typed), Refused)


@pytest.mark.parametrize(
    "typed",
    [
        "<b>Ana</b>", "Ana {{ 7*7 }}", "Ana\u202eaira", "\u2066Ana\u2069", "Ana\x00", "Ana\nMaria", "x" * 300,
        "=SUM(A1)", "@import", "+1", "---", "🙂", "Ana\ufffd",
    ],
)  # fmt: skip
def test_names_that_could_mislead_are_refused_with_a_sentence_that_does_not_repeat_them(typed: str) -> None:
    refused = profile.name(typed)
    assert isinstance(refused, Refused)
    assert refused.endswith(".")
    assert typed not in refused


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("2026-11-22", True), ("2026-11-23", False), ("1900-01-01", True), ("1899-12-31", False),
        ("1991-02-29", False), ("1992-02-29", True), ("04/18/1991", False), ("1991-4-8", False), ("x", False),
        ("٢٠٢٠-٠١-٠١", False),
    ],
)  # fmt: skip
def test_birth_dates_are_days_on_which_somebody_living_can_be_born(typed: str, taken: bool) -> None:
    assert isinstance(born(typed), Refused) is not taken


def test_nobody_is_130_years_old() -> None:
    in_2030 = date(2030, 6, 15)
    assert profile.birth_date("1900-06-16", in_2030) == "1900-06-16"
    assert isinstance(profile.birth_date("1900-06-15", in_2030), Refused)
    assert profile.birth_date("1904-02-29", date(2034, 2, 28)) == "1904-02-29"
    assert isinstance(profile.birth_date("1904-02-29", date(2034, 3, 1)), Refused)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("(503) 555-0142", "+15035550142"),
        ("(123) 555-0142", "+11235550142"),
        ("503.555.0142 x12", "+15035550142 x12"),
        ("+49 30 901820", "+4930901820"),
        ("", ""),
    ],
)
def test_phone_numbers_are_international_where_they_can_be(typed: str, stored: str) -> None:
    assert profile.phone(typed, "US") == stored


def test_a_number_without_its_country_is_one_of_the_practice_s() -> None:
    assert profile.phone("030 901820", "DE") == "+4930901820"
    assert profile.phone("+1 503 555 0142", "DE") == "+15035550142"
    assert profile.phone("(604) 555-0142", "CA") == "+16045550142"


@pytest.mark.parametrize(
    "typed",
    ["none", "12", "555-0142", "1" * 41, "12\u202e34", "<1>", "1\x002", "ext 12 at reception", "5035550142 mornings",
     "<b>503 555 0142</b>", "+999 503 555 0142"],
)  # fmt: skip
def test_what_is_no_whole_phone_number_is_refused(typed: str) -> None:
    assert isinstance(profile.phone(typed, "US"), Refused)


@pytest.mark.parametrize("typed", ["x" * 101, "AC\u202e1", "=1+1", "@x"])
def test_what_is_no_external_id_is_refused(typed: str) -> None:
    assert isinstance(profile.external_id(typed), Refused)


def test_tags_are_kept_once_as_first_written() -> None:
    assert profile.tag_list(("EMDR", " emdr ", "Élan", "elan", "", "Group: DBT")) == (
        "EMDR",
        "Élan",
        "Group: DBT",
    )
    assert isinstance(profile.tag_list(("x" * 51,)), Refused)
    assert isinstance(profile.tag_list(tuple(f"tag {n}" for n in range(21))), Refused)


def test_only_the_four_answers_are_taken_for_sex_at_birth() -> None:
    assert [profile.sex_at_birth(word) for word in (" Female", "male", "unknown", "undisclosed")] == list(
        profile.SEXES
    )
    assert isinstance(profile.sex_at_birth("woman"), Refused)


PIECE = st.text("abZ19", min_size=1, max_size=6)


@given(
    local=st.lists(PIECE, min_size=1, max_size=3),
    sign=st.sampled_from("._+-"),
    domain=st.lists(PIECE, min_size=1, max_size=2),
    top=st.sampled_from(["org", "example", "co.uk", "HEALTH", "xn--p1ai"]),
)
def test_plain_addresses_are_stored_as_the_careful_way_would_store_them(
    local: list[str], sign: str, domain: list[str], top: str
) -> None:
    typed = f"{sign.join(local)}@{'-'.join(domain)}.{top}"
    assume(PLAIN_EMAIL.fullmatch(typed))
    try:
        careful = canonical_email(typed)
    except ValueError:
        return  # the careful way knows domains that cannot be; mail to them comes back
    assert profile.email(typed) == careful
