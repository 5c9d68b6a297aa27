"""One row of the table of routes, and what makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kinfold.domain.access.permissions import Permission as P  # noqa: N817 -- a column of the table


class Open(Enum):
    """Who gets in where no permission decides."""

    PUBLIC = "anybody"
    LINK = "whoever holds the link in the address"
    SIGNED_IN = "anybody with a login"
    MEMBER = "anybody on a team"
    OWN = "whoever acts for the client in the address"


PUBLIC, LINK, SIGNED_IN, MEMBER, OWN = Open.PUBLIC, Open.LINK, Open.SIGNED_IN, Open.MEMBER, Open.OWN


Need = P | tuple[P, ...]
Needs = tuple[Need, ...]

AS_READ = {"If-Match": '"1"'}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What one route and method asks for and answers."""

    route: str
    method: str
    needs: Needs | Open
    status: int = 200
    body: dict[str, Any] | None = None
    also: tuple[P, ...] = ()
    hides: tuple[Need, ...] = ()
    at: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    writes: bool = False
    absent: int = 404
    by_token: bool = True
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def get(route: str, *needs: Need | Open, **more: Any) -> Row:
    """A row for looking."""
    return Row(route=route, method="GET", needs=_needs(needs), **more)


def post(route: str, *needs: Need | Open, body: dict[str, Any] | None = None, **more: Any) -> Row:
    """A row for acting. Unless `writes` says otherwise, the sample changes something of the practice."""
    more.setdefault("writes", not isinstance(needs[0], Open))
    return Row(route=route, method=more.pop("method", "POST"), needs=_needs(needs), body=body or {}, **more)


def _needs(given: tuple[Need | Open, ...]) -> Needs | Open:
    first = given[0]
    return first if isinstance(first, Open) else tuple(need for need in given if not isinstance(need, Open))
