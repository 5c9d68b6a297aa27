"""The one moment in which checked rows become clients: all of them in one transaction, or none.

What can be worked out beforehand is `prepare`d, so that the transaction only writes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import F

from kinfold.domain.clients.further import keep_new
from kinfold.domain.clients.keys import Word, client_keys, tag_key
from kinfold.domain.clients.models import (
    Client,
    ClientKind,
    ClientStatus,
    ClientTag,
    ClientWord,
    Registration,
    Tag,
)
from kinfold.domain.clients.profile import Checked, identifiers_of
from kinfold.domain.clients.tags import tags_named
from kinfold.domain.identity.initial_passwords import ChosenPassword, keep
from kinfold.domain.imports.checking import People
from kinfold.domain.imports.fields import FIRST_PASSWORD
from kinfold.domain.kernel.many import expect_many_rows, insert, ordered_ids
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.practices.models import PracticeTally

_CLIENT_COLUMNS: Final = (
    "first_name",
    "last_name",
    "email",
    "birth_date",
    "sex_at_birth",
    "external_id",
    "phone",
)
_WORD_COLUMNS: Final = ("word", "client_id", "sort_key", "shared", "shared_in_name")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """People as columns of the tables they go into."""

    ids: list[str]
    clients: dict[str, list[str]]
    words: dict[str, list[str | int]]
    tags: list[tuple[str, str, str]]  # client id, sort key, tag as written
    further: list[Checked]  # for everybody, or nobody when the file brings none of it
    first_passwords: list[ChosenPassword]

    @property
    def digest(self) -> str:
        """What the audit trail keeps of the ids, so that a later claim about them can be checked."""
        return sha256("\n".join(self.ids).encode()).hexdigest()


def prepare(blocks: Iterable[People], further: tuple[str, ...] = ()) -> Prepared:
    """Work out keys, search words and ids. `further` names the fields that rows hold so.

    People come in the order of their names, as indexes hold them, so that the database writes each in one stretch.
    """
    columns: dict[str, list[str]] = {name: [] for name in ("sort_key", *_CLIENT_COLUMNS)}
    keys = columns["sort_key"]
    words: list[list[Word]] = []
    tags: list[tuple[str, ...]] = []
    told: list[Checked] = []
    verifiers: list[str] = []
    place_of_password = further.index(FIRST_PASSWORD) if FIRST_PASSWORD in further else None
    fields = tuple(name for name in further if name != FIRST_PASSWORD)
    with _nothing_thrown_away():
        for people in blocks:
            for name, column in zip(_CLIENT_COLUMNS, people[:-2], strict=True):
                columns[name].extend(column)
            tags.extend(people.tags)
            named = (people.first_names, people.last_names, people.emails, people.external_ids)
            keyed = map(client_keys, *named)
            if place_of_password is not None:
                verifiers.extend(row[place_of_password] for row in people.further)
            if fields:
                some = [_checked(further, row) for row in people.further]
                told.extend(some)
                preferred = (str(person.fields.get("preferred_name", "")) for person in some)
                others = ([other.value for other in person.identifiers] for person in some)
                keyed = map(client_keys, *named, preferred, others)
            for key, found in keyed:
                keys.append(key)
                words.append(found)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        clients = {name: _in_order(column, order) for name, column in columns.items()}
        ids, keys = ordered_ids(len(order)), clients["sort_key"]
        # By word, and within a word by name since they are in that order already, as the index for searching is.
        rows = [
            (word.text, client_id, key, word.shared, word.shared_in_name)
            for client_id, key, place in zip(ids, keys, order, strict=True)
            for word in words[place]
        ]
        rows.sort(key=itemgetter(0))
    return Prepared(
        ids=ids,
        clients=clients,
        words={name: [row[place] for row in rows] for place, name in enumerate(_WORD_COLUMNS)},
        tags=[
            (client_id, key, tag)
            for client_id, key, place in zip(ids, keys, order, strict=True)
            for tag in tags[place]
        ],
        further=_in_order(told, order) if fields else [],
        first_passwords=[
            ChosenPassword(subject_id=UUID(client_id), email=email, verifier=verifiers[place])
            for client_id, email, place in zip(ids, clients["email"], order, strict=True)
            if verifiers and verifiers[place]
        ],
    )


def _in_order(column: list[T], order: list[int]) -> list[T]:
    return [column[place] for place in order]


def _checked(further: tuple[str, ...], values: tuple[str, ...]) -> Checked:
    fields: dict[str, str | date] = dict(zip(further, values, strict=True))
    fields.pop(FIRST_PASSWORD, None)
    return Checked(fields=fields, tags=(), identifiers=identifiers_of(str(fields.pop("identifiers", ""))))


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Do not look for garbage while half a million things are made that all stay: it took a third of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def publish(people: Prepared, change_set_id: UUID, now: datetime) -> list[UUID]:
    """Write everything, inside the running transaction. Returns the ids of tags that were new."""
    every = {"practice_id": current_practice_id(), "status": ClientStatus.ACTIVE.value}
    same = {
        "kind": ClientKind.PRACTICE.value,
        "primary_id": None,
        "registration": Registration.NONE.value,
        "risk": "",
        "made_in_id": change_set_id,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    expect_many_rows()
    births = [born or None for born in people.clients["birth_date"]]
    insert(Client, {**every, **same}, {"id": people.ids, **people.clients, "birth_date": births})
    if people.further:
        keep_new(people.ids, people.further)
    insert(ClientWord, every, people.words)
    made = _tag(people.tags, every)
    keep(people.first_passwords, current_practice_id(), change_set_id)
    PracticeTally.objects.update(active_clients=F("active_clients") + len(people.ids))
    return made


def _tag(tags: list[tuple[str, str, str]], every: dict[str, Any]) -> list[UUID]:
    """Tag the new clients, with the practice's tags where they exist. Returns the ids of those that did not."""
    if not tags:
        return []
    keys = {name: tag_key(name) for _, _, name in tags}
    known = set(Tag.objects.values_list("id", flat=True))
    ids = tags_named(keys)
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
