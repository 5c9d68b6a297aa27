"""Whom rows of a file are compared with: the clients of a practice, and those who came since the file was checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.imports.duplicates import Identities, Known, likely_duplicates
from kinfold.domain.imports.models import Import
from kinfold.domain.imports.publishing import Prepared
from kinfold.domain.kernel.text import folded

_AT_ONCE: Final = 5_000
_OVERLAP: Final = timedelta(minutes=2)


def came_meanwhile(actor: Actor, job: Import, people: Prepared) -> bool:
    """Whether clients who came or changed since the check are likely some of these people."""
    # Someone may have begun to create a client before the check looked, and finished after.
    newcomers = visible_to(actor).filter(updated_at__gte=(job.checked_at or job.made_at) - _OVERLAP)
    if not newcomers.exists():
        return False
    columns = people.clients
    theirs = Identities(
        columns["email"],
        columns["sort_key"],
        columns["birth_date"],
        list(map(folded, columns["external_id"])),
    )
    matches = likely_duplicates(range(len(people.ids)), theirs, known(newcomers))
    return any(match.client is not None for match in matches.values())


def known(clients: QuerySet[Client]) -> Iterator[Known]:
    """Clients as duplicates are looked for among them, some thousand at a time."""
    # As text: to make ids and dates of what nobody looks at took a third of the time. In the order in which they lie:
    # SQLite goes by an index in any case, and by one in another order it would fetch each from somewhere else.
    as_text = clients.annotate(
        id_as_text=Cast("id", CharField()), born_as_text=Cast("birth_date", CharField())
    ).order_by("id")
    rows = as_text.values_list("id_as_text", "email", "sort_key", "born_as_text", "external_id").iterator(
        _AT_ONCE
    )
    while some := list(islice(rows, _AT_ONCE)):
        ids, emails, names, births, external_ids = (list(column) for column in zip(*some, strict=True))
        births = [born or "" for born in births]
        yield Known(ids, Identities(emails, names, births, list(map(folded, external_ids))))
