"""Every template is part of a page, and every page keeps the rules that no page may forget.

The pages are those of the matrix: every address that answers with HTML, as everybody whom it answers differently.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

import jinja2
import pytest

from kinfold.entrypoints.web import drawing
from kinfold.entrypoints.web.jinja import TEMPLATES
from tests.architecture import test_first_page
from tests.architecture.reading import Found, read
from tests.architecture.stage import Stage
from tests.architecture.visits import Seen, visits

USED: set[str] = set()


@pytest.fixture(scope="module")
def seen(stage: Stage) -> Generator[list[Seen], None, None]:
    """Every answer, and in USED the templates they took."""
    get_template = jinja2.Environment.get_template

    def noted(env: jinja2.Environment, name: Any, *args: Any, **kwargs: Any) -> jinja2.Template:
        USED.add(str(name))
        return get_template(env, name, *args, **kwargs)

    drawing.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "get_template", noted)
        answers = list(visits(stage))
    yield answers
    USED.clear()


@pytest.fixture(scope="module")
def pages(seen: list[Seen]) -> list[tuple[Seen, Found]]:
    """Every answer that is a whole page, with what it holds."""
    return [(one, read(one.response)) for one in seen if one.is_page]


def test_every_template_is_rendered_by_some_page(seen: list[Seen]) -> None:
    shipped = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    assert shipped - USED - test_first_page.RENDERED == set()


def test_no_visit_meets_a_fault(seen: list[Seen]) -> None:
    assert [str(one) for one in seen if one.response.status_code >= 500] == []


def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(pages: list[tuple[Seen, Found]]) -> None:
    wrong = []
    for one, found in pages:
        wrong += [(str(one), problem) for problem in (*found.inline, *found.outside)]
    assert wrong == []


def test_titles_of_pages_name_nobody(stage: Stage, pages: list[tuple[Seen, Found]]) -> None:
    """A title stays in the browser's history and on shared screens."""
    cast = stage.cast
    people = [person.name for person in (*cast.team, cast.fran, cast.nora)]
    names = {name for whole in (*people, *(client.name for client in cast.clients)) for name in whole.split()}
    wrong = []
    for one, found in pages:
        titles = found.titles
        if len(titles) != 1 or not titles[0].endswith(" · Kinfold"):
            wrong.append((str(one), titles))
        wrong += [(str(one), titles) for name in names if re.search(rf"\b{name}\b", " ".join(titles))]
    assert wrong == []


def test_no_page_uses_an_id_twice(pages: list[tuple[Seen, Found]]) -> None:
    wrong = []
    for one, found in pages:
        ids = found.ids
        wrong += [(str(one), name) for name in set(ids) if ids.count(name) > 1]
    assert wrong == []


def test_enter_does_what_a_form_is_for(pages: list[tuple[Seen, Found]]) -> None:
    """Enter presses the first button of a form, which must not be one that finds, removes or chooses something else."""
    wrong = set()
    for one, found in pages:
        for name, form in found.forms.items():
            does, meant = form.buttons[0] if form.buttons else ("", True)
            if form.fields and len({other for other, _ in form.buttons}) > 1 and not meant:
                wrong.add(f"{one}: Enter in {form.fields[0]} of {name} presses {does}")
    assert wrong == set()


def test_every_answer_carries_a_strict_content_security_policy(pages: list[tuple[Seen, Found]]) -> None:
    wrong = []
    for one, _ in pages:
        policy = one.response.headers.get("Content-Security-Policy", "")
        parts = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
        allowed = {source for sources in parts.values() for source in sources}
        strict = parts.get("default-src") == ["'none'"] and {
            "frame-ancestors",
            "base-uri",
            "form-action",
        } <= set(parts)
        if not strict or any("unsafe" in source or source in {"*", "https:", "http:"} for source in allowed):
            wrong.append((str(one), policy))
    assert wrong == []


def test_no_browser_or_proxy_keeps_an_answer(seen: list[Seen]) -> None:
    wrong = []
    for one in seen:
        headers = one.response.headers
        if headers.get("Cache-Control") != "no-store":
            wrong.append((str(one), headers.get("Cache-Control")))
        if (
            headers.get("X-Content-Type-Options") != "nosniff"
            or headers.get("X-Frame-Options", "DENY") != "DENY"
        ):
            wrong.append((str(one), str(dict(headers))))
    assert wrong == []
