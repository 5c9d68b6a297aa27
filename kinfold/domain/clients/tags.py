"""Tags in place: found by their key whatever their spelling, made when they are new (SPEC U36)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.many import insert, ordered_ids
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.team.granting import hold_team

from .keys import tag_key
from .models import Client, ClientStatus, ClientTag, Tag

# Tags are for grouping; with more of them than this, something else was put there.
MOST_OF_A_PRACTICE: Final = 10_000
TOO_MANY: Final = (
    f"A practice has at most {MOST_OF_A_PRACTICE:,} tags: there is no room for new ones. Use those you have."
)


def tags_named(names: Iterable[str], made_in: UUID | None = None) -> dict[str, UUID]:
    """The tags with these names by their keys. New ones are made, one after another in a practice.

    `made_in`: the bulk act for which they are made; undoing it may remove them again. Raises InvalidInput when the
    practice would have too many.
    """
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(tag_key(name), name)
    if not spelled:
        return {}
    known = _known(spelled)
    if len(known) < len(spelled):
        hold_team()  # as whoever tidies tags does: neither makes what the other makes just now
        known = _known(spelled)
    new = [
        Tag(practice_id=current_practice_id(), name=name, key=key, made_in_id=made_in)
        for key, name in spelled.items()
        if key not in known
    ]
    if new:
        _refuse_too_many(len(new))
        Tag.objects.bulk_create(new)
        known |= {tag.key: tag.id for tag in new}
    return known


def tag_keys() -> frozenset[str]:
    """The keys of all the practice's tags."""
    return frozenset(Tag.objects.values_list("key", flat=True))


def _refuse_too_many(more: int) -> None:
    if Tag.objects.count() + more > MOST_OF_A_PRACTICE:
        raise InvalidInput([Problem("tags", TOO_MANY)], TOO_MANY)


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


def tag_new(tagged: Sequence[tuple[str, str, UUID]]) -> None:
    """Put tags on new active clients: each row is a client's id, their sort key and a tag's id."""
    if tagged:
        client_ids, keys, tag_ids = zip(*tagged, strict=True)
        insert(
            ClientTag,
            {"practice_id": current_practice_id(), "status": ClientStatus.ACTIVE.value},
            {
                "id": ordered_ids(len(tagged)),
                "client_id": client_ids,
                "sort_key": keys,
                "tag_id": [str(tag_id) for tag_id in tag_ids],
            },
        )


def _known(keys: Collection[str]) -> dict[str, UUID]:
    return dict(_tags_with(len(keys), **{f"k{place}": key for place, key in enumerate(keys)}))


@prepared
def _tags_with(_count: int, **keys: str) -> QuerySet[Tag, Any]:
    return Tag.objects.filter(key__in=list(keys.values())).values_list("key", "id")
