"""Writing what is derived from a client's name, e-mail and external ID: the sort key and the search words."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.kernel.tenancy import current_practice_id

from .keys import Word, client_keys
from .models import Client, ClientTag, ClientWord


def index_new(clients: Iterable[Client]) -> None:
    """Give new clients, whose sort keys are set by `keyed`, their search words."""
    rows = [row for client in clients for row in _rows(client, _keys(client)[1])]
    ClientWord.objects.bulk_create(rows, batch_size=500)


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


def _keys(client: Client) -> tuple[str, list[Word]]:
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
