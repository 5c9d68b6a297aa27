"""Every address of the installation, as Django's resolver and the OpenAPI document know them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

API = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ABSENT = UUID("11111111-1111-4111-8111-111111111111")


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its route's name (for the API its path), and the names of its parts."""

    name: str
    template: str
    parts: tuple[str, ...]
    kinds: tuple[str, ...]

    def url(self, **values: object) -> str:
        """The address of one object."""
        return self.template.format_map({part: values[part] for part in self.parts})

    def at(self, things: Mapping[str, object], renamed: Mapping[str, str]) -> str:
        """The address of one of the things; `renamed` says under which name a part is found among them."""
        return self.url(**{part: things[renamed.get(part, part)] for part in self.parts})

    @property
    def nowhere(self) -> str:
        """The address of an object that does not exist."""
        samples = {"uuid": ABSENT, "int": 999_999_999, "str": "nothing"}
        return self.url(**{part: samples[kind] for part, kind in zip(self.parts, self.kinds, strict=True)})

    @property
    def is_api(self) -> bool:
        """Whether the API answers here."""
        return self.template.startswith(f"{API}/")


def _patterns(
    patterns: list[URLPattern | URLResolver], before: str = "/"
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            assert pattern.name, f"{route} has no name"
            yield pattern.name, route, pattern.pattern.converters


@cache
def addresses() -> dict[str, Address]:
    """Every address by its name. The API's are called by their paths: `/clients/{client_id}`."""
    found = {}
    for name, route, converters in _patterns(get_resolver().url_patterns):
        template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        kinds = tuple(
            "uuid" if isinstance(c, UUIDConverter) else "int" if isinstance(c, IntConverter) else "str"
            for c in converters.values()
        )
        called = template.removeprefix(API) if template.startswith(f"{API}/") else name
        if not template.startswith(f"{API}/"):  # the API has a pattern for each method of a path
            assert called not in found, f"two routes are called {called}"
        found[called] = Address(called, template, tuple(converters), kinds)
    return found


def accepted(ask: Callable[[str, str], HttpResponse]) -> set[tuple[str, str]]:
    """Every (route, method) that is not refused with 405."""
    found = set()
    for name, address in addresses().items():
        if address.template == f"{API}/":
            continue  # where ninja would show its own documentation; it answers everything with 404
        for method in METHODS:
            if ask(method, address.nowhere).status_code != 405:
                found.add((name, method))
    return found


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, which takes a third of a second to make."""
    from kinfold.entrypoints.rest.api import api

    return dict(api.get_openapi_schema(path_prefix=f"{API}/"))


def operations() -> set[tuple[str, str]]:
    """Every (path, method) of the OpenAPI document."""
    return {
        (path.removeprefix(API), method.upper())
        for path, methods in document()["paths"].items()
        for method in methods
        if method.upper() in METHODS
    }
