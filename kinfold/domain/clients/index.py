"""Writing what is derived from a client's names, e-mail and IDs: the sort key and the search words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kinfold.domain.kernel.many import insert
from kinfold.domain.kernel.tenancy import current_practice_id

from .keys import Word, client_keys
from .models import Client, ClientIdentifier, ClientProfile, ClientStatus, ClientTag, ClientWord

Keys = tuple[str, list[Word]]


def keys_of(fields: Mapping[str, Any], identifiers: Iterable[str] = ()) -> Keys:
    """The sort key and the search words of a person with these fields, and these IDs in other systems."""
    return client_keys(
        fields["first_name"],
        fields["last_name"],
        fields["email"],
        fields["external_id"],
        fields.get("preferred_name", ""),
        identifiers,
    )


def index_new(ids: Sequence[str], keys: Sequence[Keys]) -> None:
    """Give new active clients their search words."""
    rows = [
        (client_id, key, *word) for client_id, (key, words) in zip(ids, keys, strict=True) for word in words
    ]
    if rows:
        columns = dict(
            zip(
                ("client_id", "sort_key", "word", "shared", "shared_in_name"),
                zip(*rows, strict=True),
                strict=True,
            )
        )
        same = {"practice_id": current_practice_id(), "status": ClientStatus.ACTIVE.value}
        insert(ClientWord, same, columns)


def keyed(client: Client) -> Client:
    """Set a client's sort key from their name."""
    client.sort_key = keys_of(vars(client))[0]
    return client


def index_again(client: Client) -> None:
    """After a change of a name, the e-mail or an ID: the words, and the sort key wherever it is kept."""
    preferred = ClientProfile.objects.filter(client_id=client.id).values_list("preferred_name", flat=True)
    others = ClientIdentifier.objects.filter(client_id=client.id).values_list("value", flat=True)
    words = keys_of({**vars(client), "preferred_name": preferred.first() or ""}, list(others))[1]
    ClientWord.objects.filter(client_id=client.id).delete()
    ClientWord.objects.bulk_create(_rows(client, words))
    ClientTag.objects.filter(client_id=client.id).update(sort_key=client.sort_key)


def _rows(client: Client, words: list[Word]) -> list[ClientWord]:
    practice_id: UUID = current_practice_id()
    return [
        ClientWord(
            practice_id=practice_id,
            client_id=client.id,
            word=word.text,
            shared=word.shared,
            shared_in_name=word.shared_in_name,
            status=client.status,
            sort_key=client.sort_key,
        )
        for word in words
    ]
