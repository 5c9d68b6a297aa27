"""What the API of bulk changes takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from .client_schemas import NamedOut, RegistrationState, RiskLevel, Status
from .team_schemas import Body, Words

ActName = Literal["archive", "unarchive", "add-tags", "remove-tags", "reassign", "delete", "send-codes"]
State = Literal["prepared", "running", "done", "undoing", "undone", "failed"]


class MatchingIn(Body):
    """All clients of a list, as `POST /clients/search` narrows it down."""

    view: Status = "active"
    q: Words = ""
    therapist: UUID | Literal["none"] | None = None
    tag: list[UUID] = []
    risk: RiskLevel | None = None
    registration: RegistrationState | None = None
    created_since: AwareDatetime | None = None
    updated_since: AwareDatetime | None = None


class ChangeIn(Body):
    """For which act, and whom: up to 1,000 clients by id, or all that match."""

    act: ActName
    client_ids: list[UUID] = []
    matching: MatchingIn | None = None


class DecidedIn(Body):
    """What the act needs: names of `tags` to add, `tag_ids` to remove, or whom to reassign to.

    `member_id` null with `unassign` true leaves clients waiting for a therapist. To delete, give a `reason`, and as
    `count` how many can be deleted where they are more than one.
    """

    tags: list[str] = []
    tag_ids: list[UUID] = []
    member_id: UUID | None = None
    unassign: bool = False
    reason: str = ""
    count: int | None = None


class SomeClient(Schema):
    """A client by name."""

    id: UUID
    first_name: str
    last_name: str


class GroupOut(Schema):
    """How many clients became the same, the words that follow that number, and some of them."""

    outcome: str
    words: str
    count: int
    clients: list[SomeClient]


class ShareOut(Schema):
    """How many of those who fit are with one therapist (null: nobody), or have one tag."""

    id: UUID | None
    name: str
    count: int


class DeletionOut(Schema):
    """What deleting would do: how many go at once and for good, how many are planned, and between which days."""

    at_once: int
    planned: int
    first_day: date | None
    last_day: date | None
    kept_by: list[str]


class PreviewOut(Schema):
    """What an act would do now."""

    id: UUID
    act: ActName
    chosen: int
    fit: GroupOut
    left: list[GroupOut]
    shares: list[ShareOut]
    caseload: int | None
    deletion: DeletionOut | None = None


class ChangeLine(Schema):
    """A bulk change. `undo_until` is set while the caller can undo it."""

    id: UUID
    act: ActName
    state: State
    decided: str = Field(description="Its tags, or the next therapist, in words.")
    made_by: NamedOut
    made_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    undo_until: datetime | None
    clients: int
    done: int
    kept: int
    problem: str


class ChangeOut(ChangeLine):
    """A bulk change, and what became of everyone who was chosen."""

    groups: list[GroupOut]


class ChangeList(Schema):
    """Newest first; `next` goes into `after`."""

    items: list[ChangeLine]
    next: UUID | None


class ChangesAsked(Schema):
    """Which part of the list."""

    after: UUID | None = None
    limit: int = 50
