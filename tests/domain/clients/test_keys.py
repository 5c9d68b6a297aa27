"""How clients are found and sorted, whatever signs, accents and case somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.clients.keys import (
    MOST_TYPED_WORDS,
    NOT_OF_NAME,
    WORD_LENGTH,
    client_keys,
    tag_key,
    typed_words,
)

LETTERS = st.text(alphabet="abAB áñØß'-. 1", max_size=14)


def words(
    first: str = "Ana-María", last: str = "O’Brien", email: str = "", external_id: str = ""
) -> set[str]:
    return {word.text for word in client_keys(first, last, email, external_id)[1]}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ana", True), ("ANA MAR", True), ("maria", True), ("ana-mar", True), ("anamaria", True),
        ("o'brien", True), ("o’br", True), ("obrien", True), ("brien", True), ("maria obr", True),
        ("rien", False), ("ana x", False), ("mari o b z", False),
    ],
)  # fmt: skip
def test_signs_accents_and_case_do_not_count(typed: str, found: bool) -> None:
    wanted = typed_words(typed)
    assert wanted
    assert all(any(word.startswith(begin) for word in words()) for begin in wanted) is found


@pytest.mark.parametrize("typed", ["AC-10", "ac1042", "AC 1042", "1042", "10"])
def test_an_external_id_is_found_from_its_beginning_and_from_its_number(typed: str) -> None:
    known = words(external_id="AC-1042")
    assert all(any(word.startswith(begin) for word in known) for begin in typed_words(typed) or ())


def test_an_address_is_found_from_its_beginning_and_as_it_is_stored() -> None:
    assert typed_words("ana.maria@mail.ex") == ("anamariamailex",)
    assert "anamariamailexample" in words(email="ana.maria@mail.example")
    assert typed_words("ana@bücher.example") == typed_words("ana@xn--bcher-kva.example")
    assert not any(word.startswith("mail") for word in words(email="ana.maria@mail.example"))


def test_nothing_typed_is_not_the_same_as_signs_alone() -> None:
    assert typed_words("   ") == ()
    assert typed_words("--- 🙂") is None


def test_a_word_that_another_begins_with_is_left_out() -> None:
    assert typed_words("m mar maria lo") == ("maria", "lo")
    assert len(typed_words(" ".join(f"{chr(97 + n)}{n}" for n in range(20))) or ()) == MOST_TYPED_WORDS


def test_keys_sort_by_family_name_first() -> None:
    people = [("Wei", "Li"), ("Ada", "Lim"), ("Zoë", "Ångström"), ("Ana", "Angstrom"), ("Émile", "Zola")]
    ordered = sorted(people, key=lambda name: client_keys(name[0], name[1], "", "")[0])
    assert [last for _, last in ordered] == ["Angstrom", "Ångström", "Li", "Lim", "Zola"]


def test_names_of_other_alphabets_have_words() -> None:
    assert words("伟", "李") == {"伟", "李"}
    assert words("محمد", "الفاسي") == {"محمد", "الفاسي"}
    assert "ıssız"[0] not in words("Işıl", "Çelik")
    assert {"isil", "celik"} <= words("Işıl", "Çelik")


def test_words_are_never_longer_than_their_column() -> None:
    key, found = client_keys("ﷺ" * 100, "x" * 100, "y" * 90 + "@mail.example", "Z" * 100)
    assert len(key) <= 220
    assert max(len(word.text) for word in found) == WORD_LENGTH
    assert len(tag_key("ﷺ" * 50)) <= 100


@given(
    first=LETTERS,
    last=LETTERS,
    email=LETTERS,
    external_id=LETTERS,
    typed=st.text("abñ1", min_size=1, max_size=4),
)
def test_each_beginning_meets_a_client_at_exactly_one_word(
    first: str, last: str, email: str, external_id: str, typed: str
) -> None:
    """What lets a search count without DISTINCT: by all words, and by the words of the name alone."""
    begin = (typed_words(typed) or ("",))[0]
    _, found = client_keys(first, last, email, external_id)
    beginning = [word for word in found if word.text.startswith(begin)]
    assert sum(word.shared < len(begin) for word in beginning) == (1 if beginning else 0)
    _, of_name = client_keys(first, last, "", "")
    in_name = {word.text for word in of_name}
    assert in_name == {word.text for word in found if word.shared_in_name != NOT_OF_NAME}
    named = [word for word in beginning if word.text in in_name]
    assert sum(word.shared_in_name < len(begin) for word in beginning) == (1 if named else 0)
