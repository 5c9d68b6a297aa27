"""Taking an import back: what nobody touched since goes, everything else stays."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, QuerySet

from kinfold.domain.clients.models import (
    ChosenClient,
    Client,
    ClientIdentifier,
    ClientProfile,
    ClientStatus,
    ClientTag,
    ClientWord,
    DuplicateNotice,
    MovedTag,
    Tag,
)
from kinfold.domain.kernel.many import expect_many_rows
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.records.hanging import LINKS

# What arrived with a client, or was noted of them by Kinfold: it goes with them.
_ARRIVED: Final = frozenset(
    model._meta.label
    for model in (ClientWord, ClientTag, ClientProfile, ClientIdentifier, ChosenClient, DuplicateNotice)
)


def take_back(change_set_id: UUID, tags_made: list[UUID]) -> tuple[int, list[UUID]]:
    """Remove the untouched clients of a change set, inside the running transaction. Call `hold_team` before.

    Returns how many went, and the ids of those kept. A client was touched when it was edited, archived, given to a
    therapist, or got anything else of its own: a level of risk, a guardian, a legal hold.
    """
    untouched = untouched_clients(change_set_id)
    ids = untouched.values("id")
    expect_many_rows()
    ClientWord.objects.filter(client_id__in=ids)._raw_delete(DEFAULT_DB_ALIAS)
    # Somebody may have chosen them for a bulk act that was not carried out yet.
    ChosenClient.objects.filter(client_id__in=ids)._raw_delete(DEFAULT_DB_ALIAS)
    for kept in (ClientTag, ClientProfile, ClientIdentifier):
        kept.objects.filter(client_id__in=ids)._raw_delete(DEFAULT_DB_ALIAS)
    for side in ("client", "other"):
        DuplicateNotice.objects.filter(**{f"{side}_id__in": ids})._raw_delete(DEFAULT_DB_ALIAS)
    taken = untouched._raw_delete(DEFAULT_DB_ALIAS)
    PracticeTally.objects.update(active_clients=F("active_clients") - taken)
    unused = Tag.objects.filter(pk__in=tags_made)
    for using in (ClientTag, MovedTag):
        unused = unused.exclude(pk__in=using.objects.filter(tag_id__in=tags_made).values("tag_id"))
    unused._raw_delete(DEFAULT_DB_ALIAS)
    return taken, list(Client.objects.filter(made_in_id=change_set_id).values_list("id", flat=True))


def untouched_clients(change_set_id: UUID) -> QuerySet[Client]:
    """The clients of a change set as they arrived: nobody edited them, and nothing hangs on them that came later."""
    untouched = Client.objects.filter(
        made_in_id=change_set_id, version=1, status=ClientStatus.ACTIVE, updated_at=F("created_at")
    )
    for link in LINKS:
        if link.label not in _ARRIVED:
            path = f"{link.path}_id"
            hanging = link.model.objects.filter(**{f"{path}__isnull": False})
            untouched = untouched.exclude(pk__in=hanging.values(path))
    return untouched
