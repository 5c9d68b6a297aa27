"""What the API of clients takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from kinfold.domain.clients.errors import LikelyDuplicates

from .core import ProblemDetails
from .team_schemas import Body, Words

Status = Literal["active", "archived"]
RegistrationState = Literal["none", "sent", "expired", "registered"]
ClientKind = Literal["practice", "direct"]
Sort = Literal[
    "name", "-name", "therapist", "-therapist", "external_id", "-external_id", "updated", "-updated", "email", "-email",
    "birth_date", "-birth_date", "added", "-added", "risk", "-risk", "kind", "-kind", "sex_at_birth",
    "-sex_at_birth", "phone", "-phone", "tags", "-tags",
    "last_session", "-last_session", "next_session", "-next_session", "pending_notes", "-pending_notes",
]  # fmt: skip
TherapistKind = Literal["primary", "direct"]
TieKind = Literal["primary", "direct", "walk_in", "cover"]
RiskLevel = Literal["none", "low", "moderate", "high"]
Level = Literal["chart", "face_sheet", "billing"]

# The domain checks what is typed, so that every wrong field of every person is named at once.
BirthDate = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["1990-04-30"])]
SexAtBirth = Annotated[str, Field(json_schema_extra={"enum": ["female", "male", "unknown", "undisclosed"]})]


class NamedOut(Schema):
    """A therapist or a tag."""

    id: UUID
    name: str


class NamedList(Schema):
    """By name."""

    items: list[NamedOut]


class TagSearch(Body):
    """What the names of the tags begin with."""

    q: Words = ""


class TagUseOut(Schema):
    """A tag, and how many clients have it, archived ones included."""

    id: UUID
    name: str
    clients: int


class TagUseList(Schema):
    """By name, at most 100, and how many there are."""

    rows: list[TagUseOut]
    total: int


class TagName(Body):
    """A tag's new name. `merge`: if another tag has it, both become that one."""

    name: str
    merge: bool = False


# --- lists --------------------------------------------------------------------------------------------------------


class ClientLine(Schema):
    """A client as lists show them. Tags and external ID are empty for callers who see names only.

    `risk` is empty where none is set, and for callers who may not see any.
    """

    id: UUID
    first_name: str
    last_name: str
    kind: ClientKind
    status: Status
    therapist: NamedOut | None
    tags: list[str]
    external_id: str
    risk: RiskLevel | Literal[""]
    updated_at: datetime
    version: int


class ClientCounts(Schema):
    """How many clients the caller sees in each view."""

    active: int
    archived: int


class ClientList(Schema):
    """One page and the exact total. `next` goes into `after`, `previous` into `before`."""

    items: list[ClientLine]
    total: int
    next: UUID | None
    previous: UUID | None
    counts: ClientCounts


class RosterIn(Body):
    """The email address of a client; `client_id` says which one where several share it."""

    email: str
    client_id: UUID | None = None


class RosterAnswerOut(Schema):
    """What came of it, and the clients it is about."""

    outcome: Literal["added", "there", "several", "unknown", "sent"]
    client_ids: list[UUID]


class ClientFilter(Schema):
    """Which clients, in which order, and which part: after one client or before another, at most 200.

    Who has nothing in the field of an order comes last, whichever way it goes.
    """

    view: Status = "active"
    therapist: UUID | Literal["none"] | None = Field(
        None, description='A member\'s id, or "none" for clients without a therapist.'
    )
    tag: list[UUID] = Field([], description="Ids of tags; each client has all of them.")
    risk: RiskLevel | None = Field(None, description="A level of risk. Needs `clients:risk`.")
    registration: RegistrationState | None = None
    created_since: AwareDatetime | None = None
    updated_since: AwareDatetime | None = None
    sort: Sort = "name"
    after: UUID | None = None
    before: UUID | None = None
    limit: int = 50


class ClientSearch(Body, ClientFilter):
    """The same, found by the beginnings of words of names, email addresses and external IDs."""

    q: Words = ""


class ListColumnOut(Schema):
    """A column of the caller's list, in its place."""

    name: str
    label: str
    shown: bool


class LayoutOut(Schema):
    """How the caller has arranged their list of clients."""

    columns: list[ListColumnOut]
    page_size: int


class LayoutIn(Body):
    """All columns in order, and which are shown; an empty order means as it comes. What is left out stays."""

    order: list[str] | None = None
    shown: list[str] = []
    page_size: int | None = None


# --- one client ---------------------------------------------------------------------------------------------------


class IdentifierOut(Schema):
    """A client's number in another system, such as the portal of a hospital."""

    system: str
    value: str


class IdentifierIn(Body):
    """The same, to be kept; a client has one of each system."""

    system: str
    value: str


class PersonIn(Body):
    """A person to add. Names, birth date and sex at birth are needed, and email unless the practice says otherwise."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    birth_date: BirthDate = ""
    sex_at_birth: SexAtBirth = ""
    external_id: str = ""
    phone: str = ""
    tags: list[str] = []
    preferred_name: str = ""
    pronouns: str = ""
    gender_identity: str = ""
    language: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    emergency_name: str = ""
    emergency_relationship: str = ""
    emergency_phone: str = ""
    guardian_name: str = ""
    guardian_relationship: str = ""
    guardian_phone: str = ""
    guardian_email: str = ""
    identifiers: list[IdentifierIn] = []


class PeopleIn(Body):
    """Up to 100 people to add, all of them or none, with one primary therapist if one is named.

    `accept_duplicates` says that those who look like others are different people, `different` that some are, by their
    rows. With `send_codes` whoever has an address is mailed a registration code.
    """

    people: list[PersonIn]
    therapist_id: UUID | None = None
    accept_duplicates: bool = False
    different: list[int] = []
    send_codes: bool = False


class CreatedOut(Schema):
    """The ids of the new clients, in the order given."""

    ids: list[UUID]


class DuplicateOut(Schema):
    """Whom a row looks like, and what they share: a client, or an earlier row."""

    row: int
    reason: str
    client_id: UUID | None
    other_row: int | None


class DuplicatesOut(ProblemDetails):
    """Some people may already be clients. Nothing was created; `accept_duplicates` creates them all the same."""

    duplicates: list[DuplicateOut]


class DuplicatePairOut(Schema):
    """A new client who looks like one whom their creator may not see, by name, and what the two share."""

    id: UUID
    client_id: UUID
    client: str
    other_id: UUID
    other: str
    shares: str
    noticed_at: datetime


class DuplicatePairList(Schema):
    """Those that nobody has looked into yet, newest first, at most 100."""

    items: list[DuplicatePairOut]


def likenesses(refused: LikelyDuplicates) -> list[dict[str, Any]]:
    """The likely duplicates of a refusal, as DuplicateOut; names stay out of it."""
    return [
        {
            "row": likeness.row,
            "reason": likeness.reason,
            "client_id": likeness.client_id,
            "other_row": likeness.other_row,
        }
        for likeness in refused.likenesses
    ]


class ClientChange(Body):
    """What to change. A field that is left out stays; null or "" empties it.

    Tags are given all together, and so are identifiers.
    """

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    birth_date: BirthDate | None = None
    sex_at_birth: SexAtBirth | None = None
    external_id: str | None = None
    phone: str | None = None
    tags: list[str] | None = None
    preferred_name: str | None = None
    pronouns: str | None = None
    gender_identity: str | None = None
    language: str | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    emergency_name: str | None = None
    emergency_relationship: str | None = None
    emergency_phone: str | None = None
    guardian_name: str | None = None
    guardian_relationship: str | None = None
    guardian_phone: str | None = None
    guardian_email: str | None = None
    identifiers: list[IdentifierIn] | None = None


class ClientOut(Schema):
    """A client, as much of them as the caller may see; `level` says how much. `version` goes into If-Match.

    On level `billing` there are names, therapist and status, and the rest is null or empty. A date of birth that is not
    known yet is null too. `country` is an ISO 3166 code. `sharing_email` are the other clients with the same address.
    """

    id: UUID
    level: Level
    kind: ClientKind
    status: Status
    first_name: str
    last_name: str
    therapist: NamedOut | None
    email: str
    phone: str
    birth_date: date | None
    sex_at_birth: Literal["female", "male", "unknown", "undisclosed"] | None
    external_id: str
    tags: list[str]
    preferred_name: str
    pronouns: str
    gender_identity: str
    language: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    emergency_name: str
    emergency_relationship: str
    emergency_phone: str
    guardian_name: str
    guardian_relationship: str
    guardian_phone: str
    guardian_email: str
    identifiers: list[IdentifierOut]
    sharing_email: list[NamedOut]
    created_at: datetime
    updated_at: datetime
    version: int


class NewerOut(ProblemDetails):
    """Somebody else saved first, and nothing was changed. `current` is the client as they are now, for comparing.

    Send what should stand, with the version of `current` in If-Match.
    """

    current: ClientOut


# --- assignments --------------------------------------------------------------------------------------------------


class AssignmentOut(Schema):
    """A period during which a clinician had a client; a therapist's holds while `until` is null.

    A walk-in is for one session. A cover stands in for somebody, by name, until a day that is known from the start.
    """

    id: UUID
    member_id: UUID
    therapist: str
    kind: TieKind
    since: datetime
    until: datetime | None
    session_at: datetime | None
    covers_for: str
    reason: str
    made_by: str
    ended_by: str


class AssignmentList(Schema):
    """Newest first."""

    items: list[AssignmentOut]


class AssignmentIn(Body):
    """Whom a client is given to: as primary therapist, or as the therapist's direct client."""

    member_id: UUID
    kind: TherapistKind = "primary"
    reason: str = ""
