"""Playing a row of the matrix: the request it stands for, and what two answers have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.http import HttpResponse

from kinfold.domain.access.permissions import Permission, with_needs
from tests.architecture import resolver
from tests.architecture.routes import Need, Row
from tests.architecture.stage import Caller, Stage, undone

# What differs between two answers that say the same: form tokens, nonces, and the id that was asked for.
TOKENS = re.compile(r'((?:name="(?:csrfmiddlewaretoken|form_key)" value|nonce)=")[^"]+"')
VARYING = {"Content-Security-Policy", "Content-Length", "Expires", "Set-Cookie"}


def request(
    stage: Stage,
    who: Caller,
    row: Row,
    things: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    keep: bool = False,
) -> HttpResponse:
    """Ask for a row's address with its sample; what it does is taken back, unless the caller will do that (`keep`)."""
    found = stage.things_for(who) if things is None else things
    url = resolver.addresses()[row.route].at(found, row.at) + row.query
    body = None if row.body is None else filled(row.body, found)
    sent = {**filled(row.headers, found), **(headers or {})}
    with nullcontext() if keep else undone():
        return stage.ask(who, row.method, url, body, headers=sent)


def filled(sample: Any, things: Mapping[str, Any]) -> Any:
    """A sample with ids in the places of "{words}"."""
    if isinstance(sample, str):
        return sample.format_map(things)
    if isinstance(sample, dict):
        return {name: filled(value, things) for name, value in sample.items()}
    if isinstance(sample, list):
        return [filled(value, things) for value in sample]
    return sample() if callable(sample) else sample


def masked(response: HttpResponse, things: Mapping[str, object]) -> tuple[int, str, dict[str, str]]:
    """An answer without its random parts and without the ids that were asked for."""
    body = TOKENS.sub(r'\1…"', response.content.decode())
    headers = {name: value for name, value in response.headers.items() if name not in VARYING}
    for value in sorted((str(value) for value in things.values()), key=len, reverse=True):
        body = body.replace(value, "…")
        headers = {name: text.replace(value, "…") for name, text in headers.items()}
    return response.status_code, body, headers


def enough(row: Row) -> list[frozenset[Permission]]:
    """The least that lets somebody in: one of each group, each of a group in turn."""
    assert isinstance(row.needs, tuple)
    groups = [need if isinstance(need, tuple) else (need,) for need in row.needs]
    least = [group[0] for group in groups]
    chosen = {
        frozenset([*least[:place], one, *least[place + 1 :]])
        for place, group in enumerate(groups)
        for one in group
    }
    return [with_needs(permissions | frozenset(row.also)) for permissions in sorted(chosen, key=sorted)]


def refusable(row: Row) -> list[Need]:
    """The permissions without which somebody is refused, and not told that there is nothing."""
    assert isinstance(row.needs, tuple)
    return [need for need in row.needs if need not in row.hides]
