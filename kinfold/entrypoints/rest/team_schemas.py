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
    initial_passwords: bool
    version: int


MemberSort = Literal[
    "name",
    "-name",
    "status",
    "-status",
    "roles",
    "-roles",
    "supervisor",
    "-supervisor",
    "clients",
    "-clients",
    "licence",
    "-licence",
    "seen",
    "-seen",
    "email",
    "-email",
    "joined",
    "-joined",
]


class MembersFilter(Schema):
    """Which part of the list; sorted by what stands in a column, with `-` in front for the other way round.

    `supervised` finds those who need a supervisor and have none.
    """

    view: Literal["active", "archived"] = "active"
    role_id: UUID | None = None
    status: Literal["", "active", "on_hold", "inactive"] = ""
    supervisor_id: UUID | None = None
    supervised: Literal["", "missing"] = ""
    licence: Literal["", "expired", "soon", "missing"] = ""
    sort: MemberSort = "name"
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
    """A member's name, and a new email address for somebody who has no login yet."""

    first_name: str
    last_name: str
    email: str | None = None


class RolesIn(Body):
    """All the roles a member shall hold."""

    role_ids: Ids


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
    initial_passwords: bool
