"""What the first page of clients costs the database. It is the page people open most, so each question is counted.

Whoever adds one finds it here, and weighs it: a question takes 0.05 to 0.2 ms of a page's four (docs/decisions/
performance.md). What is rarely looked at belongs on a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.entrypoints.rest.programs import program_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]


def questions(ask: Callable[[], object]) -> int:
    """How many questions one look asks, once everything that stays is known."""
    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    statements = [query["sql"] for query in asked.captured_queries]
    writing = [
        sql for sql in statements if any(word in sql for word in ("INSERT INTO", "UPDATE ", "DELETE FROM"))
    ]
    assert writing == []
    return len([sql for sql in statements if "SELECT" in sql[:9] and "set_config" not in sql])


@pytest.mark.parametrize(
    ("who", "address", "at_most"),
    [
        ("olu", "/manage/clients/", (7, 3)),
        ("theo", "/clients/", (6, 3)),
        ("sana", "/clients/", (8, 5)),
    ],
)
def test_the_first_page_asks_no_more_than_it_did(
    cast: Cast, browser_of: BrowserOf, who: str, address: str, at_most: tuple[int, int]
) -> None:
    """As a page and by the API."""
    person: Person = getattr(cast, who)
    browser, program = browser_of(person), program_of(person)
    asked = questions(lambda: browser.get(address)), questions(lambda: program("GET", "/clients"))
    assert (asked[0] <= at_most[0], asked[1] <= at_most[1]) == (True, True), (who, asked)
