"""What the tests of care do again and again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kinfold.domain.care.commands.notes import CosignNote, SignNote, cosign_note, sign_note
from kinfold.domain.care.commands.sessions import (
    BookSession,
    ChangeSessionStatus,
    book_session,
    change_session_status,
)
from kinfold.domain.care.finding import Finder
from kinfold.domain.care.models import Session
from kinfold.domain.care.queries.listing import (
    GetSession,
    ListSessions,
    SessionRow,
    get_session,
    list_sessions,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, CastClient, Person


def hours(count: float) -> datetime:
    """A moment so many hours from now."""
    return clock.now() + timedelta(hours=count)


def book(
    by: Person,
    client: CastClient | Finder,
    at: datetime | None = None,
    *,
    who: Person | None = None,
    **more: Any,
) -> UUID:
    """A session of 50 minutes tomorrow, with whoever books unless somebody else is said."""
    named: dict[str, Any] = {"find": client} if isinstance(client, Finder) else {"client_id": client.id}
    data = BookSession(
        starts_at=at or hours(24),
        member_id=who.member_id if who else None,
        **{"minutes": 50, **named, **more},
    )
    return book_session(by.actor, data)


def hold(by: Person, client: CastClient | Finder, at: datetime | None = None, **more: Any) -> UUID:
    """A session that took place an hour ago."""
    return book(by, client, at or hours(-1), **{"status": "completed", **more})


def becomes(by: Person, session_id: UUID, status: str) -> None:
    change_session_status(by.actor, ChangeSessionStatus(session_id=session_id, status=status))


def sign(by: Person, session_id: UUID) -> None:
    sign_note(by.actor, SignNote(session_id=session_id))


def cosign(by: Person, session_id: UUID) -> None:
    cosign_note(by.actor, CosignNote(session_id=session_id))


def sessions(by: Person, **wanted: Any) -> tuple[SessionRow, ...]:
    """A list as somebody sees it."""
    return list_sessions(by.actor, ListSessions(**wanted)).rows


def seen(by: Person, session_id: UUID) -> SessionRow:
    return get_session(by.actor, GetSession(session_id=session_id))


def stored(cast: Cast, session_id: UUID) -> Session:
    with entered(cast.alder.practice_id):
        return Session.objects.get(pk=session_id)
