"""What the API of care takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from kinfold.domain.care.queries.listing import SessionRow

from .client_schemas import NamedOut, RiskLevel
from .team_schemas import Body

SessionStatus = Literal["scheduled", "completed", "cancelled", "no_show"]
NoteState = Literal["none", "draft", "signed", "cosigned"]
View = Literal["all", "upcoming", "past", "to_finish", "to_cosign"]
Act = Literal["change", "complete", "no_show", "cancel", "start_note", "sign_note", "cosign_note"]


class SessionFilter(Schema):
    """Which sessions, and which part of the list: after one or before another, at most 100.

    `to_finish` are those whose notes their clinicians have to sign, `to_cosign` those that wait for the caller.
    """

    view: View = "all"
    clinician: UUID | None = Field(None, description="A member's id.")
    client: UUID | None = Field(None, description="A client's id.")
    status: SessionStatus | None = None
    note: NoteState | None = Field(None, description="Of sessions that were held.")
    after: UUID | None = None
    before: UUID | None = None
    limit: int = 50


class SessionOut(Schema):
    """A session. `client` is null where the caller does not see the client; `acts` is what the caller may do now.

    `cancelled_by_archiving`: it was cancelled when the client was archived.
    """

    id: UUID
    starts_at: datetime
    minutes: int
    status: SessionStatus
    service_code: str
    client: NamedOut | None
    clinician: NamedOut
    walk_in: bool
    cancelled_by_archiving: bool
    note: NoteState
    waits_for_cosignature: bool
    overdue: bool
    signed_by: str
    signed_at: datetime | None
    cosigned_by: str
    cosigned_at: datetime | None
    version: int
    acts: list[Act]


class SessionList(Schema):
    """One page. `next` goes into `after`, `previous` into `before`."""

    items: list[SessionOut]
    next: UUID | None
    previous: UUID | None


class FinderIn(Body):
    """One client, named exactly: the last name, with the email address or the external ID."""

    last_name: str
    email: str = ""
    external_id: str = ""


class SessionIn(Body):
    """A session to book, or with status completed or no_show one that took place.

    The client is named by id, or with `find` where somebody meets a client who is not theirs. Without `member_id` the
    clinician is the caller.
    """

    starts_at: AwareDatetime
    minutes: int
    client_id: UUID | None = None
    find: FinderIn | None = None
    member_id: UUID | None = None
    service_code: str = ""
    status: str = Field("scheduled", json_schema_extra={"enum": ["scheduled", "completed", "no_show"]})


class SessionChange(Body):
    """What to change; what is left out stays."""

    starts_at: AwareDatetime | None = None
    minutes: int | None = None
    service_code: str | None = None


class SessionStatusIn(Body):
    """What became of a session."""

    status: str = Field(json_schema_extra={"enum": ["completed", "cancelled", "no_show"]})


class NoteIn(Body):
    """How far the note is now."""

    state: Literal["draft", "signed"]


class RiskPeriodOut(Schema):
    """A level that was set; it holds while `until` is null."""

    level: RiskLevel
    reason: str
    set_by: str
    since: datetime
    until: datetime | None


class RiskOut(Schema):
    """`level` is "" where none was ever set; `history` is null for callers to whom the record is not open."""

    level: RiskLevel | Literal[""]
    since: datetime | None
    history: list[RiskPeriodOut] | None


class RiskIn(Body):
    """At what level of risk a client is, and why."""

    level: str = Field(json_schema_extra={"enum": ["none", "low", "moderate", "high"]})
    reason: str


class CaseloadFiguresOut(Schema):
    """Active clients whose therapist this is. Risk is null for callers who may not see it."""

    active_clients: int
    direct_clients: int
    high_risk: int | None
    moderate_risk: int | None


class SessionFiguresOut(Schema):
    """Held in the last 30 days and in the 30 before, and notes that wait to be signed."""

    sessions: int
    sessions_before: int
    pending_notes: int
    overdue_notes: int
    oldest_pending: datetime | None


class MemberFiguresOut(Schema):
    """A part is null for callers who see no clients, or no sessions."""

    caseload: CaseloadFiguresOut | None
    sessions: SessionFiguresOut | None


def session_out(row: SessionRow) -> dict[str, object]:
    """A session as the API says it."""
    name = f"{row.client_first_name} {row.client_last_name}".strip()
    return {
        "id": row.id,
        "starts_at": row.starts_at,
        "minutes": row.minutes,
        "status": row.status,
        "service_code": row.service_code,
        "client": {"id": row.client_id, "name": name} if row.client_id else None,
        "clinician": {"id": row.member_id, "name": row.clinician},
        "walk_in": row.walk_in,
        "cancelled_by_archiving": row.cancelled_by_archiving,
        "note": row.note,
        "waits_for_cosignature": row.waits_for_cosignature,
        "overdue": row.overdue,
        "signed_by": row.signed_by,
        "signed_at": row.signed_at,
        "cosigned_by": row.cosigned_by,
        "cosigned_at": row.cosigned_at,
        "version": row.version,
        "acts": row.acts,
    }
