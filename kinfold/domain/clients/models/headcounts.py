"""How many clients each clinician and each tag has, kept by PostgreSQL."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.tenants import TenantRow

from .people import ClientStatus


class Headcount(TenantRow):
    """So many clients more, or fewer, of a clinician or with a tag. The sum of all of them is how many there are.

    PostgreSQL adds these itself, by triggers on the tables of clients and of their tags, in the transaction of the
    change: so nobody can forget to, and nobody waits for anybody, as they would for one row that holds the number.
    `clients.periodic` adds up what has gathered. SQLite has none and counts: it would lose its triggers whenever a
    migration makes a table anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    counted = models.UUIDField()  # a clinician, `Client.primary`, or a tag
    status = models.CharField(max_length=10, choices=ClientStatus.choices)
    clients = models.IntegerField()

    class Meta(TenantRow.Meta):
        indexes: ClassVar = [
            models.Index(fields=("practice", "counted", "status"), include=("clients",), name="headcount")
        ]
