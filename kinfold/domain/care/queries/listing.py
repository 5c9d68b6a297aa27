"""Lists of sessions: what is to come, what was, and whose notes wait for somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.models import UNFINISHED, NoteState, Session, SessionStatus
from kinfold.domain.care.overdue import overdue_before
from kinfold.domain.care.sight import sessions_seen_by, waiting_for
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound

PAGE = 50
MOST = 100


class SessionView(StrEnum):
    """The lists there are. Notes are to finish for their clinicians, and to co-sign for whoever asks."""

    ALL = "all"
    UPCOMING = "upcoming"
    PAST = "past"
    TO_FINISH = "to_finish"
    TO_COSIGN = "to_cosign"


# What comes first: the next session, the oldest note, or what was last.
_UPWARDS = (SessionView.UPCOMING, SessionView.TO_FINISH, SessionView.TO_COSIGN)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListSessions:
    """Which sessions: a view, those of one clinician, with one client, of one status, with a note in one state; and
    which part of the list. `note` "none" is for those that were held.
    """

    view: SessionView = SessionView.ALL
    member_id: UUID | None = None
    client_id: UUID | None = None
    status: str = ""
    note: str = ""
    after: UUID | None = None
    before: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class GetSession:
    """Which session."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CountNotes:
    """The notes that wait for somebody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRow:
    """A session as lists show it. Without `client_id` the client is not visible to whoever asks, and has no name.

    `cancelled_by_archiving`: it was cancelled when the client was archived. `acts` are what they may do with it now:
    change, complete, no_show, cancel, start_note, sign_note, cosign_note.
    """

    id: UUID
    starts_at: datetime
    minutes: int
    status: str
    service_code: str
    client_id: UUID | None
    client_first_name: str
    client_last_name: str
    member_id: UUID
    clinician: str
    walk_in: bool
    cancelled_by_archiving: bool
    note: str
    waits_for_cosignature: bool
    overdue: bool
    signed_by: str
    signed_at: datetime | None
    cosigned_by: str
    cosigned_at: datetime | None
    version: int
    acts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionPage:
    """Some sessions in order; `next` and `previous` are those after and before which the neighbouring pages lie."""

    rows: tuple[SessionRow, ...]
    next: UUID | None
    previous: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteCounts:
    """How many notes are to be finished by somebody, and how many wait for one's own co-signature."""

    to_finish: int
    to_cosign: int


@query(Permission.SESSIONS_SEE)
def list_sessions(actor: Actor, data: ListSessions) -> SessionPage:
    """The sessions whom the actor may see (SPEC O28). Raises PlaceGone for a place that is not in the list."""
    if data.after and data.before:
        raise InvalidInput.one("before", "Ask for a page after a session or before one, not both.")
    now, size = clock.now(), max(1, min(data.limit, MOST))
    backwards, up = data.before is not None, data.view in _UPWARDS
    wanted = _wanted(actor, data, now)
    rest = wanted
    place = data.after or data.before
    if place:
        at = wanted.filter(pk=place).values_list("starts_at", flat=True).first()
        if at is None:
            raise PlaceGone
        way = "gt" if up != backwards else "lt"
        beyond = Q(**{f"starts_at__{way}": at}) | Q(starts_at=at, **{f"id__{way}": place})
        rest = wanted.filter(beyond, **{f"starts_at__{way}e": at})
    order = ("starts_at", "id") if up != backwards else ("-starts_at", "-id")
    ids = list(rest.order_by(*order).values_list("id", flat=True)[: size + 1])
    more, ids = len(ids) > size, ids[:size]
    if backwards:
        ids.reverse()
    rows = _shown(actor, ids, now)
    if not ids:
        return SessionPage(rows=rows, next=None, previous=None)
    after, before = ids[-1], ids[0]
    if backwards:
        return SessionPage(rows=rows, next=after, previous=before if more else None)
    return SessionPage(rows=rows, next=after if more else None, previous=before if place else None)


@query(Permission.SESSIONS_SEE)
def get_session(actor: Actor, data: GetSession) -> SessionRow:
    """One session. Raises NotFound unless the actor may see it."""
    if not sessions_seen_by(actor).filter(pk=data.session_id).exists():
        raise NotFound
    return _shown(actor, [data.session_id], clock.now())[0]


@query(Permission.SESSIONS_SEE)
def count_notes(actor: Actor, data: CountNotes) -> NoteCounts:
    """How many notes wait, of the sessions whom the actor may see (SPEC O29)."""
    return NoteCounts(
        to_finish=sessions_seen_by(actor).filter(to_finish()).count(),
        to_cosign=Session.objects.filter(waiting_for(actor)).count(),
    )


def to_finish() -> Q:
    """The sessions that were held and whose notes are not signed. What is archived stays as it is."""
    return Q(status=SessionStatus.COMPLETED, note__in=UNFINISHED, client__status=ClientStatus.ACTIVE)


def _wanted(actor: Actor, data: ListSessions, now: datetime) -> QuerySet[Session]:
    wanted = sessions_seen_by(actor)
    if data.view == SessionView.UPCOMING:
        wanted = wanted.filter(starts_at__gte=now)
        if not data.status:
            wanted = wanted.filter(status=SessionStatus.SCHEDULED)
    elif data.view == SessionView.PAST:
        wanted = wanted.filter(starts_at__lt=now)
    elif data.view == SessionView.TO_FINISH:
        wanted = wanted.filter(to_finish())
    elif data.view == SessionView.TO_COSIGN:
        wanted = wanted.filter(waiting_for(actor))
    if data.member_id:
        wanted = wanted.filter(member_id=data.member_id)
    if data.client_id:
        # Through a session of one's own nobody asks about a client whom they do not see.
        wanted = wanted.filter(client_id=data.client_id, client_id__in=visible_to(actor).values("id"))
    if data.status:
        wanted = wanted.filter(status=data.status)
    if data.note:
        wanted = wanted.filter(note=data.note, status=SessionStatus.COMPLETED)
    return wanted


def _shown(actor: Actor, ids: Sequence[UUID], now: datetime) -> tuple[SessionRow, ...]:
    """What lists show of these sessions, in this order."""
    if not ids:
        return ()
    found = {row["id"]: row for row in Session.objects.filter(pk__in=ids).values(*_FACTS)}
    clients = {row["client_id"] for row in found.values()}
    visible = set(visible_to(actor).filter(pk__in=clients).values_list("id", flat=True))
    mine = set(Session.objects.filter(waiting_for(actor), pk__in=ids).values_list("id", flat=True))
    late = overdue_before(now)
    return tuple(_row(actor, found[session_id], visible, mine, late, now) for session_id in ids)


_PEOPLE = ("member", "signed_by", "cosigned_by")
_FACTS = (
    *("id", "starts_at", "minutes", "status", "service_code", "client_id", "member_id", "walk_in", "note"),
    *("wants_cosignature", "signed_at", "cosigned_at", "version", "client__status", "cancelled_with_id"),
    *("client__first_name", "client__last_name"),
    *(f"{person}__{name}" for person in _PEOPLE for name in ("first_name", "last_name")),
)


def _row(
    actor: Actor,
    row: Mapping[str, Any],
    visible: Collection[UUID],
    mine: Collection[UUID],
    late: datetime,
    now: datetime,
) -> SessionRow:
    seen = row["client_id"] in visible
    unfinished = row["status"] == SessionStatus.COMPLETED and row["note"] in UNFINISHED
    active = row["client__status"] == ClientStatus.ACTIVE
    return SessionRow(
        id=row["id"],
        starts_at=row["starts_at"],
        minutes=row["minutes"],
        status=row["status"],
        service_code=row["service_code"],
        client_id=row["client_id"] if seen else None,
        client_first_name=row["client__first_name"] if seen else "",
        client_last_name=row["client__last_name"] if seen else "",
        member_id=row["member_id"],
        clinician=_name(row, "member"),
        walk_in=row["walk_in"],
        cancelled_by_archiving=row["cancelled_with_id"] is not None,
        note=row["note"],
        waits_for_cosignature=row["note"] == NoteState.SIGNED and row["wants_cosignature"],
        overdue=unfinished and active and row["starts_at"] < late,
        signed_by=_name(row, "signed_by"),
        signed_at=row["signed_at"],
        cosigned_by=_name(row, "cosigned_by"),
        cosigned_at=row["cosigned_at"],
        version=row["version"],
        acts=tuple(_acts(actor, row, row["id"] in mine, now)) if active else (),
    )


def _acts(actor: Actor, row: Mapping[str, Any], to_cosign: bool, now: datetime) -> list[str]:
    """What the commands would let this actor do: the same conditions, so that nothing is offered in vain."""
    own = row["member_id"] == actor.member_id
    acts: list[str] = []
    if own and actor.may(Permission.NOTES_SIGN) and row["status"] == SessionStatus.COMPLETED:
        acts += ["start_note"] if row["note"] == NoteState.NONE else []
        acts += ["sign_note"] if row["note"] in UNFINISHED else []
    if to_cosign:
        acts.append("cosign_note")
    books = actor.may(Permission.SESSIONS_MANAGE) or (own and actor.may(Permission.SESSIONS_BOOK))
    if books and row["status"] != SessionStatus.CANCELLED and row["note"] in UNFINISHED:
        if row["note"] == NoteState.NONE:
            begun = row["starts_at"] <= now
            acts += ["complete"] if begun and row["status"] != SessionStatus.COMPLETED else []
            acts += ["no_show"] if begun and row["status"] != SessionStatus.NO_SHOW else []
            acts.append("cancel")
        acts.append("change")
    return acts


def _name(row: Mapping[str, Any], person: str) -> str:
    return f"{row[f'{person}__first_name'] or ''} {row[f'{person}__last_name'] or ''}".strip()
