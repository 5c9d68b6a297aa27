"""Nothing that can be typed or sent breaks a page or the API: every field of every address, with values that hurt.

The fields are those of the samples in routes.py, so a new address is tried as soon as it has its row. What a value
leads to is another matter; here it only must not be a fault, and a refusal must not be a page where a program asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.architecture import resolver
from tests.architecture.playing import filled
from tests.architecture.routes import ROWS, Row
from tests.architecture.stage import ANONYMOUS, Caller, Stage, undone

TEXTS = (
    "nul\x00byte",
    "\u202eevil\u2066",
    "line\r\nBcc: eve@example.org",
    "é" * 70_000,
    "<script>",
    "99999999999999999999999999",
    "-1",
    "²",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
)
# Only JSON can say these. The last is more than a database takes in one question.
VALUES: tuple[Any, ...] = (
    *TEXTS, "\ud800", None, True, 10**30, 1e308, [], {}, [None], ["\ud800"], ["\x00"],
    [str(UUID(int=n)) for n in range(70_000)],
)  # fmt: skip
# Each with its first letters, written once: the last takes a while.
NAMED = tuple((f"{value!r:.40}", value) for value in VALUES)
LISTS = ("after", "before", "therapist", "tag", "role", "show", "sort", "limit", "start", "view")
PAGES = {
    "manage-clients": LISTS,
    "my-clients": LISTS,
    "team": LISTS,
    "imports": LISTS,
    "import-check": LISTS,
    "import-progress": LISTS,
    "import-result": LISTS,
    "client": ("at", "check"),
    "activity": ("before",),
    "care": ("show", "clinician", "status", "client", "after", "before"),
    "care-new": ("client",),
    "account_login": ("next",),
    "demo-mail": ("message",),
}
OPEN_TO_ALL = {"account_login", "account_reset_password", "theme", "setup", "invitation"}


def caller(stage: Stage, row: Row) -> Caller:
    """An owner, who gets furthest; and nobody, where nobody is asked who they are."""
    return ANONYMOUS if row.route in OPEN_TO_ALL else stage.signed_in(stage.cast.olu)


def bodies(row: Row, things: dict[str, object]) -> Iterator[tuple[str, Any]]:
    """The sample of a row with one field after the other replaced."""
    is_api = resolver.addresses()[row.route].is_api
    values = NAMED if is_api else NAMED[: len(TEXTS)]
    body = row.body or {}
    for name in body:
        for short, value in values:
            yield f"{name}={short}", {**plain(body, things), name: value}
    if is_api and "people" in body:
        for name in body["people"][0]:
            for short, value in values:
                sample = plain(body, things)
                sample["people"] = [{**sample["people"][0], name: value}]
                yield f"{name}={short}", sample


def plain(sample: Any, things: dict[str, object]) -> Any:
    """A sample with its ids."""
    if isinstance(sample, str) and "{" in sample and sample != "{}":
        return filled(sample, things)
    if isinstance(sample, dict):
        return {name: plain(value, things) for name, value in sample.items()}
    if isinstance(sample, list):
        return [plain(value, things) for value in sample]
    return sample() if callable(sample) else sample


@pytest.mark.parametrize("row", [row for row in ROWS if row.body], ids=str)
def test_no_field_that_is_sent_breaks_anything(stage: Stage, row: Row) -> None:
    address, who = resolver.addresses()[row.route], caller(stage, row)
    stage.browser.raise_request_exception = False
    things = stage.things_for(who)
    url = address.at(things, row.at) + row.query
    broken = []
    for what, body in bodies(row, things):
        with undone():
            response = stage.ask(who, row.method, url, body, headers=filled(row.headers, things))
        kind = response.headers.get("Content-Type", "")
        if response.status_code >= 500 or (
            address.is_api and response.status_code >= 400 and "json" not in kind
        ):
            broken.append(f"{what}: {response.status_code} {kind}")
    assert broken == []


def questions(row: Row) -> tuple[str, ...]:
    """What may be asked in the address of a row: the API says so itself, and for pages it stands above."""
    if not resolver.addresses()[row.route].is_api:
        return PAGES.get(row.route, ())
    asked = resolver.document()["paths"][f"{resolver.API}{row.route}"][row.method.lower()].get(
        "parameters", []
    )
    return tuple(parameter["name"] for parameter in asked if parameter["in"] == "query")


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET" and questions(row)], ids=str)
def test_no_question_in_an_address_breaks_anything(stage: Stage, row: Row) -> None:
    address, who = resolver.addresses()[row.route], caller(stage, row)
    stage.browser.raise_request_exception = False
    url = address.at(stage.things_for(who), row.at)
    broken = []
    for name in questions(row):
        for value in TEXTS:
            asked = f"{url}{row.query or '?'}&{name}={quote(value[:300])}"
            with undone():
                response = stage.ask(who, "GET", asked)
            if response.status_code >= 500:
                broken.append(f"{name}={value!r:.40}: {response.status_code}")
    assert broken == []
