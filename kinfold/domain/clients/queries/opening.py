"""Opening one client: what this person may see of them, and the record that they looked (RELIABILITY 1.13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.audit import trail
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.further import identifiers_kept
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, Client, ClientStatus, ClientTag
from kinfold.domain.clients.profile import FURTHER_FIELDS, Identifier
from kinfold.domain.clients.visibility import Level, level_for, refuse_unless_sees_clients, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound

# However often somebody comes back to a client within this time, it is one look.
ONE_LOOK = timedelta(minutes=5)
# So many others with the same e-mail address are named.
MOST_SHARING = 20

says(client__opened="opened a client's record")


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenClient:
    """Which client."""

    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class TieRow:
    """One period during which a clinician was tied to the client. `ended_by` is empty while it holds.

    A walk-in has `session_at`, the time of its session. A cover says whom it stands in for.
    """

    id: UUID
    member_id: UUID
    therapist: str
    kind: str
    since: datetime
    until: datetime | None
    session_at: datetime | None
    covers_for: str
    reason: str
    made_by: str
    ended_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What those with a face sheet or more see of a client. The date of birth may not be known yet."""

    email: str
    phone: str
    birth_date: date | None
    age: int | None
    sex_at_birth: str
    external_id: str
    tags: tuple[str, ...]
    history: tuple[TieRow, ...]
    further: Mapping[str, str]  # `profile.FURTHER_FIELDS` by name, "" for what is not known
    identifiers: tuple[Identifier, ...]
    sharing_email: tuple[
        tuple[UUID, str], ...
    ]  # the other clients with this address whom the viewer sees, by name


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientCard:
    """One client. `level` is billing, face_sheet or chart; on billing level there is no profile."""

    id: UUID
    first_name: str
    last_name: str
    status: str
    kind: str
    level: str
    therapist_id: UUID | None
    therapist: str
    assignment_id: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int
    profile: Profile | None


@query(None, records=True)
def open_client(actor: Actor, data: OpenClient) -> ClientCard:
    """One client, as much as the actor's grounds show of them. Raises NotFound unless the actor may see them.

    The look is recorded: once for each person and client within five minutes.
    """
    refuse_unless_sees_clients(actor)
    row = (
        visible_to(actor)
        .filter(pk=data.client_id)
        .values_list(
            "first_name",
            "last_name",
            "status",
            "kind",
            "primary_id",
            "primary__first_name",
            "primary__last_name",
            "created_at",
            "updated_at",
            "version",
        )
        .first()
    )
    if row is None:
        raise NotFound
    first, last, status, kind, member_id, their_first, their_last, created_at, updated_at, version = row
    level = level_for(actor, data.client_id)
    profile = _profile(actor, data.client_id) if level >= Level.FACE_SHEET else None
    record_look(actor, data.client_id, level)
    return ClientCard(
        id=data.client_id,
        first_name=first,
        last_name=last,
        status=status,
        kind=kind,
        level=level.name.lower(),
        therapist_id=member_id,
        therapist=_name(their_first, their_last),
        assignment_id=_open_tie(profile),
        created_at=created_at,
        updated_at=updated_at,
        version=version,
        profile=profile,
    )


def age_on(day: date, birth_date: date) -> int:
    """How many birthdays someone has had."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _profile(actor: Actor, client_id: UUID) -> Profile:
    email, phone, birth_date, sex_at_birth, external_id, *further = Client.objects.values_list(
        "email", "phone", "birth_date", "sex_at_birth", "external_id", *_FURTHER
    ).get(pk=client_id)
    tags = ClientTag.objects.filter(client_id=client_id).order_by("tag__key")
    return Profile(
        email=email,
        phone=phone,
        birth_date=birth_date,
        age=age_on(clock.today(actor.time_zone), birth_date) if birth_date else None,
        sex_at_birth=sex_at_birth,
        external_id=external_id,
        tags=tuple(tags.values_list("tag__name", flat=True)),
        history=_history(client_id),
        further={field: value or "" for field, value in zip(FURTHER_FIELDS, further, strict=True)},
        identifiers=identifiers_kept(client_id),
        sharing_email=_sharing(actor, client_id, email) if email else (),
    )


_FURTHER = [f"profiles__{field}" for field in FURTHER_FIELDS]


def _sharing(actor: Actor, client_id: UUID, email: str) -> tuple[tuple[UUID, str], ...]:
    """Families share an address (SPEC section 1), and whoever writes to it should know."""
    alike = visible_to(actor).filter(status__in=ClientStatus.values, email=email)
    rows = alike.exclude(pk=client_id).order_by("sort_key", "id")
    found = rows.values_list("id", "first_name", "last_name")[:MOST_SHARING]
    return tuple((other_id, _name(first, last)) for other_id, first, last in found)


def _history(client_id: UUID) -> tuple[TieRow, ...]:
    """Every tie there was, the newest first. People who left keep their names here."""
    rows = (
        Assignment.objects.filter(client_id=client_id)
        .order_by("-since", "-id")
        .values_list(
            "id",
            "member_id",
            "member__first_name",
            "member__last_name",
            "kind",
            "since",
            "until",
            "session_at",
            "covers_for__first_name",
            "covers_for__last_name",
            "reason",
            "made_by__first_name",
            "made_by__last_name",
            "ended_by__first_name",
            "ended_by__last_name",
        )
    )
    return tuple(
        TieRow(
            id=row[0],
            member_id=row[1],
            therapist=_name(row[2], row[3]),
            kind=row[4],
            since=row[5],
            until=row[6],
            session_at=row[7],
            covers_for=_name(row[8], row[9]),
            reason=row[10],
            made_by=_name(row[11], row[12]),
            ended_by=_name(row[13], row[14]),
        )
        for row in rows
    )


def _name(first: str | None, last: str | None) -> str:
    return f"{first or ''} {last or ''}".strip()


def _open_tie(profile: Profile | None) -> UUID | None:
    ties = profile.history if profile else ()
    return next((tie.id for tie in ties if tie.until is None and tie.kind in THERAPIST_KINDS), None)


def record_look(actor: Actor, client_id: UUID, level: Level) -> None:
    """Keep that somebody looked at a client, once within five minutes however often they come back."""
    lately = AuditEntry.objects.filter(
        subject_id=client_id,
        actor_id=actor.member_id,
        actor_kind=actor.kind,
        action="client.opened",
        outcome="done",
        at__gt=clock.now() - ONE_LOOK,
    )
    if not lately.exists():
        trail.record(
            actor, "client.opened", subject=("client", client_id), detail={"level": level.name.lower()}
        )
