"""What a page holds that the rules for all pages speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

EXECUTED = {"", "module", "text/javascript", "importmap"}
# Where Enter sends the form; in a box to tick or a choice nobody expects that.
TYPED_IN = {"", "text", "search", "email", "tel", "url", "number", "date", "month", "time", "password"}


@dataclass(slots=True)
class Form:
    """A form: what can be typed in, and its buttons in order, each as what it does and whether Enter may press it."""

    fields: list[str] = field(default_factory=list)
    buttons: list[tuple[str, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Found(HTMLParser):
    """What a page holds that a rule speaks of."""

    titles: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    form: str = ""
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
        self._note_form(tag, given)

    def _note_form(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "form":
            self.form = given.get("id") or f"form {len(self.forms)}"
        owner = given.get("form") or self.form
        if not owner:
            return
        form = self.forms.setdefault(owner, Form())
        if tag == "input" and (given.get("type") or "") in TYPED_IN and "readonly" not in given:
            form.fields.append(given.get("name") or "")
        elif tag == "button" and (given.get("type") or "submit") == "submit":
            does = " ".join(given.get(name) or "" for name in ("name", "value", "formaction"))
            form.buttons.append(
                (does, not {"sr-only", "btn-primary"}.isdisjoint((given.get("class") or "").split()))
            )

    def handle_data(self, data: str) -> None:
        """Keep the title's text."""
        if self.open == "title" and data.strip():
            self.titles.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self.open = ""
        if tag == "form":
            self.form = ""


def read(response: HttpResponse) -> Found:
    """A page as its elements."""
    found = Found()
    found.feed(response.content.decode())
    return found
