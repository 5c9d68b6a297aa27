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


class Link(NamedTuple):
    """One link: `field` is "app.Model.field", `path` leads from its rows to the client.

    `one` and `many` are what people call its rows, where they are a reason to keep the client.
    """

    field: str
    at_deletion: AtDeletion
    one: str = ""
    many: str = ""
    path: str = "client"

    @property
    def model(self) -> Any:
        """The table whose rows link."""
        return apps.get_model(self.field.rpartition(".")[0])

    def rows(self, client_ids: Sequence[UUID]) -> QuerySet[Any]:
        """Those of some clients."""
        found: QuerySet[Any] = self.model.objects.filter(**{f"{self.path}_id__in": client_ids})
        return found


GOES, KEEPS = AtDeletion.GOES, AtDeletion.KEEPS

LINKS: Final = (
    Link("clients.ClientWord.client", GOES),
    Link("clients.ClientProfile.client", GOES),
    Link("clients.ClientIdentifier.client", GOES),
    Link("clients.ClientTag.client", GOES),
    Link("clients.DuplicateNotice.client", GOES),
    Link("clients.DuplicateNotice.other", GOES, path="other"),
    Link("clients.Assignment.client", GOES),
    Link("clients.ChosenClient.client", GOES),
    Link("clients.MovedTag.client", GOES),
    Link("imports.UpdatedClient.client", GOES),
    Link("intake.ClientInvitation.client", GOES),
    Link("own.ProfileWish.client", GOES),
    Link("own.ProfileWish.asked_by", GOES, path="asked_by__client"),
    Link("clients.ClientLogin.client", GOES),  # with `erasing._forget_places`
    Link("clients.ScheduledDeletion.client", GOES),
    Link("records.LegalHold.client", GOES),  # while one is open nothing is deleted: `holds`
    Link("care.Session.client", KEEPS, "session", "sessions"),
    Link("care.Risk.client", KEEPS, "level of risk", "levels of risk"),
    Link("intake.SignUpRequest.client", KEEPS, "signed consent", "signed consents"),
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
    """Delete everything that hangs on these clients, inside the running transaction."""
    for ids in blocks(client_ids):
        # What hangs on something that hangs on a client goes before it.
        for link in sorted(LINKS, key=lambda link: link.path.count("__"), reverse=True):
            rows = (
                link.model.objects.filter(pk__in=link.rows(ids).values("pk"))
                if "__" in link.path
                else link.rows(ids)
            )
            rows._raw_delete(DEFAULT_DB_ALIAS)
