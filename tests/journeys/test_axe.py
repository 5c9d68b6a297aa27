"""Everybody can use every page: axe finds nothing wrong, wide and narrow, light and dark (RELIABILITY 1.20).

The pages are those of `tests.architecture.visits`, which a test holds complete. They are rendered in this process and
handed to a real browser, which lays them out with the real style and scripts.
"""

from __future__ import annotations

import fcntl
import mimetypes
import pickle
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles import finders

from tests import engine
from tests.architecture.visits import visits

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from tests.architecture.stage import Stage

PARTS = 8  # so that several processes share them, and none is left alone with the rest
BASE = "http://testserver"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = """() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
    ({id, nodes}) => nodes.map((node) => `${id}: ${node.target.join(" ")}`)))"""


@pytest.fixture
def page(browser: Browser) -> Generator[Page, None, None]:
    """A page on which nothing moves: while a colour fades into another, its contrast is neither's."""
    context = browser.new_context(base_url=BASE, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a browser gets it."""

    what: str
    headers: dict[str, str]
    content: bytes


@pytest.fixture(scope="module")
def pages(request: pytest.FixtureRequest) -> list[Shown]:
    """The pages that differ by more than what they say. The first process to come asks for them for all."""
    kept = engine.run_folder() / "pages-for-axe"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(different(request.getfixturevalue("stage"))))
    found: list[Shown] = pickle.loads(kept.read_bytes())
    return found


def different(stage: Stage) -> list[Shown]:
    """Of all pages, the first of each skeleton."""
    found: dict[str, Shown] = {}
    for seen in visits(stage):
        if seen.is_page:
            content = seen.response.content
            shown = Shown(str(seen), dict(seen.response.headers), content)
            found.setdefault(skeleton(content.decode()), shown)
    return list(found.values())


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_on_any_page(
    pages: list[Shown], page: Page, part: int, pytestconfig: pytest.Config
) -> None:
    """Colours do not depend on the width, so half of the four ways show as much; the long form takes all four."""
    ways = [(WIDE, "light"), (NARROW, "dark")]
    if pytestconfig.getoption("--long"):
        ways += [(WIDE, "dark"), (NARROW, "light")]
    assert len(pages) > 80
    page.context.route("**/*", lambda route: answer(route, pages))
    wrong = []
    for number, shown in list(enumerate(pages))[part::PARTS]:
        page.goto(f"/{number}/")
        page.evaluate(AXE_SCRIPT)
        for size, scheme in ways:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (
                f"{shown.what} scrolls sideways"
            )
            wrong += [f"{shown.what}, {size['width']} px, {scheme}: {found}" for found in page.evaluate(AXE)]
    assert wrong == []


def skeleton(html: str) -> str:
    """A page without its words, values and menu."""
    for pattern in (
        r'<aside class="side".*?</aside>',
        r"<(svg|option)\b.*?</\1>",
        r'="[^"]*"',
        r"(?<=>)[^<]+",
    ):
        html = re.sub(pattern, "", html, flags=re.DOTALL)
    return html


def answer(route: Route, pages: list[Shown]) -> None:
    """What the server would say: one of the pages, or a file that it needs."""
    path = route.request.url.removeprefix(BASE)
    if path.startswith("/static/"):
        name = path.removeprefix("/static/")
        file = finders.find(name)
        assert isinstance(file, str), f"{name} is no static file"
        route.fulfill(body=Path(file).read_bytes(), content_type=mimetypes.guess_type(name)[0])
    elif re.fullmatch(r"/\d+/", path):
        shown = pages[int(path.strip("/"))]
        route.fulfill(body=shown.content, headers=shown.headers)
    else:
        route.fulfill(status=204)
