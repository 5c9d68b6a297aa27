"""What the API of statuses, cover, leaving and one's own profile takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from .role_schemas import EffectOut
from .team_schemas import Body, Ids, Status, StatusPeriodOut, Words


class SeveralIn(Body):
    """One act on several members: `role_id` for roles, `until` for a hold, `clients` for archiving."""

    member_ids: list[UUID] = Field(max_length=100)
    act: Literal["give_role", "take_role", "active", "on_hold", "inactive", "archive", "send_codes"]
    role_id: UUID | None = None
    until: AwareDatetime | None = None
    clients: Literal["", "wait"] = ""
    reason: Words = ""


class FittingOut(Schema):
    """Whether the act can be done to one member; `why_not` is "" when it can."""

    member_id: UUID
    why_not: str


class FittingList(Schema):
    """All who were named, in name order; `effect` is what a role would do to those whom it fits."""

    items: list[FittingOut]
    effect: EffectOut | None = None


class StatusIn(Body):
    """What status the member has from now on. Only a hold has an `until`, that moment excluded."""

    status: Literal["active", "on_hold", "inactive"]
    until: AwareDatetime | None = None
    reason: str = ""


class ArchiveIn(Body):
    """What becomes of the member's clients: "hand_over" to `therapist_id`, or "wait"; "" when they have none."""

    clients: Literal["", "hand_over", "wait"] = ""
    therapist_id: UUID | None = None
    reason: str = ""


class CoveredClientOut(Schema):
    """A client, and the cover they are part of."""

    cover_id: UUID
    client_id: UUID
    name: str


class CoverOut(Schema):
    """Clients whom one member covers for another, alike; that moment excluded."""

    covers_for: UUID
    covers_for_name: str
    covered_by: UUID
    covered_by_name: str
    level: Literal["face_sheet", "chart"]
    since: datetime
    until: datetime
    begun: bool
    reason: str
    clients: list[CoveredClientOut]


class CoversOut(Schema):
    """Cover for a member and by them; `needed` when their status asks for it, `uncovered` clients have none now."""

    member_id: UUID
    needed: bool
    uncovered: int
    covers: list[CoverOut]
    stands_in: list[CoverOut]


class GapOut(Schema):
    """Somebody who is away, and how many of their clients nobody covers now."""

    member_id: UUID
    name: str
    clients: int


class GapsOut(Schema):
    """Everybody who is away and has clients without cover."""

    items: list[GapOut]


class CoverIn(Body):
    """Who covers, how much they see and until when (that moment excluded).

    Without `client_ids` they cover for all clients who have no cover in that time.
    """

    covered_by: UUID
    until: AwareDatetime
    since: AwareDatetime | None = None
    level: Literal["face_sheet", "chart"] = "face_sheet"
    client_ids: Ids | None = None
    reason: str = ""


class CoverIds(Body):
    """Several covers, all or none."""

    cover_ids: Ids


class MadeMany(Schema):
    """The ids of what was made."""

    ids: list[UUID]


class RemoveIn(Body):
    """Why somebody is removed."""

    reason: str = ""


class LeavingOut(Schema):
    """What ends, or has to be handed over, when the member leaves."""

    member_id: UUID
    clients: int
    may_hand_over: bool
    covers: int
    covered: int
    supervisees: int
    sessions: int
    tokens: int
    invitations: int
    admin_roles: list[str]
    keeps: list[str]


class HeldOut(Schema):
    """One period of a role or a supervisor, by name; `kind` is "primary" or "secondary" for a supervisor."""

    name: str
    since: datetime
    until: datetime | None
    kind: str = ""


class MemberHistoryOut(Schema):
    """What a member was; an exception's name says its permission and whether it was on or off."""

    roles: list[HeldOut]
    statuses: list[StatusPeriodOut]
    supervisors: list[HeldOut]
    supervisees: list[HeldOut]
    exceptions: list[HeldOut]


class OwnStatusOut(Schema):
    """One period with another status than active."""

    status: Status
    since: datetime
    until: datetime | None


class OwnProfileOut(Schema):
    """The caller as a member of the team; periods with the newest first."""

    member_id: UUID
    name: str
    email: str
    state: Status
    hold_until: datetime | None
    joined_at: datetime
    roles: list[HeldOut]
    supervisors: list[HeldOut]
    statuses: list[OwnStatusOut]
