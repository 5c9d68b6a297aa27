"""What a page holds that the rules for all pages speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

EXECUTED = {"", "module", "text/javascript", "importmap"}


@dataclass(slots=True)
class Found(HTMLParser):
    """What a page holds that a rule speaks of."""

    titles: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)
    open: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = dict(attrs)
        self.open = tag
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(f"<{tag} {given}>")
        if tag == "script" and "src" not in given and (given.get("type") or "") in EXECUTED:
            self.inline.append(f"<script {given}>")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("src", "srcset", "action", "formaction", "data", "poster"):
            if re.match(r"(?:https?:)?//", given.get(name) or ""):
                self.outside.append(str(given[name]))
        if tag == "link" and re.match(r"(?:https?:)?//", given.get("href") or ""):
            self.outside.append(str(given["href"]))
        if any("javascript:" in (value or "").lower() for value in given.values()):
            self.inline.append(f"<{tag} {given}>")

    def handle_data(self, data: str) -> None:
        """Keep the title's text."""
        if self.open == "title" and data.strip():
            self.titles.append(data.strip())

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 -- the parser's own signature
        """Leave an element."""
        self.open = ""


def read(response: HttpResponse) -> Found:
    """A page as its elements."""
    found = Found()
    found.feed(response.content.decode())
    return found
