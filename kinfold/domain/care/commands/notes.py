"""How far the note of a session is: begun, signed by its clinician, co-signed by their supervisor (SPEC 6, O23).

Each step is one conditional update, so of two people at once one is first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.care.errors import NoSupervisor, NotHeld, NotTheirSupervisor, NotWaiting, NotYourSession
from kinfold.domain.care.models import UNFINISHED, NoteState, Session, SessionStatus
from kinfold.domain.care.sight import sessions_seen_by, waiting_for
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound, StaleVersion
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import MemberRole, Supervision

says(
    note__started="began the note of a session",
    note__signed="signed the note of a session",
    note__cosigned="co-signed the note of a session",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StartNote:
    """Of which session."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class SignNote:
    """Of which session."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CosignNote:
    """Of which session."""

    session_id: UUID


@command(Permission.NOTES_SIGN)
def start_note(actor: Actor, data: StartNote) -> None:
    """Say that the note of one's session is begun. Raises NotHeld, NotYourSession and ClientArchived."""
    session = _own(actor, data.session_id)
    if session.note != NoteState.NONE:
        trail.nothing_changed()
        return
    _move(actor, session, [NoteState.NONE], "note.started", note=NoteState.DRAFT)


@command(Permission.NOTES_SIGN)
def sign_note(actor: Actor, data: SignNote) -> None:
    """Sign the note of one's session. Who has to be supervised waits for their supervisor's co-signature then.

    Raises NoSupervisor when they have none now (SPEC O23), NotHeld, NotYourSession and ClientArchived.
    """
    session = _own(actor, data.session_id)
    if session.note not in UNFINISHED:
        trail.nothing_changed()
        return
    now = clock.now()
    _move(
        actor,
        session,
        UNFINISHED,
        "note.signed",
        note=NoteState.SIGNED,
        wants_cosignature=_wants_cosignature(session.member_id, now),
        signed_by_id=actor.member_id,
        signed_at=now,
    )


@command(Permission.NOTES_COSIGN)
def cosign_note(actor: Actor, data: CosignNote) -> None:
    """Co-sign a note that somebody whom one supervises now has signed.

    Raises NotTheirSupervisor for a note of anybody else's, NotWaiting when no co-signature is wanted, ClientArchived.
    """
    session = _seen(actor, data.session_id)
    if session.note == NoteState.COSIGNED and session.cosigned_by_id == actor.member_id:
        trail.nothing_changed()
        return
    if session.note != NoteState.SIGNED or not session.wants_cosignature:
        raise NotWaiting
    if not Session.objects.filter(waiting_for(actor), pk=session.pk).exists():
        raise NotTheirSupervisor
    _move(
        actor,
        session,
        [NoteState.SIGNED],
        "note.cosigned",
        note=NoteState.COSIGNED,
        cosigned_by_id=actor.member_id,
        cosigned_at=clock.now(),
    )


def _seen(actor: Actor, session_id: UUID) -> Session:
    session = sessions_seen_by(actor).filter(pk=session_id).select_related("client").first()
    if session is None:
        raise NotFound
    if session.client.status != ClientStatus.ACTIVE:
        raise ClientArchived
    return session


def _own(actor: Actor, session_id: UUID) -> Session:
    """A session that the actor held."""
    session = _seen(actor, session_id)
    if session.member_id != actor.member_id:
        raise NotYourSession
    if session.status != SessionStatus.COMPLETED:
        raise NotHeld
    return session


def _wants_cosignature(member_id: UUID, now: datetime) -> bool:
    """Whether somebody has to be supervised now. Raises NoSupervisor when nobody does."""
    held = MemberRole.objects.filter(holds(now), member_id=member_id)
    if not held.filter(role__requires_supervision=True).exists():
        return False
    if not Supervision.objects.filter(holds(now), supervisee_id=member_id).exists():
        raise NoSupervisor
    return True


def _move(actor: Actor, session: Session, expected: Sequence[NoteState], action: str, **values: Any) -> None:
    moved = Session.objects.filter(pk=session.pk, version=session.version, note__in=expected).update(
        **values, version=F("version") + 1
    )
    if not moved:
        raise StaleVersion
    detail = {"session": str(session.id), "member": str(session.member_id)}
    trail.record(actor, action, subject=("client", session.client_id), detail=detail)
