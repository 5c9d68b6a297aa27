"""Everything that points at a client, and what becomes of it when they are deleted.

A test asks the database's own description for every link to a client, and to what hangs on one: a table that is not
in `LINKS` fails it, so nothing can be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, QuerySet

from kinfold.domain.kernel.many import blocks


class AtDeletion(Enum):
    """What a row means for the deletion of the client it hangs on."""

    GOES = "goes with the client"
    KEEPS = (
        "clinical, billing or signed: the client is kept for as long as the retention rule says, then both go"
    )
    FORGETS = "stays, and no longer says which client it was about"


class AtMerge(Enum):
    """What becomes of a row when its client's record is merged into another."""

    MOVES = "moves to the record that stays"
    JOINS = "moves, unless the record that stays has the same already"
    GOES = "goes, and comes back when the merge is undone"
    DERIVED = "is worked out anew"
    FOLLOWS = "follows what it hangs on"


class Link(NamedTuple):
    """One link: `field` is "app.Model.field", `path` leads from its rows to the client.

    `one` and `many` are what people call its rows, where they are a reason to keep the client or worth counting.
    `like` is what makes two rows that join the same.
    """

    field: str
    at_deletion: AtDeletion
    at_merge: AtMerge
    one: str = ""
    many: str = ""
    path: str = "client"
    like: str = ""

    @property
    def model(self) -> Any:
        """The table whose rows link."""
        return apps.get_model(self.label)

    @property
    def label(self) -> str:
        """The table by name."""
        return self.field.rpartition(".")[0]

    def rows(self, client_ids: Sequence[UUID]) -> QuerySet[Any]:
        """Those of some clients."""
        found: QuerySet[Any] = self.model.objects.filter(**{f"{self.path}_id__in": client_ids})
        return found


GOES, KEEPS, FORGETS = AtDeletion
_MOVES, _JOINS, _GOES, _DERIVED, _FOLLOWS = AtMerge

LINKS: Final = (
    Link("clients.ClientWord.client", GOES, _DERIVED),
    Link("clients.ClientProfile.client", GOES, _GOES),  # its fields are chosen one by one
    Link("clients.ClientIdentifier.client", GOES, _JOINS, "ID elsewhere", "IDs elsewhere", like="system_key"),
    Link("clients.ClientTag.client", GOES, _JOINS, "tag", "tags", like="tag_id"),
    Link("clients.DuplicateNotice.client", GOES, _GOES),
    Link("clients.DuplicateNotice.other", GOES, _GOES, path="other"),
    Link("clients.Assignment.client", GOES, _MOVES, "assignment", "assignments"),
    Link("clients.ChosenClient.client", GOES, _GOES),
    Link("clients.MovedTag.client", GOES, _GOES),
    Link("imports.UpdatedClient.client", GOES, _GOES),
    Link("intake.ClientInvitation.client", GOES, _MOVES, "invitation", "invitations"),
    Link("own.ProfileWish.client", GOES, _MOVES, "request for a correction", "requests for corrections"),
    Link("own.ProfileWish.asked_by", GOES, _FOLLOWS, path="asked_by__client"),
    Link("clients.ClientLogin.client", GOES, _MOVES, "sign-in", "sign-ins"),  # with `erasing._forget_places`
    Link("clients.ScheduledDeletion.client", GOES, _GOES),
    Link("clients.FormerClient.into", FORGETS, _MOVES, path="into"),
    # While one is open nothing is deleted: `holds`.
    Link("records.LegalHold.client", GOES, _MOVES, "legal hold", "legal holds"),
    Link("records.Merge.kept", GOES, _MOVES, path="kept"),
    Link("care.Session.client", KEEPS, _MOVES, "session", "sessions"),
    Link("care.Risk.client", KEEPS, _MOVES, "level of risk", "levels of risk"),
    Link("intake.SignUpRequest.client", KEEPS, _MOVES, "signed consent", "signed consents"),
)
KEEPING: Final = tuple(link for link in LINKS if link.at_deletion is KEEPS)


def keeping(client_ids: Sequence[UUID]) -> dict[UUID, dict[Link, int]]:
    """Of some clients, those who are not deleted at once, with how much of what keeps each."""
    found: dict[UUID, dict[Link, int]] = {}
    for ids in blocks(client_ids):
        for link in KEEPING:
            rows = link.rows(ids).order_by().values_list(f"{link.path}_id").annotate(rows=Count("pk"))
            for client_id, count in rows:
                found.setdefault(client_id, {})[link] = count
    return found


def remove(client_ids: Sequence[UUID]) -> None:
    """Delete what hangs on these clients, inside the running transaction, and let what stays forget them."""
    for ids in blocks(client_ids):
        # What hangs on something that hangs on a client goes before it.
        for link in sorted(LINKS, key=lambda link: link.path.count("__"), reverse=True):
            if link.at_deletion is FORGETS:
                link.rows(ids).update(**{link.path: None})
                continue
            rows = (
                link.model.objects.filter(pk__in=link.rows(ids).values("pk"))
                if "__" in link.path
                else link.rows(ids)
            )
            rows._raw_delete(DEFAULT_DB_ALIAS)
