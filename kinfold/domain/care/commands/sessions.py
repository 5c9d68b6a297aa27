"""Booking and recording sessions, changing them, and saying what became of them (SPEC 6).

A session with a practice client who is somebody else's opens to its clinician that session and the face sheet: a
walk-in (SPEC 8.2). Direct clients see their own therapist only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.care.clinicians import taking_sessions
from kinfold.domain.care.errors import (
    DirectClient,
    NoteBegun,
    SessionCancelled,
    SessionFinal,
    SessionThere,
    SessionToCome,
)
from kinfold.domain.care.fields import checked_session
from kinfold.domain.care.finding import Finder, client_to_see
from kinfold.domain.care.models import UNFINISHED, NoteState, Session, SessionStatus
from kinfold.domain.care.sight import sessions_seen_by
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.holding import hold_client
from kinfold.domain.clients.models import Assignment, AssignmentKind, Client, ClientKind, ClientStatus
from kinfold.domain.clients.ties import end_walk_ins, walk_in
from kinfold.domain.clients.visibility import further_ties
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion

says(
    session__booked="booked a session",
    session__recorded="recorded a session",
    session__changed="changed a session",
    session__completed="marked a session as completed",
    session__cancelled="cancelled a session",
    session__missed="marked a session as a no-show",
)

OUTCOMES = (SessionStatus.COMPLETED, SessionStatus.CANCELLED, SessionStatus.NO_SHOW)


@dataclass(frozen=True, kw_only=True, slots=True)
class BookSession:
    """Who meets when, and as what status: scheduled, or completed or no_show for what took place.

    The client is named by id, or, where somebody meets a client who is not theirs, by `find`. Without `member_id` the
    clinician is whoever books.
    """

    starts_at: datetime
    minutes: int
    client_id: UUID | None = None
    find: Finder | None = None
    member_id: UUID | None = None
    service_code: str = ""
    status: str = SessionStatus.SCHEDULED.value


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSession:
    """What to change about a session, and the version it was read at. None leaves a field as it is."""

    session_id: UUID
    version: int
    starts_at: datetime | None = None
    minutes: int | None = None
    service_code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSessionStatus:
    """What became of a session: completed, cancelled or no_show."""

    session_id: UUID
    status: str


@command(Permission.SESSIONS_BOOK)
def book_session(actor: Actor, data: BookSession) -> UUID:
    """Book a session to come, or record one that took place. Returns its id.

    Raises NotAllowed for another clinician's session without the right to book for everybody, InvalidInput naming
    every field that cannot be taken, among them a clinician who takes no new sessions (SPEC 2), NotMet, DirectClient,
    and SessionThere.
    """
    now = clock.now()
    member_id = data.member_id or actor.member_id
    if member_id != actor.member_id and not actor.may(Permission.SESSIONS_MANAGE):
        raise NotAllowed
    fields = checked_session(
        now,
        actor.time_zone,
        starts_at=data.starts_at,
        minutes=data.minutes,
        service_code=data.service_code,
        status=data.status,
    )
    if member_id is None or not taking_sessions(now).filter(pk=member_id).exists():
        raise InvalidInput.one("member_id", "Choose a clinician who is active: others take no new sessions.")
    client = client_to_see(actor, data.client_id, data.find)
    session = Session(
        id=uuid4(),
        client_id=client.id,
        member_id=member_id,
        status=data.status,
        booked_by_id=actor.member_id,
        created_at=now,
        **fields,
    )
    if client.kind == ClientKind.DIRECT and not _is_theirs(session, client, now):
        raise DirectClient
    events = _open_walk_in(actor, session, client, now)
    _save(session)
    booked = data.status == SessionStatus.SCHEDULED
    made = _event("session.booked" if booked else "session.recorded", session)
    trail.record_all(actor, [made, *events])
    return session.id


@command(Permission.SESSIONS_BOOK)
def change_session(actor: Actor, data: ChangeSession) -> None:
    """Change when a session is, how long it takes, or its service code. A session whose note is signed stays.

    Raises InvalidInput, SessionFinal, SessionCancelled, SessionThere, and StaleVersion when someone else saved since.
    """
    now = clock.now()
    session = _session(actor, data.session_id)
    if session.version != data.version:
        raise StaleVersion
    wanted = checked_session(
        now,
        actor.time_zone,
        starts_at=data.starts_at,
        minutes=session.minutes if data.minutes is None else data.minutes,
        service_code=session.service_code if data.service_code is None else data.service_code,
        status=session.status,
    )
    changed = [field for field, value in wanted.items() if getattr(session, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    if session.walk_in and "starts_at" in changed:
        Assignment.objects.filter(_walk_in_of(session)).update(session_at=wanted["starts_at"])
    for field in changed:
        setattr(session, field, wanted[field])
    _save_change(session, *changed)
    trail.record_all(actor, [_event("session.changed", session, changed)])


@command(Permission.SESSIONS_BOOK)
def change_session_status(actor: Actor, data: ChangeSessionStatus) -> None:
    """Say what became of a session. What did not take place shows the client to nobody any more.

    Raises InvalidInput, SessionToCome, SessionCancelled, SessionFinal and NoteBegun.
    """
    if data.status not in OUTCOMES:
        raise InvalidInput.one("status", "Choose completed, cancelled or no-show.")
    now, status = clock.now(), SessionStatus(data.status)
    session = _session(actor, data.session_id, allowed=status)
    if session.status == status:
        trail.nothing_changed()
        return
    if session.starts_at > now and status is not SessionStatus.CANCELLED:
        raise SessionToCome
    if session.note != NoteState.NONE:
        raise NoteBegun
    session.status = status.value
    events: list[trail.Event] = []
    if status is SessionStatus.COMPLETED:
        events = _open_walk_in(actor, session, session.client, now)
    elif session.walk_in:
        end_walk_ins(actor, _walk_in_of(session), now)
    _save_change(session, "status", "walk_in")
    became = _event(
        "session.completed"
        if status is SessionStatus.COMPLETED
        else "session.cancelled"
        if status is SessionStatus.CANCELLED
        else "session.missed",
        session,
    )
    trail.record_all(actor, [became, *events])


def _session(actor: Actor, session_id: UUID, allowed: SessionStatus | None = None) -> Session:
    """A session that may still change, of an active client: one's own, or anybody's for who books for everybody."""
    seen = sessions_seen_by(actor).filter(pk=session_id)
    client_id = seen.values_list("client_id", flat=True).first()
    if client_id is None:
        raise NotFound
    hold_client(client_id)  # whoever archives them meanwhile would not end what this session opens
    session = seen.select_related("client").first()
    if session is None:
        raise NotFound
    if session.client_id != client_id:  # two records became one
        raise StaleVersion
    if session.member_id != actor.member_id and not actor.may(Permission.SESSIONS_MANAGE):
        raise NotAllowed
    if session.client.status != ClientStatus.ACTIVE:
        raise ClientArchived
    if session.status == SessionStatus.CANCELLED and allowed is not SessionStatus.CANCELLED:
        raise SessionCancelled
    if session.note not in UNFINISHED:
        raise SessionFinal
    return session


def _is_theirs(session: Session, client: Client, now: datetime) -> bool:
    """Whether the clinician is the client's therapist, stands in for them, or is shown the client by this session."""
    others = Q(kind=AssignmentKind.WALK_IN) & ~_walk_in_of(session)
    tied = further_ties([session.member_id], now).filter(client_id=client.id).exclude(others)
    return client.primary_id == session.member_id or tied.exists()


def _walk_in_of(session: Session) -> Q:
    """The assignments that a session opened, as a condition."""
    return Q(
        kind=AssignmentKind.WALK_IN,
        client_id=session.client_id,
        member_id=session.member_id,
        session_at=session.starts_at,
    )


def _open_walk_in(actor: Actor, session: Session, client: Client, now: datetime) -> list[trail.Event]:
    """Show a practice client to a clinician who is not theirs: this session and the face sheet."""
    if client.kind == ClientKind.DIRECT or _is_theirs(session, client, now):
        return []
    session.walk_in = True
    return [walk_in(actor, client.id, session.member_id, session.starts_at, now)[1]]


def _save(session: Session) -> None:
    with _one_at_a_time():
        session.save(force_insert=True)


def _save_change(session: Session, *fields: str) -> None:
    """Save if nobody else did since the session was read."""
    values = {field: getattr(session, field) for field in fields}
    read = Session.objects.filter(pk=session.pk, version=session.version)
    with _one_at_a_time():
        saved = read.update(**values, version=F("version") + 1)
    if not saved:
        raise StaleVersion


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The database keeps the same two people at the same time to one session, also when two book at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise SessionThere from None


def _event(action: str, session: Session, fields: Sequence[str] = ()) -> trail.Event:
    detail = {"session": str(session.id), "member": str(session.member_id)}
    return trail.Event(action, ("client", session.client_id), fields, detail)
