"""The columns of a list as one person has arranged them: all in their order, shown or hidden.

A list names its columns in an enumeration whose first one is always shown, and stands first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from .errors import InvalidInput

C = TypeVar("C", bound=StrEnum)


class Placed(NamedTuple, Generic[C]):
    """A column in its place, shown or hidden."""

    column: C
    shown: bool


def arranged(every: type[C], wanted: Iterable[Placed[C]]) -> tuple[Placed[C], ...]:
    """All columns in order: the first one, then as wanted, then those nobody spoke of, hidden."""
    places: dict[C, bool] = {next(iter(every)): True}
    for column, shown in wanted:
        places.setdefault(column, shown)
    for column in every:
        places.setdefault(column, False)
    return tuple(Placed(column, shown) for column, shown in places.items())


def as_it_comes(every: type[C], default: Iterable[C]) -> tuple[Placed[C], ...]:
    """The columns of somebody who has not arranged them."""
    return arranged(every, (Placed(column, shown=True) for column in default))


def read(every: type[C], stored: Iterable[str]) -> tuple[Placed[C], ...]:
    """As `chosen` gave them to be stored. A column that is no more is left out."""
    known = {column.value: column for column in every}
    names = ((name.removeprefix("-"), not name.startswith("-")) for name in stored)
    return arranged(every, (Placed(known[name], shown) for name, shown in names if name in known))


def chosen(every: type[C], default: Sequence[C], order: Sequence[str], shown: Iterable[str]) -> list[str]:
    """What to store for columns in this order, of which some are shown; without an order they are as they come.

    Each column's name in order, with a hyphen before those that are hidden. Raises InvalidInput for a column that does
    not exist.
    """
    if not order:
        return written(as_it_comes(every, default))
    known, ticked = {column.value: column for column in every}, set(shown)
    if not ticked.union(order) <= known.keys():
        raise InvalidInput.one("columns", "There is no such column.")
    return written(arranged(every, (Placed(known[name], name in ticked) for name in order)))


def written(columns: Iterable[Placed[C]]) -> list[str]:
    """Each column's name in order, with a hyphen before those that are hidden."""
    return [column.value if shown else f"-{column.value}" for column, shown in columns]


def moved(order: Sequence[str], move: str) -> list[str]:
    """An order after one step: "email:up" goes one place up, never before the first; anything else stays."""
    name, _, way = move.partition(":")
    result = list(order)
    if name in result[1:]:
        place = result.index(name)
        result.insert(max(1, place - 1 if way == "up" else place + 1), result.pop(place))
    return result
