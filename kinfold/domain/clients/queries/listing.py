"""Lists of clients: a view, words, a therapist, tags, an order, and one page of it with the exact total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.columns import Column
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.keys import tag_key, typed_words
from kinfold.domain.clients.models import Client, ClientStatus, Registration
from kinfold.domain.clients.queries.finding.counting import counted, reached_in_all
from kinfold.domain.clients.queries.finding.reading import BETWEEN_TAGS, Facts, everyone, facts_of
from kinfold.domain.clients.queries.finding.shapes import BY_NAME, BY_TAG, Wanted
from kinfold.domain.clients.queries.ordering import (
    BY_KIND,
    BY_RISK,
    BY_SEX,
    BY_THERAPIST,
    RANKS,
    Ranks,
    Reading,
    Standing,
    read,
)
from kinfold.domain.clients.visibility import (
    members_reached,
    reached_by,
    refuse_unless_sees_clients,
    viewer_of,
    visible_to,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.periods import in_utc
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.practices.models import PracticeTally

PAGE = 50
MOST = 200
MOST_TAGS = 10


_COLUMNS: Final = {column.value: column for column in Column}


class ClientSort(StrEnum):
    """Orders of a list, each by a column, upwards or downwards."""

    NAME = "name"
    NAME_DOWN = "-name"
    THERAPIST = "therapist"
    THERAPIST_DOWN = "-therapist"
    EXTERNAL_ID = "external_id"
    EXTERNAL_ID_DOWN = "-external_id"
    UPDATED = "updated"
    UPDATED_DOWN = "-updated"
    EMAIL = "email"
    EMAIL_DOWN = "-email"
    BIRTH_DATE = "birth_date"
    BIRTH_DATE_DOWN = "-birth_date"
    ADDED = "added"
    ADDED_DOWN = "-added"
    RISK = "risk"
    RISK_DOWN = "-risk"
    KIND = "kind"
    KIND_DOWN = "-kind"
    SEX_AT_BIRTH = "sex_at_birth"
    SEX_AT_BIRTH_DOWN = "-sex_at_birth"
    PHONE = "phone"
    PHONE_DOWN = "-phone"
    TAGS = "tags"
    TAGS_DOWN = "-tags"
    LAST_SESSION = "last_session"
    LAST_SESSION_DOWN = "-last_session"
    NEXT_SESSION = "next_session"
    NEXT_SESSION_DOWN = "-next_session"
    PENDING_NOTES = "pending_notes"
    PENDING_NOTES_DOWN = "-pending_notes"

    @property
    def column(self) -> Column:
        """The column it sorts by."""
        return _COLUMNS[self.value.removeprefix("-")]

    @property
    def down(self) -> bool:
        """Whether the last comes first."""
        return self.value.startswith("-")


# Of each column that sorts, the field by which it does.
_FIELDS: Final = {
    Column.NAME: BY_NAME,
    Column.THERAPIST: BY_THERAPIST,
    Column.EXTERNAL_ID: "external_id",
    Column.UPDATED: "updated_at",
    Column.EMAIL: "email",
    Column.BIRTH_DATE: "birth_date",
    Column.ADDED: "created_at",
    Column.RISK: BY_RISK,
    Column.KIND: BY_KIND,
    Column.SEX_AT_BIRTH: BY_SEX,
    Column.PHONE: "phone",
    Column.TAGS: BY_TAG,
    Column.LAST_SESSION: "last_session",
    Column.NEXT_SESSION: "next_session",
    Column.PENDING_NOTES: "pending_notes",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ListClients:
    """Which clients: a view, words that each begin one of theirs, a therapist's or nobody's, all of some tags, a level
    of risk, a state of registration, added or changed since a moment; in which order, and which part: after one client
    or before another.
    """

    archived: bool = False
    search: str = ""
    therapist_id: UUID | None = None
    unassigned: bool = False
    tag_ids: tuple[UUID, ...] = ()
    risk: str = ""
    registration: str = ""
    created_since: datetime | None = None
    updated_since: datetime | None = None
    sort: ClientSort = ClientSort.NAME
    after: UUID | None = None
    before: UUID | None = None
    limit: int = PAGE


class ClientRow(NamedTuple):
    """A client as lists show them. Tags and external ID are empty for those who see names only.

    `risk` is a level, or empty where none is set and for those who may not see any.
    """

    id: UUID
    first_name: str
    last_name: str
    kind: str
    status: str
    therapist_id: UUID | None
    therapist: str
    tags: tuple[str, ...]
    external_id: str
    risk: str
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """How many clients the viewer sees in each view."""

    active: int
    archived: int


@dataclass(frozen=True, slots=True)
class ClientPage:
    """One page. `next` and `previous` are the clients after and before whom the neighbouring pages lie."""

    rows: tuple[ClientRow, ...]
    total: int
    counts: ViewCounts
    names_only: bool
    next: UUID | None
    previous: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRow:
    """Which client."""

    client_id: UUID


@query(None)
def list_clients(actor: Actor, data: ListClients) -> ClientPage:
    """The clients whom the actor may see (SPEC U08, U09), found by the beginnings of words (SPEC 5).

    Raises PlaceGone when the client after or before whom the page should lie is not visible in this view.
    """
    refuse_unless_sees_clients(actor)
    if data.after and data.before:
        raise InvalidInput.one("before", "Ask for a page after a client or before one, not both.")
    members = _reached(actor)
    counts, further = _counts(members)
    names_only = not actor.may(Permission.CLIENTS_PROFILE)
    _refuse_unseen(actor, data)
    wanted = _wanted(data, members, further=further, names_only=names_only)
    if wanted is None:
        return ClientPage((), 0, counts, names_only, None, None)
    total = counted(wanted) if _narrows(wanted) else counts.archived if data.archived else counts.active
    clients, next_, previous = _page(actor, data, wanted, total)
    return ClientPage(_shown(actor, clients), total, counts, names_only, next_, previous)


def matching(actor: Actor, data: ListClients, most: int) -> list[UUID]:
    """All the clients of a list, whichever page they would stand on, up to so many."""
    members = _reached(actor)
    names_only = not actor.may(Permission.CLIENTS_PROFILE)
    _refuse_unseen(actor, data)
    wanted = _wanted(data, members, further=members is not None, names_only=names_only)
    return [] if wanted is None else everyone(wanted, most=most)


def all_rows(actor: Actor, data: ListClients, most: int) -> Iterator[tuple[ClientRow, ...]]:
    """All the clients of a list in its order, up to so many, a page's worth at a time. For files."""
    members = _reached(actor)
    _refuse_unseen(actor, data)
    names_only = not actor.may(Permission.CLIENTS_PROFILE)
    wanted = _wanted(data, members, further=members is not None, names_only=names_only)
    if wanted is None:
        return
    page = Reading(
        field=_FIELDS[data.sort.column],
        down=data.sort.down,
        backwards=False,
        beside=None,
        limit=most,
        total=counted(wanted),
        ranks=_ranks(actor, data),
    )
    rows = read(wanted, page)
    for start in range(0, len(rows), MOST):
        yield _shown(actor, rows[start : start + MOST])


@query(None)
def get_row(actor: Actor, data: GetRow) -> ClientRow:
    """One client as lists show them. Raises NotFound unless the actor may see them."""
    refuse_unless_sees_clients(actor)
    if not visible_to(actor).filter(pk=data.client_id).exists():
        raise NotFound
    return _shown(actor, facts_of([data.client_id]))[0]


_Members = frozenset[UUID] | None


def _reached(actor: Actor) -> _Members:
    """Through whose ties the actor sees clients; None is for all clients."""
    viewer = viewer_of(actor)
    return members_reached(viewer) if viewer else frozenset()


def _wanted(data: ListClients, members: _Members, *, further: bool, names_only: bool) -> Wanted | None:
    """The list as it is asked for, or None when nothing can be in it."""
    words = typed_words(data.search)
    if words is None or members == frozenset() or (data.therapist_id and data.unassigned):
        return None
    return Wanted(
        status=_status(data),
        members=members,
        further=further,
        therapist_id=data.therapist_id,
        unassigned=data.unassigned,
        tag_ids=tuple(dict.fromkeys(data.tag_ids)),
        risk=data.risk,
        registration=data.registration,
        created_since=in_utc("created_since", data.created_since) if data.created_since else None,
        updated_since=in_utc("updated_since", data.updated_since) if data.updated_since else None,
        words=words,
        names_only=names_only,
    )


def _refuse_unseen(actor: Actor, data: ListClients) -> None:
    """Nobody narrows or sorts a list by what they may not see: how many are left, and in which order, would tell."""
    if len(data.tag_ids) > MOST_TAGS:
        raise InvalidInput.one("tag", f"Choose at most {MOST_TAGS} tags.")
    if data.tag_ids and not actor.may(Permission.CLIENTS_PROFILE):
        raise NotAllowed("Your role shows the names of clients, not their tags.")
    if data.risk and not actor.may(Permission.CLIENTS_RISK):
        raise NotAllowed("Your role does not show the risk levels of clients.")
    if data.registration and data.registration not in Registration.values:
        raise InvalidInput.one("registration", "There is no such state of registration.")
    facts = data.created_since or data.registration
    needed = [data.sort.column.needs, Permission.CLIENTS_PROFILE if facts else None]
    if any(permission and permission not in actor.permissions for permission in needed):
        raise NotAllowed("Your role shows the names of clients, not what this list is sorted or narrowed by.")


def _narrows(wanted: Wanted) -> bool:
    """Whether it is less than a whole view."""
    return bool(
        wanted.words
        or wanted.tag_ids
        or wanted.unassigned
        or wanted.therapist_id
        or wanted.risk
        or wanted.registration
        or wanted.created_since
        or wanted.updated_since
    )


def _status(data: ListClients) -> ClientStatus:
    return ClientStatus.ARCHIVED if data.archived else ClientStatus.ACTIVE


def _ranks(actor: Actor, data: ListClients) -> Ranks:
    ranks_for = RANKS.get(_FIELDS[data.sort.column])
    return ranks_for(actor) if ranks_for else {}


def _page(
    actor: Actor, data: ListClients, wanted: Wanted, total: int
) -> tuple[list[Facts], UUID | None, UUID | None]:
    """The clients on the page in order, and where the next and the previous page begin."""
    size = max(1, min(data.limit, MOST))
    backwards = data.before is not None
    beside = _beside(data, wanted)
    page = Reading(
        field=_FIELDS[data.sort.column],
        down=data.sort.down,
        backwards=backwards,
        beside=beside,
        limit=size + 1,
        total=total,
        ranks=_ranks(actor, data),
    )
    rows = read(wanted, page)
    more, shown = len(rows) > size, rows[:size]
    if backwards:
        shown.reverse()
    if not shown:
        return shown, None, None
    after, before = shown[-1].id, shown[0].id
    if backwards:
        return shown, after, before if more else None
    return shown, after if more else None, before if beside else None


def _beside(data: ListClients, wanted: Wanted) -> Standing | None:
    client_id = data.after or data.before
    if client_id is None:
        return None
    values: dict[str, Any] = {f"m{n}": member for n, member in enumerate(wanted.members or ())}
    if wanted.members is not None:
        values["now"] = clock.now()
    for row in _standing_of(wanted.status.value, wanted.members is None, client_id=client_id, **values):
        return Standing(*row)
    raise PlaceGone


@prepared
def _standing_of(status: str, everybody: bool, *, client_id: UUID, **values: Any) -> QuerySet[Client, Any]:
    rows = Client.objects.filter(pk=client_id, status=status)
    if not everybody:
        members = [member for name, member in values.items() if name != "now"]
        rows = rows.filter(reached_by(members, values["now"]))
    return rows.values_list(*Standing._fields)


def _counts(members: _Members) -> tuple[ViewCounts, bool]:
    """How many clients are seen, and whether some of them by further ties."""
    if members is None:
        return ViewCounts(*_tally()[0]), False
    shown, further = reached_in_all(members)
    return ViewCounts(shown[ClientStatus.ACTIVE], shown[ClientStatus.ARCHIVED]), further


@prepared
def _tally() -> QuerySet[PracticeTally, tuple[int, int]]:
    return PracticeTally.objects.values_list("active_clients", "archived_clients")


def _shown(actor: Actor, clients: Sequence[Facts]) -> tuple[ClientRow, ...]:
    """These clients as lists show them to somebody."""
    names_only, risks = not actor.may(Permission.CLIENTS_PROFILE), actor.may(Permission.CLIENTS_RISK)
    return tuple([
        ClientRow(
            client_id,
            first,
            last,
            kind,
            status,
            therapist_id,
            f"{therapist_first} {therapist_last}".strip() if therapist_id else "",
            _by_name(tags) if tags and not names_only else (),
            "" if names_only else external_id,
            risk if risks else "",
            updated_at,
            version,
        )
        for client_id, first, last, kind, status, external_id, risk, updated_at, version, therapist_id,
            therapist_first, therapist_last, tags in clients
    ])  # fmt: skip


@lru_cache(maxsize=1024)
def _by_name(tags: str) -> tuple[str, ...]:
    """The tags of a client by name."""
    return tuple(sorted(tags.split(BETWEEN_TAGS), key=tag_key))
