"""What the API of the team takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

# Nobody means more, and a database answers no question that names tens of thousands.
Ids = Annotated[list[UUID], Field(max_length=200)]
# As long as pages take it. Looking for words costs time for each of them.
Words = Annotated[str, Field(max_length=200)]

Status = Literal["active", "on_hold", "inactive", "archived", "removed"]


class Body(Schema):
    """What a request says. A field that is not known is refused, since it was meant to do something."""

    model_config = ConfigDict(extra="forbid")


class Made(Schema):
    """The id of what was made."""

    id: UUID


class SupervisionOut(Schema):
    """One period of supervision that holds or is planned; `member_id` and `name` are the other person."""

    id: UUID
    member_id: UUID
    name: str
    kind: Literal["primary", "secondary"]
    since: datetime
    until: datetime | None
    begun: bool


class MemberOut(Schema):
    """One member. `version` goes into If-Match for changes.

    Who is not `registered` has no login; `code_until` is when their registration code ends or ended, if there is one.
    """

    id: UUID
    first_name: str
    last_name: str
    email: str
    state: Status
    hold_until: datetime | None
    role_ids: list[UUID]
    roles: list[str]
    needs_supervisor: bool
    registered: bool
    code_until: datetime | None
    joined_at: datetime
    last_seen_at: datetime | None
    exceptions: int
    version: int


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
    """All who were named, in name order."""

    items: list[FittingOut]


class StatusPeriodOut(Schema):
    """One period with another status than active; `made_by` is "" where it was the clock."""

    status: Status
    since: datetime
    until: datetime | None
    reason: str
    made_by: str


class MemberDetailOut(MemberOut):
    """One member, their statuses with the newest first, who supervises them and whom they supervise.

    `acts` is what the caller may do with their place on the team.
    """

    acts: list[Literal["active", "on_hold", "inactive", "archived", "remove_admin", "removed"]]
    statuses: list[StatusPeriodOut]
    supervisors: list[SupervisionOut]
    supervisees: list[SupervisionOut]


class CountsOut(Schema):
    """How many people each view holds; each person is in exactly one."""

    active: int
    pending: int
    archived: int


class MembersOut(Schema):
    """Some members; `next` goes into `after` for the next page."""

    items: list[MemberOut]
    total: int
    next: UUID | None
    counts: CountsOut


class NameOut(Schema):
    """A member by name. For those who take new clients: the letters of their licenses, and "no supervisor"."""

    id: UUID
    name: str
    titles: str = ""
    note: str = ""


class NamesOut(Schema):
    """Everyone who can take the part."""

    items: list[NameOut]


class InvitationOut(Schema):
    """One invitation. It is outdated when whoever invited may not do so any more: then it must be sent again."""

    id: UUID
    full_name: str
    email: str
    state: Literal["pending", "expired", "outdated", "declined"]
    role_ids: list[UUID]
    roles: list[str]
    invited_by: str
    invited_at: datetime
    sent_at: datetime
    expires_at: datetime
    answered_at: datetime | None


class InvitationsOut(Schema):
    """Invitations that wait for an answer, and those declined in the last 30 days."""

    items: list[InvitationOut]
    total: int
    next: UUID | None
    declined: list[InvitationOut]
    counts: CountsOut


class OfferOut(Schema):
    """What an invited person reads. With `has_login` they sign in on the pages to accept."""

    practice_name: str
    email: str
    first_name: str
    last_name: str
    roles: list[str]
    invited_by: str
    expires_at: datetime
    has_login: bool


class TokenOut(Schema):
    """One API token, without its secret; `hint` is how it ends."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    expired: bool


class TokensOut(Schema):
    """One's own tokens that were not revoked."""

    items: list[TokenOut]


class NewTokenOut(Schema):
    """A token, shown this once."""

    id: UUID
    token: str
    expires_at: datetime


class PracticeOut(Schema):
    """The practice's settings. `version` goes into If-Match for changes."""

    practice_id: UUID
    name: str
    slug: str
    support_email: str
    time_zone: str
    country: str
    clients_need_email: bool
    supervision: bool
    direct_charts: bool
    version: int


class MembersFilter(Schema):
    """Which part of the list; sorted by `name`, `joined` or `seen`, with `-` in front for the other way round.

    `supervised` finds those who need a supervisor and have none.
    """

    view: Literal["active", "archived"] = "active"
    role_id: UUID | None = None
    status: Literal["", "active", "on_hold", "inactive"] = ""
    supervisor_id: UUID | None = None
    supervised: Literal["", "missing"] = ""
    licence: Literal["", "expired", "soon", "missing"] = ""
    sort: Literal["name", "-name", "joined", "-joined", "seen", "-seen"] = "name"
    after: UUID | None = None
    limit: int = 50


class MembersSearch(Body, MembersFilter):
    """The same with words; they stand in the body, since names do not belong in addresses."""

    search: Words = ""


class InvitationsFilter(Schema):
    """Which part of the list; sorted by `name` or `invited`, with `-` in front for the other way round."""

    role_id: UUID | None = None
    sort: Literal["name", "-name", "invited", "-invited"] = "name"
    after: UUID | None = None
    limit: int = 50


class NamesFilter(Schema):
    """Who can be given clients, or who can be made supervisor."""

    supervisors: bool = False


class NameIn(Body):
    """A member's name."""

    first_name: str
    last_name: str


class RolesIn(Body):
    """All the roles a member shall hold."""

    role_ids: Ids


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
    supervisees: int
    sessions: int
    tokens: int
    invitations: int
    admin_roles: list[str]
    keeps: list[str]


class HeldOut(Schema):
    """One period of a role or a supervisor, by name."""

    name: str
    since: datetime
    until: datetime | None


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


class SupervisionIn(Body):
    """From now on unless `since` is later; until ended unless `until` says when (that moment excluded).

    Left out, `kind` is primary where there is no primary supervisor in that time.
    """

    supervisor_id: UUID
    kind: Literal["", "primary", "secondary"] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class SuperviseeOut(Schema):
    """Somebody who is supervised or should be, with their supervision of now and to come."""

    id: UUID
    first_name: str
    last_name: str
    needs_supervisor: bool
    needs_primary: bool
    supervision: list[SupervisionOut]


class SuperviseesOut(Schema):
    """Those without a supervisor first; `next` goes into `after`. `switched_on`: supervisors see their clients."""

    items: list[SuperviseeOut]
    total: int
    missing: int
    next: UUID | None
    switched_on: bool


class SupervisionFilter(Schema):
    """Only those who lack a supervisor, or those of one supervisor."""

    missing: bool = False
    supervisor_id: UUID | None = None
    after: UUID | None = None
    limit: int = 50


class SupervisionEnd(Body):
    """Now unless `at` is later."""

    at: AwareDatetime | None = None


class InvitationIn(Body):
    """Whom to invite, and what they will be."""

    full_name: str
    email: str
    role_ids: Ids


class InvitationIds(Body):
    """Several invitations, all or none."""

    invitation_ids: Ids


class LinkIn(Body):
    """The last part of an invitation's link."""

    token: str


class AcceptIn(LinkIn):
    """How the team will know the person, and the password of their new login."""

    first_name: str
    last_name: str
    password: str


class TokenIn(Body):
    """A token's name, what it may do, and for how many days (1 to 365)."""

    name: str
    scopes: list[str]
    days: int


class PracticeIn(Body):
    """All settings. `time_zone` is a name of the tz database, `country` an ISO 3166 code."""

    name: str
    support_email: str = ""
    time_zone: str
    country: str
    clients_need_email: bool
    supervision: bool
    direct_charts: bool
