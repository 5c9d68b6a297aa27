"""What the API of who sees whom takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime

from .client_schemas import Level


class SeenAt(Schema):
    """Which past moment, and which part of the list."""

    at: AwareDatetime
    after: UUID | None = None
    limit: int = 50


class SeenClientOut(Schema):
    """A client by name."""

    id: UUID
    first_name: str
    last_name: str


class SeenList(Schema):
    """In the order of names; `next` goes into `after`."""

    items: list[SeenClientOut]
    total: int
    next: UUID | None


class AccessAsked(Schema):
    """At which moment, now unless said; and whether one member is asked about in particular."""

    at: AwareDatetime | None = None
    member_id: UUID | None = None


class GroundOut(Schema):
    """One reason to see the client: the rule, and where it comes from. With `session_at` for that session only."""

    kind: Literal["primary", "direct", "cover", "walk_in", "supervision", "role", "override"]
    rule: str
    source: str
    level: Level
    since: datetime
    until: datetime | None
    session_at: datetime | None


class PersonWithAccessOut(Schema):
    """A member who sees the client, the most they see, and every reason."""

    member_id: UUID
    name: str
    roles: list[str]
    level: Level
    since: datetime
    grounds: list[GroundOut]


class VerdictOut(Schema):
    """The answer about one member; `level` is "" when they do not see the client."""

    member_id: UUID
    name: str
    sees: bool
    level: Literal["chart", "face_sheet", "billing", ""]
    reasons: list[str]


class AccessOut(Schema):
    """Who can see a client at a moment, and how many of the team cannot."""

    client_id: UUID
    at: datetime
    people: list[PersonWithAccessOut]
    others: int
    verdict: VerdictOut | None


class MemberAccessAsked(Schema):
    """At which moment, now unless said, and which part of the list."""

    at: AwareDatetime | None = None
    after: UUID | None = None
    limit: int = 50


class WayOut(Schema):
    """One rule by which a member sees clients, and how many of those whom the caller sees too."""

    kind: Literal["role", "override", "own", "cover", "walk_in", "supervision"]
    rule: str
    clients: int


class MemberAccessOut(SeenList):
    """Whom one member sees, as far as the caller sees them too; `level` is the most they see, "" for nobody."""

    member_id: UUID
    name: str
    at: datetime
    level: Literal["chart", "face_sheet", "billing", ""]
    ways: list[WayOut]
