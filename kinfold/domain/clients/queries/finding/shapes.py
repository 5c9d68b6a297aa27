"""What a list shall hold, and the shape of the questions that find it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.kernel import clock

# The order of a list unless another one is wanted: the name's stored key.
BY_NAME = "sort_key"
# The order of the first tags of clients, by name.
BY_TAG = "tag"
# Orders that are rarely asked for have no index, and are sorted when they are: from one that holds all three fields.
UNINDEXED = frozenset({"birth_date", "external_id", "phone"})
# From how many on it is faster to walk through all clients in order until a page is full.
_MANY = 10_000
# Above every letter, so that everything that begins with a word lies between the word and the word followed by this.
_LAST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a list shall hold.

    `members`: through whose ties somebody sees clients, None for all clients. `further`: whether any are tied to these
    members otherwise than to a therapist. `therapist_id`: whose clients only. `tag_ids`: each client has all of them;
    `untagged`: none at all. `no_risk`: no level is known of them. `alike`: a field, and what each client has there.
    `names_only`: words are of names.

    `order` is the field they are read by; `blank` tells those who have nothing in that field from those who have.
    """

    status: ClientStatus
    members: frozenset[UUID] | None = None
    further: bool = False
    therapist_id: UUID | None = None
    unassigned: bool = False
    tag_ids: tuple[UUID, ...] = ()
    untagged: bool = False
    risk: str = ""
    no_risk: bool = False
    alike: tuple[str, str] | None = None
    registration: str = ""
    created_since: datetime | None = None
    updated_since: datetime | None = None
    words: tuple[str, ...] = ()
    names_only: bool = False
    order: str = BY_NAME
    blank: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: a client's key in the list's order, and their id where two keys are equal."""

    key: str | date | datetime | UUID
    client_id: UUID


class Start(StrEnum):
    """With which rows a question begins."""

    CLIENTS = "clients"
    WORDS = "words"
    TAG = "tag"
    TAGS = "tags"
    TIES = "ties"


@dataclass(frozen=True, slots=True)
class Shape:
    """All that decides how a question is written, without its values.

    `therapists`: of how many members the clients are wanted, or those tied to them otherwise; None for everybody's.
    `dense`: so many clients are wanted that a page is found fastest among all of them in order.
    """

    start: Start
    status: str
    therapists: int | None = None
    one_therapist: bool = False
    unassigned: bool = False
    tags: int = 0
    untagged: bool = False
    risk: bool = False
    no_risk: bool = False
    alike: str = ""
    registration: bool = False
    created_since: bool = False
    updated_since: bool = False
    letters: tuple[int, ...] = ()
    names_only: bool = False
    order: str = BY_NAME
    blank: bool | None = None
    dense: bool = False

    @property
    def key(self) -> str:
        """What they are read by: who has nothing in the field of the order is read in no order that means anything."""
        return "id" if self.blank else self.order

    @property
    def gathered(self) -> bool:
        """Whether few clients are to be gathered and then sorted, since no index has them in the wanted order."""
        if self.order in UNINDEXED:
            return True
        by_fact = self.registration or self.created_since or self.updated_since
        if self.start is Start.CLIENTS and by_fact and not self.dense:
            return True
        return self.therapists is not None and (self.therapists > 1 or self.order != BY_NAME)


@dataclass(frozen=True, slots=True)
class Step:
    """Which part of the order is read: upwards or downwards, from a place or from the end, at most so many."""

    up: bool
    from_place: bool
    limit: int


class Part(NamedTuple):
    """A part of a list: its shape, whose clients it holds, and the other values of the question."""

    shape: Shape
    members: Sequence[UUID]
    others: dict[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        """All values of the question."""
        return self.others | {f"m{n}": member for n, member in enumerate(self.members)}


def parts_of(wanted: Wanted) -> Iterable[Part]:
    """A list in its parts: the clients of therapists, and those whom members reach by further ties alone."""
    members, therapist = wanted.members, wanted.therapist_id
    therapists = members
    if therapist is not None:
        therapists = frozenset({therapist}) if members is None or therapist in members else frozenset()
    if therapists is None or (therapists and not (wanted.unassigned and members is not None)):
        yield _part(wanted, therapists, apart=False)
    if wanted.further and members and (therapist is None or therapist not in members):
        yield _part(wanted, members, apart=True)


def _part(wanted: Wanted, therapists: frozenset[UUID] | None, *, apart: bool) -> Part:
    words = sorted(wanted.words, key=len, reverse=True)  # the longest is the rarest, as a rule
    if apart:
        start = Start.TIES
    elif wanted.order == BY_TAG:
        start = Start.TAGS
    elif therapists is not None:
        start = Start.CLIENTS
    else:
        start = Start.WORDS if words else Start.TAG if wanted.tag_ids else Start.CLIENTS
    shape = Shape(
        start=start,
        status=wanted.status.value,
        therapists=None if therapists is None else len(therapists),
        one_therapist=apart and wanted.therapist_id is not None,
        unassigned=wanted.unassigned,
        tags=len(wanted.tag_ids),
        untagged=wanted.untagged,
        risk=wanted.risk != "",
        no_risk=wanted.no_risk,
        alike=wanted.alike[0] if wanted.alike else "",
        registration=wanted.registration != "",
        created_since=wanted.created_since is not None,
        updated_since=wanted.updated_since is not None,
        letters=tuple(len(word) for word in words),
        names_only=wanted.names_only,
        order=wanted.order,
        blank=wanted.blank,
    )
    values: dict[str, Any] = {}
    if apart:
        values["now"] = clock.now()
    if shape.one_therapist:
        values["therapist"] = wanted.therapist_id
    if wanted.risk:
        values["risk"] = wanted.risk
    if wanted.alike:
        values["alike"] = wanted.alike[1]
    if wanted.registration:
        values["registration"] = wanted.registration
    if wanted.created_since:
        values["created_at"] = wanted.created_since
    if wanted.updated_since:
        values["updated_at"] = wanted.updated_since
    values |= {f"t{n}": tag_id for n, tag_id in enumerate(wanted.tag_ids)}
    for n, word in enumerate(words):
        values |= {f"w{n}": word, f"e{n}": word + _LAST}
    return Part(shape, tuple(therapists or ()), values)


def many(total: int) -> bool:
    """Whether so many clients are found faster among all of them in order."""
    return total >= _MANY


def quicker(part: Part, total: int) -> Part:
    """The part, begun with all clients in order where very many are wanted, unless its own index has that order."""
    shape = part.shape
    if not many(total) or shape.start is Start.TIES or (shape.start is Start.TAG and shape.order == BY_NAME):
        return part
    return part._replace(shape=replace(shape, start=Start.CLIENTS, dense=True))
