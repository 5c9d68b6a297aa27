"""The words by which clients are found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.fields import KeyField
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantKey, TenantPart

from .people import Client, ClientStatus


class ClientWord(TenantPart):
    """A word by which a client is found: of the name, the e-mail, the external ID.

    An index more than a record. `status` and `sort_key` are the client's, so that a search reads one index in one
    stretch and never the clients it does not show. `shared` is how many first letters the word has in common with the
    client's word before it: a search for a longer beginning meets each client at exactly one of their words, so
    counting them needs no DISTINCT. `shared_in_name` is the same among the words of the name alone, for those who may
    not search by anything else; other words have `keys.NOT_OF_NAME` there.
    """

    pk = models.CompositePrimaryKey("practice", "client", "word")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="words")
    word = KeyField(max_length=60)
    shared = models.PositiveSmallIntegerField()
    shared_in_name = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=ClientStatus.choices)
    sort_key = KeyField(max_length=220)

    class Meta(TenantPart.Meta):
        constraints: ClassVar = [TenantKey(field="client", name="client_word_client_tenant")]
        indexes: ClassVar = [
            models.Index(
                fields=("practice", "status", "word", "sort_key", "client", "shared", "shared_in_name"),
                name="client_word_search",
            )
        ]
