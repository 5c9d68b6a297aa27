"""The orders of lists of clients, each read along an index where there is one, a page at a time.

Who has nothing in the field of an order comes last, whichever way it goes. By therapist means by the names of the
therapists, by risk from none to high, by kind and by sex at birth from A to Z, by tags by the first tag of each client,
and for each of them by the names of the clients. Few ask for the orders by phone, date of birth and external ID: they
have no index of their own, and are sorted when they are asked for. So are the orders by what another part knows of
clients as far as somebody sees it (`RANKS`), their sessions for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import ClientKind, RiskLevel, SexAtBirth
from kinfold.domain.clients.queries.finding.counting import (
    counted,
    counted_by_therapist,
    occurring,
    with_therapists,
)
from kinfold.domain.clients.queries.finding.reading import Facts, facts_of, found
from kinfold.domain.clients.queries.finding.shapes import BY_NAME, BY_TAG, Place, Wanted
from kinfold.domain.clients.queries.finding.tagged import TagPlace, first_tag_of, tagged, with_first_tags
from kinfold.domain.team.models import Member

BY_THERAPIST: Final = "primary"
BY_RISK: Final = "risk"
BY_KIND: Final = "kind"
BY_SEX: Final = "sex_at_birth"
# Up to so many are sorted by therapist here, in one go, and so many by tag.
_FEW: Final = 2_000
_FEW_BY_TAG: Final = 20_000


# What each client has who has anything there, as far as an actor sees it: moments, or numbers.
Ranks: TypeAlias = Mapping[UUID, Any]
# By the field of an order. `care` adds those by sessions, which it knows.
RANKS: Final[dict[str, Callable[[Actor], Ranks]]] = {}


class Standing(NamedTuple):
    """Where a client stands in each order."""

    id: UUID
    sort_key: str
    updated_at: datetime
    created_at: datetime
    email: str
    birth_date: date | None
    external_id: str
    primary_id: UUID | None
    risk: str
    kind: str
    sex_at_birth: str
    phone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Which page: after a client's standing, or before it where one reads backwards; `total` is that of the list.

    `ranks` are those of the field, where it is one of `RANKS`.
    """

    field: str
    down: bool
    backwards: bool
    beside: Standing | None
    limit: int
    total: int
    ranks: Ranks


class _Stretch(NamedTuple):
    """A part of a list that lies before or after all the others, and in which direction it is read."""

    wanted: Wanted
    up: bool
    total: int


def read(wanted: Wanted, page: Reading) -> list[Facts]:
    """The clients of a page, in the order in which they are read."""
    if page.field == BY_THERAPIST:
        return _by_therapist(wanted, page)
    if page.field == BY_TAG:
        return _by_tag(wanted, page)
    if page.field in RANKS:
        return facts_of(_ranked(wanted, page))
    if page.field == BY_RISK:
        return _in_turn(_by_risk(wanted, page), _place(page.beside, BY_NAME), page.limit)
    if page.field in _CHOICES:
        return _in_turn(_by_choice(wanted, page), _place(page.beside, BY_NAME), page.limit)
    up = page.down == page.backwards
    if page.field not in _BLANKS:
        place = _place(page.beside, page.field)
        whole = replace(wanted, order=page.field)
        return found(whole, up=up, place=place, limit=page.limit, total=page.total)
    filled = _Stretch(replace(wanted, order=page.field, blank=False), up, page.total)
    blank = _Stretch(replace(wanted, order=page.field, blank=True), not page.backwards, page.total)
    stretches = [blank, filled] if page.backwards else [filled, blank]
    if page.beside is None:
        return _in_turn(stretches, None, page.limit)
    here = filled if getattr(page.beside, page.field) else blank
    place = _place(page.beside, page.field) if here is filled else Place(page.beside.id, page.beside.id)
    return _in_turn(stretches[stretches.index(here) :], place, page.limit)


_BLANKS: Final = frozenset({"email", "birth_date", "external_id", "phone"})


def _place(beside: Standing | None, field: str) -> Place | None:
    return Place(getattr(beside, field), beside.id) if beside else None


def _in_turn(stretches: Iterable[_Stretch], place: Place | None, limit: int) -> list[Facts]:
    """One stretch after another until the page is full; the place is in the first of them."""
    rows: list[Facts] = []
    for wanted, up, total in stretches:
        rows += found(wanted, up=up, place=place, limit=limit - len(rows), total=total)
        if len(rows) == limit:
            break
        place = None
    return rows


def _by_risk(wanted: Wanted, page: Reading) -> Iterator[_Stretch]:
    """A stretch for each level, by names, from that of the place on; those of whom nothing is known come last.

    How many there are is asked of each level that is read: few have one, and begin with the index of levels.
    """
    levels = [wanted.risk] if wanted.risk else [*(reversed(_LEVELS) if page.down else _LEVELS), ""]
    if page.backwards:
        levels.reverse()
    if page.beside:
        levels = levels[levels.index(page.beside.risk) :] if page.beside.risk in levels else []
    for level in levels:
        theirs = replace(wanted, risk=level, no_risk=not level)
        yield _Stretch(theirs, not page.backwards, counted(theirs) if level else page.total)


_LEVELS: Final = tuple(level.value for level in RiskLevel)


def _by_choice(wanted: Wanted, page: Reading) -> Iterator[_Stretch]:
    """A stretch for each choice, by names, from that of the place on; those of whom none is known come last.

    When the first of them does not fill the page it is asked once which others there are: without an index, each that
    is rare or does not occur takes a walk through all clients.
    """
    choices = [*sorted(_CHOICES[page.field], reverse=page.down), ""]
    if page.backwards:
        choices.reverse()
    if page.beside:
        choices = choices[choices.index(getattr(page.beside, page.field)) :]
    first, *others = choices
    yield _Stretch(replace(wanted, alike=(page.field, first)), not page.backwards, page.total)
    there = occurring(wanted, page.field)
    for choice in others:
        if choice in there:
            yield _Stretch(replace(wanted, alike=(page.field, choice)), not page.backwards, page.total)


# Each is called by a word that sorts as its label does.
_CHOICES: Final[Mapping[str, Sequence[str]]] = {BY_KIND: ClientKind.values, BY_SEX: SexAtBirth.values}


def _by_therapist(wanted: Wanted, page: Reading) -> list[Facts]:
    if page.total <= _FEW:
        return facts_of(_therapists_sorted_here(wanted, page))
    counts = counted_by_therapist(wanted, page.total)
    if page.beside:
        counts.setdefault(page.beside.primary_id, 0)
    therapists = _in_order(counts, down=page.down)
    if page.backwards:
        therapists.reverse()
    if page.beside:
        therapists = therapists[therapists.index(page.beside.primary_id) :]
    stretches = (
        _Stretch(
            replace(wanted, therapist_id=therapist, unassigned=therapist is None),
            not page.backwards,
            page.total,
        )
        for therapist in therapists
    )
    return _in_turn(stretches, _place(page.beside, BY_NAME), page.limit)


def _therapists_sorted_here(wanted: Wanted, page: Reading) -> list[UUID]:
    rows = {client_id: (key, therapist) for client_id, key, therapist in with_therapists(wanted)}
    if page.beside:
        rows[page.beside.id] = page.beside.sort_key, page.beside.primary_id
    turns = {
        therapist: turn
        for turn, therapist in enumerate(_in_order({row[1] for row in rows.values()}, down=page.down))
    }
    return _page_of(
        {client_id: (turns[therapist], key) for client_id, (key, therapist) in rows.items()}, page
    )


def _by_tag(wanted: Wanted, page: Reading) -> list[Facts]:
    first = first_tag_of(page.beside.id) if page.beside else None
    # Whom further ties reach would have to be found tag by tag.
    if page.total <= _FEW_BY_TAG or wanted.further:
        return facts_of(_tags_sorted_here(wanted, page, first))
    if page.beside and first is None and wanted.tag_ids:  # their tags were taken away meanwhile
        raise PlaceGone
    parts = [True] if wanted.tag_ids else [True, False]  # those who have a tag, and those who have none
    if page.backwards:
        parts.reverse()
    if page.beside:
        parts = parts[parts.index(first is not None) :]
    rows: list[Facts] = []
    for have_tags in parts:
        beside = page.beside if have_tags is (first is not None) else None
        left = page.limit - len(rows)
        if have_tags:
            place = TagPlace(first, beside.sort_key, beside.id) if first and beside else None
            ids = tagged(wanted, down=page.down, backwards=page.backwards, place=place, limit=left)
            rows += facts_of(ids)
        else:
            others, up = replace(wanted, untagged=True), not page.backwards
            rows += found(others, up=up, place=_place(beside, BY_NAME), limit=left, total=page.total)
        if len(rows) == page.limit:
            break
    return rows


def _tags_sorted_here(wanted: Wanted, page: Reading, first: str | None) -> list[UUID]:
    rows = {client_id: (key, tag) for client_id, key, tag in with_first_tags(wanted)}
    if page.beside:
        rows[page.beside.id] = page.beside.sort_key, first
    tags = sorted({tag for _, tag in rows.values() if tag}, reverse=page.down)
    turns: dict[str | None, int] = {tag: turn for turn, tag in enumerate(tags)} | {None: len(tags)}
    return _page_of({client_id: (turns[tag], key) for client_id, (key, tag) in rows.items()}, page)


def _ranked(wanted: Wanted, page: Reading) -> list[UUID]:
    keys = {client_id: key for client_id, key, _ in with_therapists(wanted)}
    if page.beside:
        keys[page.beside.id] = page.beside.sort_key
    ranks = {client_id: page.ranks.get(client_id) for client_id in keys}
    in_turn = sorted({rank for rank in ranks.values() if rank is not None}, reverse=page.down)
    turns: dict[Any, int] = {rank: turn for turn, rank in enumerate(in_turn)} | {None: len(in_turn)}
    return _page_of({client_id: (turns[rank], keys[client_id]) for client_id, rank in ranks.items()}, page)


def _page_of(turns: Mapping[UUID, tuple[int, str]], page: Reading) -> list[UUID]:
    """The clients of a page by whose turn it is, and for each turn by name."""
    ids = sorted(turns, key=lambda client_id: (*turns[client_id], client_id))
    if page.backwards:
        ids.reverse()
    first = ids.index(page.beside.id) + 1 if page.beside else 0
    return ids[first : first + page.limit]


def _in_order(members: Iterable[UUID | None], *, down: bool) -> list[UUID | None]:
    """Therapists by name, and nobody last."""
    known: Sequence[UUID | None] = list(members)
    named = Member.objects.filter(pk__in=[member for member in known if member])
    ids: list[UUID | None] = [row[1] for row in sorted(named.values_list("sort_key", "id"), reverse=down)]
    return [*ids, None] if None in known else ids
