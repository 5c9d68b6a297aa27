"""What the acts have in common: who may do them, what is decided for all clients alike, and what each has to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.models import ChosenClient, Client, ClientStatus
from kinfold.domain.kernel.many import change
from kinfold.domain.kernel.one_of import OneOf


class Act(StrEnum):
    """What can be done to many clients at once (SPEC U20–U25, U17, U18, O25)."""

    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    ADD_TAGS = "add-tags"
    REMOVE_TAGS = "remove-tags"
    REASSIGN = "reassign"
    DELETE = "delete"
    SEND_CODES = "send-codes"


PERMISSIONS: Final = {
    Act.ARCHIVE: Permission.CLIENTS_ARCHIVE,
    Act.UNARCHIVE: Permission.CLIENTS_ARCHIVE,
    Act.ADD_TAGS: Permission.CLIENTS_CHANGE,
    Act.REMOVE_TAGS: Permission.CLIENTS_CHANGE,
    Act.REASSIGN: Permission.CLIENTS_ASSIGN,
    Act.DELETE: Permission.CLIENTS_DELETE,
    Act.SEND_CODES: Permission.CLIENTS_REGISTER,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What is decided for all clients alike, as far as it is yet.

    Tags to add by name or to remove by id; the next therapist, or that they wait for one.
    """

    tags: tuple[str, ...] = ()
    tag_ids: tuple[UUID, ...] = ()
    member_id: UUID | None = None
    unassign: bool = False
    reason: str = ""

    def stored(self) -> dict[str, Any]:
        """As the change set keeps it."""
        return {
            "tags": list(self.tags),
            "tag_ids": [str(tag_id) for tag_id in self.tag_ids],
            "member_id": str(self.member_id) if self.member_id else None,
            "unassign": self.unassign,
            "reason": self.reason,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Choice:
        """As `stored` wrote it."""
        member_id = stored.get("member_id")
        return cls(
            tags=tuple(stored.get("tags", ())),
            tag_ids=tuple(UUID(tag_id) for tag_id in stored.get("tag_ids", ())),
            member_id=UUID(member_id) if member_id else None,
            unassign=stored.get("unassign", False),
            reason=stored.get("reason", ""),
        )


class Chosen(NamedTuple):
    """A chosen client who was not changed since: whom they have and what they are, and in which view."""

    client_id: UUID
    member_id: UUID | None
    kind: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One act being done or undone, and the clients at work. `done_at`: when it was done, for undoing it."""

    actor: Actor
    change_id: UUID
    choice: Choice
    now: datetime
    rows: Sequence[Chosen]
    done_at: datetime | None = None

    @property
    def chosen(self) -> QuerySet[ChosenClient]:
        """All who were chosen, also those to whom it cannot be done."""
        return ChosenClient.objects.filter(change_set_id=self.change_id)

    @property
    def ids(self) -> list[UUID]:
        """Of the clients at work."""
        return [row.client_id for row in self.rows]

    def write(self, **values: Any) -> None:
        """Write the clients at work, each one version further."""
        at_work = Client.objects.filter(OneOf("id", self.ids))
        change(at_work, updated_at=self.now, version=F("version") + 1, **values)

    def as_chosen(self, field: str) -> Subquery:
        """What stood in a field when a client was chosen."""
        return Subquery(self.chosen.filter(client_id=OuterRef("pk")).values(field)[:1])

    def detail(self, **more: Any) -> dict[str, Any]:
        """What the trail keeps beside each client: the act they were part of."""
        return {"change": str(self.change_id), **more}


Left = dict[UUID, Outcome]


class BulkAct(NamedTuple):
    """One kind of act.

    `left`: of clients who are there and unchanged, those to whom it cannot be done, and why. `do`: does it to the
    clients at work, each of whom is one version further then. `undo`: takes it back in the same way. `kept`: of
    clients whom nobody touched since, those to whom it cannot be undone, and why.
    """

    left: Callable[[Work], Left]
    do: Callable[[Work], list[Event]]
    undo: Callable[[Work], list[Event]]
    kept: Callable[[Work], Left] | None = None


def mark(chosen: QuerySet[ChosenClient], outcome: Outcome, client_ids: Sequence[UUID]) -> None:
    """Note what became of some of those who were chosen."""
    chosen.filter(OneOf("client_id", client_ids)).update(outcome=outcome)


def archived_already(work: Work) -> Left:
    """Archived clients; nothing but unarchiving can be done to them."""
    return {row.client_id: Outcome.ARCHIVED for row in work.rows if row.status != ClientStatus.ACTIVE}
