"""What the things in the trail are called, for the person who reads it.

The trail holds ids. Each package that owns a kind of subject says here how to name the ones a reader may see; what
they may not see stays unnamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

Namer = Callable[[Any, Iterable[UUID]], dict[UUID, str]]

_namers: dict[str, Namer] = {}


def names(kind: str) -> Callable[[Namer], Namer]:
    """Register how subjects of one kind are named for an actor."""

    def register(namer: Namer) -> Namer:
        _namers[kind] = namer
        return namer

    return register


def named(actor: Any, subjects: Iterable[tuple[str, UUID]]) -> dict[UUID, str]:
    """The names of the subjects this actor may see, in one query for each kind."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, subject_id in subjects:
        by_kind.setdefault(kind, set()).add(subject_id)
    found: dict[UUID, str] = {}
    for kind, ids in by_kind.items():
        if kind in _namers:
            found.update(_namers[kind](actor, ids))
    return found
