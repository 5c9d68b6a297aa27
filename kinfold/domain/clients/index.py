"""Writing what is derived from a client's name, e-mail and external ID: the sort key and the search words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kinfold.domain.kernel.many import insert
from kinfold.domain.kernel.tenancy import current_practice_id

from .keys import Word, client_keys
from .models import Client, ClientStatus, ClientTag, ClientWord

Keys = tuple[str, list[Word]]


def keys_of(fields: Mapping[str, Any]) -> Keys:
    """The sort key and the search words of a person with these fields."""
    return client_keys(fields["first_name"], fields["last_name"], fields["email"], fields["external_id"])


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
    client.sort_key = _keys(client)[0]
    return client


def index_again(client: Client) -> None:
    """After a change of name, e-mail or external ID: the words, and the sort key wherever it is kept."""
    words = _keys(client)[1]
    ClientWord.objects.filter(client_id=client.id).delete()
    ClientWord.objects.bulk_create(_rows(client, words))
    ClientTag.objects.filter(client_id=client.id).update(sort_key=client.sort_key)


def _keys(client: Client) -> Keys:
    return client_keys(client.first_name, client.last_name, client.email, client.external_id)


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
