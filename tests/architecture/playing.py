"""Playing a row of the matrix: the request it stands for, and what two answers have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from tests.architecture import resolver
from tests.architecture.routes import Row
from tests.architecture.stage import Caller, Stage, undone

# What differs between two answers that say the same: form tokens, nonces, and the id that was asked for.
TOKENS = re.compile(r'((?:name="(?:csrfmiddlewaretoken|form_key)" value|nonce)=")[^"]+"')
VARYING = {"Content-Security-Policy", "Content-Length", "Set-Cookie"}


def request(
    stage: Stage,
    who: Caller,
    row: Row,
    things: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Ask for a row's address with its sample; whatever it does is taken back."""
    found = stage.things_for(who) if things is None else things
    url = resolver.addresses()[row.route].at(found, row.at)
    body = None if row.body is None else filled(row.body, found)
    sent = {**filled(row.headers, found), **(headers or {})}
    with undone():
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
