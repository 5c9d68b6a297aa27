"""The client's own page: what the practice keeps about them, as far as it is theirs to see (SPEC section 2, N15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.own import OwnRight
from kinfold.domain.audit import trail
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.sentences import says
from kinfold.domain.care.models import Session
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import (
    THERAPIST_KINDS,
    Assignment,
    AssignmentKind,
    Client,
    ClientLogin,
    ClientStatus,
    Relationship,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.periods import holds, stands
from kinfold.domain.own.models import ProfileWish, WishState

says(own_record__opened="opened a client's own page")

ONE_LOOK = timedelta(minutes=5)
PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenOwnRecord:
    """The record of whom one acts for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTherapist:
    """Somebody who cares for the client now. `covers_until` is the end of a cover, else None."""

    name: str
    since: datetime
    covers_until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnActing:
    """Somebody who acts, acted or is to act for the client, with when: `state` is active, ended or planned.

    `relationship` is a value of `Relationship`.
    """

    name: str
    relationship: str
    since: datetime
    until: datetime | None
    state: str
    registered: bool
    you: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWish:
    """A wish to have the record corrected, and what became of it. What is None was not to change."""

    id: UUID
    state: str
    first_name: str
    last_name: str
    birth_date: date | None
    asked_at: datetime
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRecord:
    """A client's record as they see it. Notes are not in it, nor who may see it."""

    client_id: UUID
    practice_name: str
    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: date | None
    sex_at_birth: str
    archived: bool
    may_change: bool
    version: int
    therapists: tuple[OwnTherapist, ...]
    acting: tuple[OwnActing, ...]
    wishes: tuple[OwnWish, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOwnSessions:
    """Those to come, or those that are over, the newest first; after one of them."""

    past: bool = False
    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSession:
    """A session as the client sees it: no note, no code."""

    id: UUID
    starts_at: datetime
    minutes: int
    clinician: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSessions:
    """Some sessions; `next` is the `after` of those that follow."""

    items: tuple[OwnSession, ...]
    next: UUID | None


@query(OwnRight.READ, records=True)
def open_own_record(actor: Actor, data: OpenOwnRecord) -> OwnRecord:
    """The record of the client one acts for, archived or not. The look is recorded, once within five minutes."""
    client = Client.objects.get(pk=actor.own_client_id)
    _record_look(actor)
    return OwnRecord(
        client_id=client.id,
        practice_name=actor.practice_name,
        first_name=client.first_name,
        last_name=client.last_name,
        email=client.email,
        phone=client.phone,
        birth_date=client.birth_date,
        sex_at_birth=client.sex_at_birth,
        archived=client.status == ClientStatus.ARCHIVED,
        may_change=OwnRight.CHANGE in actor.own_rights,
        version=client.version,
        therapists=_therapists(client.id),
        acting=_acting(actor, client),
        wishes=_wishes(client.id),
    )


@query(OwnRight.READ)
def list_own_sessions(actor: Actor, data: ListOwnSessions) -> OwnSessions:
    """The client's sessions: when, with whom, and what became of them. Raises PlaceGone."""
    if not 1 <= data.limit <= PAGE:
        raise InvalidInput.one("limit", f"Choose 1 to {PAGE}.")
    now = clock.now()
    rows = Session.objects.filter(client_id=actor.own_client_id)
    rows = rows.filter(starts_at__lt=now) if data.past else rows.filter(starts_at__gte=now)
    if data.after:
        place = rows.filter(pk=data.after).values_list("starts_at", flat=True).first()
        if place is None:
            raise PlaceGone
        # Of two sessions at one time, the one with the smaller id comes later.
        rows = rows.filter(starts_at__lte=place).exclude(starts_at=place, id__gte=data.after)
    found = list(
        rows.order_by("-starts_at", "-id").values_list(
            "id", "starts_at", "minutes", "member__first_name", "member__last_name", "status"
        )[: data.limit + 1]
    )
    items = tuple(
        OwnSession(
            id=session_id,
            starts_at=at,
            minutes=minutes,
            clinician=f"{first} {last}".strip(),
            status=status,
        )
        for session_id, at, minutes, first, last, status in found[: data.limit]
    )
    return OwnSessions(items=items, next=items[-1].id if len(found) > data.limit else None)


def _therapists(client_id: UUID) -> tuple[OwnTherapist, ...]:
    ties = Assignment.objects.filter(
        Q(kind__in=THERAPIST_KINDS) | Q(kind=AssignmentKind.COVER), holds(clock.now()), client_id=client_id
    ).order_by("-kind", "since")
    return tuple(
        OwnTherapist(
            name=f"{first} {last}".strip(),
            since=since,
            covers_until=until if kind == AssignmentKind.COVER else None,
        )
        for kind, first, last, since, until in ties.values_list(
            "kind", "member__first_name", "member__last_name", "since", "until"
        )
    )


def _acting(actor: Actor, client: Client) -> tuple[OwnActing, ...]:
    now = clock.now()
    rows = ClientLogin.objects.filter(client_id=client.id).order_by("-since", "-id")
    return tuple(
        OwnActing(
            name=row.full_name or f"{client.first_name} {client.last_name}".strip(),
            relationship=Relationship(row.relationship).value,
            since=row.since,
            until=row.until,
            state=stands(row.since, row.until, now),
            registered=row.registered_at is not None,
            you=row.id == actor.acts_by,
        )
        for row in rows
    )


def _wishes(client_id: UUID) -> tuple[OwnWish, ...]:
    """The one that waits, and what became of the last few."""
    rows = ProfileWish.objects.filter(client_id=client_id).exclude(state=WishState.WITHDRAWN)
    return tuple(
        OwnWish(
            id=wish.id,
            state=wish.state,
            first_name=wish.first_name,
            last_name=wish.last_name,
            birth_date=wish.birth_date,
            asked_at=wish.asked_at,
            answered_at=wish.answered_at,
            answer=wish.answer,
        )
        for wish in rows.order_by("-asked_at")[:5]
    )


def _record_look(actor: Actor) -> None:
    lately = AuditEntry.objects.filter(
        subject_id=actor.own_client_id,
        actor_id=actor.acts_by,
        action="own_record.opened",
        at__gt=clock.now() - ONE_LOOK,
    )
    if not lately.exists():
        trail.record(actor, "own_record.opened", subject=("client", actor.own_client_id))
