"""The API does what its OpenAPI document says, whatever it is sent, and never fails (RELIABILITY 1.19).

schemathesis makes requests of the document: such as it allows and such as it does not, to things that exist and to
things that do not. `--long` makes many more of them.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
from django.http import HttpResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ninja import Schema
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.architecture import resolver
from tests.architecture.playing import filled
from tests.architecture.routes import ROWS, Open, Row
from tests.architecture.stage import ANONYMOUS, EVERYTHING, Stage, undone

OPERATIONS = sorted(resolver.operations())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SHORT, LONG = 6, 60
BASE = "http://testserver"


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_answer_is_one_of_the_document(
    stage: Stage, path: str, method: str, pytestconfig: pytest.Config
) -> None:
    operation, row = document()[f"{resolver.API}{path}"][method], row_of(path, method)
    who = stage.token_with(EVERYTHING)
    things = stage.things_for(who)
    there = {part: str(things[row.at.get(part, part)]) for part in resolver.addresses()[path].parts}
    allowed, refused = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    long = pytestconfig.getoption("--long")

    @settings(
        max_examples=LONG if long else SHORT,
        derandomize=not long,  # the short form finds the same each time; looking further is the long form's work
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=allowed | refused, exists=st.booleans(), as_in_the_matrix=st.booleans())
    def ask(case: Any, exists: bool, as_in_the_matrix: bool) -> None:
        if exists:
            case.path_parameters = {**(case.path_parameters or {}), **there}
        sample = filled(row.body, things) if as_in_the_matrix and row.body else None
        sent = prepared(case, sample)
        with undone():
            answer: Any = stage.browser.generic(
                method,
                sent.path_url,
                sent.body or b"",
                str(sent.headers.get("Content-Type", "")),
                headers={
                    **filled(row.headers, things),
                    **sent.headers,
                    "Authorization": f"Bearer {who.token}",
                },
            )
        case.validate_response(as_schemathesis_reads_it(answer, sent), checks=CHECKS)

    ask()


def test_nobody_gets_in_without_signing_in(stage: Stage) -> None:
    let_in, open_by_the_document = set(), set()
    for path, method in OPERATIONS:
        with undone():
            answer = stage.ask(ANONYMOUS, method, resolver.addresses()[path].nowhere, {})
        if answer.status_code != 401:
            let_in.add((path, method))
        if "security" not in resolver.document()["paths"][f"{resolver.API}{path}"][method.lower()]:
            open_by_the_document.add((path, method))
    assert let_in == open_by_the_document
    assert let_in == {operation for operation in OPERATIONS if row_of(*operation).needs is Open.PUBLIC}


def test_two_shapes_never_share_a_name() -> None:
    """Or one would stand in the document for both."""
    names = Counter(shape.__name__ for shape in shapes(Schema) if shape.__module__.startswith("kinfold."))
    assert [name for name, count in names.items() if count > 1] == []


def shapes(above: type) -> set[type]:
    """Every class below one."""
    return {found for below in above.__subclasses__() for found in {below, *shapes(below)}}


@cache
def document() -> Any:
    """The document as schemathesis reads it."""
    schema = schemathesis.openapi.from_dict(resolver.document())
    schema.config.update(base_url=BASE)
    return schema


def row_of(path: str, method: str) -> Row:
    """The row of the matrix for an operation."""
    (row,) = (row for row in ROWS if (row.route, row.method) == (path, method))
    return row


def prepared(case: Any, sample: dict[str, Any] | None) -> requests.PreparedRequest:
    """What would go over the wire; with the matrix's own body instead of an invented one, where that is given."""
    given_to = case.as_transport_kwargs()
    known = {"method", "url", "headers", "params", "data", "json", "files", "cookies"}
    wanted = {name: value for name, value in given_to.items() if name in known}
    if sample is not None and case.media_type == "application/json":
        wanted = {name: value for name, value in wanted.items() if name not in {"data", "json", "files"}}
        wanted["json"] = sample
    return requests.Request(**wanted).prepare()


def as_schemathesis_reads_it(answer: HttpResponse, sent: requests.PreparedRequest) -> Response:
    """Django's answer as schemathesis takes it."""
    return Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=sent,
        elapsed=0.0,
        verify=False,
        encoding="utf-8",
    )
