"""The one moment in which checked rows become clients: all of them in one transaction, or none.

What can be worked out beforehand is `prepare`d, so that the transaction only writes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import repeat
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F

from kinfold.domain.clients.keys import Word, client_keys, tag_key
from kinfold.domain.clients.models import Client, ClientKind, ClientStatus, ClientTag, ClientWord, Tag
from kinfold.domain.clients.tags import tags_named
from kinfold.domain.imports.bulk import insert
from kinfold.domain.imports.checking import People
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.practices.models import PracticeTally

_SQLITE_CACHE_KB: Final = 200_000
_CLIENT_COLUMNS: Final = (
    "sort_key",
    "first_name",
    "last_name",
    "email",
    "birth_date",
    "sex_at_birth",
    "external_id",
    "phone",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """People as columns of the tables they go into, in the order in which lists show them, which their indexes like."""

    ids: list[str]
    clients: dict[str, list[str]]
    words: dict[str, list[str] | list[int]]
    tags: list[tuple[str, str, str]]  # client id, sort key, tag as written

    @property
    def digest(self) -> str:
        """What the audit trail keeps of the ids, so that a later claim about them can be checked."""
        return sha256("\n".join(self.ids).encode()).hexdigest()


def prepare(blocks: Iterable[People]) -> Prepared:
    """Work out keys, search words and ids."""
    rows: list[tuple[str, str, str, str, str, str, str, str, tuple[str, ...], list[Word]]] = []
    for people in blocks:
        keyed = list(
            map(client_keys, people.first_names, people.last_names, people.emails, people.external_ids)
        )
        rows.extend(zip([key for key, _ in keyed], *people, [words for _, words in keyed], strict=True))
    rows.sort(key=lambda row: row[0])
    ids = ordered_ids(len(rows))

    found: list[Word] = []
    of_client: list[str] = []
    with_key: list[str] = []
    tags: list[tuple[str, str, str]] = []
    for client_id, row in zip(ids, rows, strict=True):
        words = row[9]
        found += words
        of_client += repeat(client_id, len(words))
        with_key += repeat(row[0], len(words))
        if row[8]:
            tags += ((client_id, row[0], tag) for tag in row[8])
    return Prepared(
        ids,
        {name: [str(row[place]) for row in rows] for place, name in enumerate(_CLIENT_COLUMNS)},
        {
            "client_id": of_client,
            "sort_key": with_key,
            "word": [word.text for word in found],
            "shared": [word.shared for word in found],
            "shared_in_name": [word.shared_in_name for word in found],
        },
        tags,
    )


def publish(people: Prepared, change_set_id: UUID, now: datetime) -> list[UUID]:
    """Write everything, inside the running transaction. Returns the ids of tags that were new."""
    every = {"practice_id": current_practice_id(), "status": ClientStatus.ACTIVE.value}
    same = {
        "kind": ClientKind.PRACTICE.value,
        "primary_id": None,
        "made_in_id": change_set_id,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size=-{_SQLITE_CACHE_KB}")
    insert(Client, {**every, **same}, {"id": people.ids, **people.clients})
    insert(ClientWord, every, people.words)
    made = _tag(people.tags, every)
    PracticeTally.objects.update(active_clients=F("active_clients") + len(people.ids))
    return made


def _tag(tags: list[tuple[str, str, str]], every: dict[str, Any]) -> list[UUID]:
    """Tag the new clients, with the practice's tags where they exist. Returns the ids of those that did not."""
    if not tags:
        return []
    keys = {name: tag_key(name) for _, _, name in tags}
    known = set(Tag.objects.values_list("id", flat=True))
    ids = tags_named(reversed(keys))  # of several spellings the first is kept
    id_of = {name: str(ids[key]) for name, key in keys.items()}
    insert(
        ClientTag,
        every,
        {
            "id": ordered_ids(len(tags)),
            "client_id": [client_id for client_id, _, _ in tags],
            "sort_key": [key for _, key, _ in tags],
            "tag_id": [id_of[name] for _, _, name in tags],
        },
    )
    return [tag_id for tag_id in ids.values() if tag_id not in known]


def ordered_ids(count: int) -> list[str]:
    """New ids that sort in the order in which they are made, as RFC 9562 describes version 7.

    Rows that arrive together then lie together in every index; 48 random bits tell imports of one millisecond apart.
    """
    prefix = int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62
    random = secrets.token_bytes(6 * count)
    found = []
    for number in range(count):
        counter = (number >> 14) << 64 | (number & 0x3FFF) << 48
        value = prefix | counter | int.from_bytes(random[6 * number : 6 * number + 6])
        text = f"{value:032x}"
        found.append(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
    return found
