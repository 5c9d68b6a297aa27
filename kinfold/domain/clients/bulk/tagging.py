"""Adding tags to many clients, and removing them (SPEC U21, U36)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.bulk.acts import Left, Work, archived_already
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.models import Client, ClientStatus, ClientTag, MovedTag, Tag
from kinfold.domain.clients.profile import MOST_TAGS
from kinfold.domain.clients.tags import tags_named
from kinfold.domain.kernel.many import blocks, insert, ordered_ids

Pairs = list[tuple[UUID, UUID]]  # client and tag


def tagged_already(work: Work) -> Left:
    """Archived clients, those who have all the tags, and those who would have too many."""
    left = archived_already(work)
    if not work.choice.tags:
        return left
    wanted = {tag_key(name) for name in work.choice.tags}
    had: defaultdict[UUID, set[str]] = defaultdict(set)
    for client_id, key in _tags_of(work).values_list("client_id", "tag__key"):
        had[client_id].add(key)
    for row in work.rows:
        keys = had[row.client_id]
        if wanted <= keys:
            left.setdefault(row.client_id, Outcome.TAGGED)
        elif len(keys | wanted) > MOST_TAGS:
            left.setdefault(row.client_id, Outcome.TOO_MANY_TAGS)
    return left


def add_tags(work: Work) -> list[Event]:
    """Put on each client the tags they do not have yet; tags that do not exist are made."""
    tag_ids = tags_named(work.choice.tags, made_in=work.change_id).values()
    had = set(_pairs(work, tag_ids))
    every = ((row.client_id, tag_id) for row in work.rows for tag_id in tag_ids)
    missing = [pair for pair in every if pair not in had]
    _tag(work, missing)
    _note(work, missing)
    return _changed(work)


def undo_adding(work: Work) -> list[Event]:
    """Take off the tags that were put on. A tag that was made for it and that nobody has goes as well."""
    moved = MovedTag.objects.filter(
        change_set_id=work.change_id, client_id=OuterRef("client_id"), tag_id=OuterRef("tag_id")
    )
    for ids in blocks(work.ids):
        ClientTag.objects.filter(Exists(moved), client_id__in=ids).delete()
    made = Tag.objects.filter(made_in_id=work.change_id)
    for used in (ClientTag.objects.all(), MovedTag.objects.exclude(change_set_id=work.change_id)):
        made = made.exclude(pk__in=used.values("tag_id"))
    made.delete()
    return _changed(work)


def not_tagged(work: Work) -> Left:
    """Archived clients, and those who have none of the tags."""
    left = archived_already(work)
    if work.choice.tag_ids:
        tagged = _tags_of(work).filter(tag_id__in=work.choice.tag_ids)
        having = set(tagged.values_list("client_id", flat=True))
        for row in work.rows:
            if row.client_id not in having:
                left.setdefault(row.client_id, Outcome.NOT_TAGGED)
    return left


def remove_tags(work: Work) -> list[Event]:
    """Take off each client those of the tags that they have."""
    _note(work, _pairs(work, work.choice.tag_ids))
    for ids in blocks(work.ids):
        ClientTag.objects.filter(client_id__in=ids, tag_id__in=work.choice.tag_ids).delete()
    return _changed(work)


def undo_removing(work: Work) -> list[Event]:
    """Put the tags back on those who had them."""
    back = set(work.ids)
    moved = MovedTag.objects.filter(change_set_id=work.change_id).values_list("client_id", "tag_id")
    _tag(work, [pair for pair in moved if pair[0] in back])
    return _changed(work)


def _tags_of(work: Work) -> QuerySet[ClientTag]:
    return ClientTag.objects.filter(client_id__in=work.chosen.values("client_id"))


def _pairs(work: Work, tag_ids: Collection[UUID]) -> Pairs:
    """Which clients at work have which of these tags."""
    found: Pairs = []
    for ids in blocks(work.ids):
        tagged = ClientTag.objects.filter(client_id__in=ids, tag_id__in=tag_ids)
        found += tagged.values_list("client_id", "tag_id")
    return found


def _tag(work: Work, pairs: Pairs) -> None:
    if not pairs:
        return
    keys: dict[UUID, str] = {}
    for ids in blocks(work.ids):
        keys.update(Client.objects.filter(pk__in=ids).values_list("id", "sort_key"))
    insert(
        ClientTag,
        {"practice_id": work.actor.practice_id, "status": ClientStatus.ACTIVE.value},
        {
            "id": ordered_ids(len(pairs)),
            **_columns(pairs),
            "sort_key": [keys[client_id] for client_id, _ in pairs],
        },
    )


def _note(work: Work, pairs: Pairs) -> None:
    """Keep which tags were moved, for undoing it."""
    if pairs:
        same = {"practice_id": work.actor.practice_id, "change_set_id": work.change_id}
        insert(MovedTag, same, _columns(pairs))


def _columns(pairs: Pairs) -> dict[str, Any]:
    return {
        "client_id": [str(client_id) for client_id, _ in pairs],
        "tag_id": [str(tag_id) for _, tag_id in pairs],
    }


def _changed(work: Work) -> list[Event]:
    work.write()
    return [
        Event("client.changed", ("client", row.client_id), fields=("tags",), detail=work.detail())
        for row in work.rows
    ]
