"""Tags in place: found by their key whatever their spelling, made when they are new (SPEC U36)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.kernel.tenancy import current_practice_id

from .keys import tag_key
from .models import Client, ClientTag, Tag


def tags_named(names: Iterable[str], made_in: UUID | None = None) -> dict[str, UUID]:
    """The tags with these names by their keys. New ones are made, also when somebody else makes them just now.

    `made_in`: the bulk act for which they are made; undoing it may remove them again.
    """
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(tag_key(name), name)
    if not spelled:
        return {}
    known = _known(spelled)
    new = [
        Tag(practice_id=current_practice_id(), name=name, key=key, made_in_id=made_in)
        for key, name in spelled.items()
        if key not in known
    ]
    if new:
        Tag.objects.bulk_create(new, ignore_conflicts=True)
        known = _known(spelled)
    return known


def tag_client(client: Client, tag_ids: Iterable[UUID]) -> list[ClientTag]:
    """Rows that put tags on a client, to be written by the caller."""
    return [
        ClientTag(
            practice_id=current_practice_id(),
            client_id=client.id,
            tag_id=tag_id,
            status=client.status,
            sort_key=client.sort_key,
        )
        for tag_id in tag_ids
    ]


def _known(keys: Iterable[str]) -> dict[str, UUID]:
    return dict(Tag.objects.filter(key__in=list(keys)).values_list("key", "id"))
