"""Likely duplicates are found by SPEC 8.5, within a file and against the practice's clients."""

from __future__ import annotations

import time
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.clients.duplicates import Traits, found_under, looks_for
from kinfold.domain.imports.checking import People
from kinfold.domain.imports.duplicates import Identities, Known, identities, likely_duplicates, sentence
from kinfold.domain.kernel.text import sort_key

Person = tuple[str, str, str, str]  # e-mail, name, date of birth, external ID

ADA: Person = ("ada@example.org", "ada", "1990-12-10", "1")


def columns(people: list[Person]) -> Identities:
    return (
        Identities(*(list(column) for column in zip(*people, strict=True)))
        if people
        else Identities([], [], [], [])
    )


def rules(file: list[Person], known: list[Person] | None = None) -> dict[int, str]:
    there = [Known([str(uuid4())], columns([person])) for person in known or []]
    return {
        line: match.rule
        for line, match in likely_duplicates(range(2, 2 + len(file)), columns(file), there).items()
    }


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (("ada@example.org", "someone", "1990-12-10", ""), "email-birth-date"),
        (("ada@example.org", "ada", "2001-01-01", ""), "email-name"),
        (("ada@example.org", "someone", "2001-01-01", ""), None),
        (("other@example.org", "ada", "1990-12-10", ""), None),
        (("other@example.org", "ada", "2001-01-01", "1"), "external-id-name"),
        (("other@example.org", "someone", "1990-12-10", "1"), "external-id-birth-date"),
        (("other@example.org", "someone", "2001-01-01", "1"), None),
        (("", "ada", "1990-12-10", ""), "name-birth-date"),
        (("", "someone", "2001-01-01", "1"), "external-id"),
        (("", "ada", "2001-01-01", "2"), None),
        (("", "someone", "1990-12-10", ""), None),
        (("ada@example.org", "ada", "", ""), "email-name"),
        (("", "ada", "", ""), "name"),
        (("", "ada", "", "1"), "external-id-name"),
        (("", "ada", "", "2"), None),
        (("other@example.org", "ada", "", ""), None),
    ],
)
def test_who_is_likely_the_same_person(other: Person, rule: str | None) -> None:
    expected = {} if rule is None else {3: rule}
    assert rules([ADA, other]) == expected
    assert rules([other, ADA]) == expected
    against_known = {} if rule is None else {2: rule}
    assert rules([other], [ADA]) == against_known
    assert rules([ADA], [other]) == against_known


def test_families_share_an_address() -> None:
    family = [("home@example.org", f"child {number}", f"20{number:02}-01-01", "") for number in range(1, 6)]
    assert rules(family) == {}
    assert rules(family, family[:2]) == {2: "email-birth-date", 3: "email-birth-date"}


def test_the_same_file_again_is_all_duplicates() -> None:
    people = [(f"p{n}@example.org" if n % 2 else "", f"name {n}", "1990-01-01", str(n)) for n in range(50)]
    assert set(rules(people, people)) == set(range(2, 52))


def test_a_match_says_with_whom() -> None:
    client = uuid4()
    found = likely_duplicates([2, 3], columns([ADA, ADA]), [])
    assert sentence(found[3]) == "Same email address and date of birth as line 2 of this file."
    found = likely_duplicates([2, 3], columns([ADA, ADA]), [Known([str(client)], columns([ADA]))])
    assert found[2].client == client
    assert sentence(found[2]) == "Same email address and date of birth as a client of this practice."


def test_names_are_compared_by_the_key_that_clients_are_stored_with() -> None:
    people = People(["Zoë"], ["Núñez"], [""], ["1990-01-01"], ["female"], ["Ab-1"], [""], [()], [()])
    assert identities([people]) == Identities([""], [sort_key("Núñez", "Zoë")], ["1990-01-01"], ["ab-1"])


few = st.sampled_from
anyone = st.tuples(
    few(["", "a@x.org", "b@x.org"]),
    few(["ann", "bob"]),
    few(["", "1990-01-01", "1991-01-01"]),
    few(["", "1", "2"]),
)


@given(st.lists(anyone, max_size=7), st.lists(anyone, max_size=5))
def test_whole_files_are_compared_by_the_rule_for_single_records(
    file: list[Person], known: list[Person]
) -> None:
    def same(row: Person, other: Person) -> list[str]:
        there = set(found_under(Traits(*other)))
        return [str(key[0]) for key in looks_for(Traits(*row)) if key in there]

    ids = [UUID(int=number) for number in range(len(known))]
    texts = list(map(str, ids))
    blocks = [Known(texts[:2], columns(known[:2])), Known(texts[2:], columns(known[2:]))]
    found = likely_duplicates(range(len(file)), columns(file), blocks)
    for line, row in enumerate(file):
        by_client = {client: same(row, person) for client, person in zip(ids, known, strict=True)}
        earlier = {place: same(row, file[place]) for place in range(line)}
        if any(by_client.values()):
            match = found[line]
            assert match.client is not None
            assert match.rule in by_client[match.client]
        elif any(earlier.values()):
            match = found[line]
            assert match.line is not None
            assert match.rule in earlier[match.line]
        else:
            assert line not in found


def test_an_address_shared_by_a_whole_file_costs_no_more() -> None:
    file = [("noreply@example.org", f"name {n}", f"{1900 + n % 100}-01-01", "") for n in range(20_000)]
    begin = time.process_time()
    found = likely_duplicates(range(20_000), columns(file), [Known([str(uuid4())] * 20_000, columns(file))])
    assert len(found) == 20_000
    assert time.process_time() - begin < 5
