"""What the lists of the team share: the counts of the views, searching, sorting and paging.

A team is small: a view is read whole, in a constant number of queries, and searched and cut here, so that it means the
same on every database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db.models import Count, Q

from kinfold.domain.kernel.text import query_words, sort_key, words
from kinfold.domain.team.models import (
    AdminRequest,
    AdminRequestState,
    Invitation,
    InvitationState,
    Member,
    MemberStatus,
)
from kinfold.domain.team.statuses import statuses

PAGE = 50
MOST = 200


class TeamView(StrEnum):
    """The three views of Team Members; each person is in exactly one (SPEC U05)."""

    ACTIVE = "active"
    PENDING = "pending"
    ARCHIVED = "archived"


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamCounts:
    """How many people each view holds."""

    active: int
    pending: int
    archived: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which part of a list: after one row or before another, at most `limit` rows."""

    after: UUID | None = None
    before: UUID | None = None
    limit: int = PAGE


class Row(Protocol):
    """What every row can be found by."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


R = TypeVar("R", bound=Row)
S = TypeVar("S", bound=Row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[R]):
    """Some rows of a list of `total`; `start` counts from 1. `next` and `previous` are where other pages hang on."""

    rows: tuple[R, ...]
    total: int
    start: int
    next: UUID | None
    previous: UUID | None

    def of(self, rows: tuple[S, ...]) -> Page[S]:
        """The same page with its rows as they are shown, in their order."""
        return Page(rows=rows, total=self.total, start=self.start, next=self.next, previous=self.previous)


def found_in(view: TeamView) -> tuple[MemberStatus, ...]:
    """The statuses of the members whom a view holds."""
    return statuses(lambda standing: standing.view == view)


def team_counts() -> TeamCounts:
    """The counts of the three views, in three queries."""
    members = Member.objects.filter(ended_at__isnull=True).aggregate(
        active=Count("id", filter=Q(status__in=found_in(TeamView.ACTIVE))),
        archived=Count("id", filter=Q(status__in=found_in(TeamView.ARCHIVED))),
    )
    pending = Invitation.objects.filter(state=InvitationState.PENDING).count()
    requests = AdminRequest.objects.filter(state=AdminRequestState.PENDING).count()
    return TeamCounts(active=members["active"], archived=members["archived"], pending=pending + requests)


def matching(rows: Sequence[R], typed: str) -> list[R]:
    """The rows with a word beginning like each typed word, in the name or the e-mail address."""
    wanted = query_words(typed)
    if not wanted:
        return list(rows)
    return [row for row in rows if _matches(words(row.name, row.email), wanted)]


def _matches(found_by: frozenset[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(begin) for word in found_by) for begin in wanted)


def ordered(rows: Sequence[R], sort: str, keys: dict[str, Callable[[R], Any]]) -> list[R]:
    """Rows by one of `keys` ("-" in front for the other way round), by name when it is none of them."""
    name = sort.removeprefix("-")
    key = keys.get(name, next(iter(keys.values())))
    return sorted(rows, key=key, reverse=sort.startswith("-") and name in keys)


def cut(rows: Sequence[R], window: Window) -> Page[R]:
    """One page. A row that is gone since the last page means the first page."""
    size = max(1, min(window.limit, MOST))
    ids = [row.id for row in rows]
    if window.after in ids:
        start = ids.index(window.after) + 1
    elif window.before in ids:
        start = max(0, ids.index(window.before) - size)
    else:
        start = 0
    shown = tuple(rows[start : start + size])
    return Page(
        rows=shown,
        total=len(rows),
        start=start + 1 if shown else 0,
        next=shown[-1].id if shown and start + size < len(rows) else None,
        previous=shown[0].id if shown and start else None,
    )


def by_name(first_name: str, last_name: str) -> str:
    """How names sort, everywhere."""
    return sort_key(last_name, first_name)


def by_moment(moment: datetime, tie: UUID) -> tuple[datetime, UUID]:
    """By time, and steady where two are at once."""
    return moment, tie
