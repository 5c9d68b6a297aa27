"""Keeping the numbers of clients that PostgreSQL keeps few, and right (decision 0021)."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Count, QuerySet, Sum

from kinfold.domain.clients.models import Client, ClientTag, Headcount
from kinfold.domain.kernel.one_of import OneOf

_GATHERED: Final = 20  # rows of one clinician or tag


def gathered() -> list[tuple[UUID, str]]:
    """The clinicians and tags, with a status, of whom many rows have gathered."""
    rows = Headcount.objects.values("counted", "status").annotate(rows=Count("id")).order_by()
    return list(rows.filter(rows__gt=_GATHERED).values_list("counted", "status"))


def add_up(counted: UUID, status: str) -> None:
    """Let the rows of one clinician or tag be one."""
    rows = Headcount.objects.select_for_update(no_key=True).filter(counted=counted, status=status)
    clients = dict(rows.values_list("id", "clients"))
    # What came meanwhile is neither among these nor taken away.
    Headcount.objects.filter(OneOf("id", clients))._raw_delete(DEFAULT_DB_ALIAS)
    Headcount.objects.create(counted=counted, status=status, clients=sum(clients.values()))


def put_right() -> int:
    """Count everybody, and write down what the kept numbers lack. Returns how many of them were wrong.

    None should be: but part of a backup may have been put back, or rows written while triggers were off. What is kept
    and what is there are asked for in one question, so whoever changes clients meanwhile is in both or in neither.
    """
    if connection.vendor != "postgresql":
        return 0
    kept: QuerySet[Any, Any] = (
        Headcount.objects.order_by().values_list("counted", "status").annotate(clients=-Sum("clients"))
    )
    of_clinicians = Client.objects.filter(primary__isnull=False).values_list("primary_id", "status")
    of_tags = ClientTag.objects.values_list("tag_id", "status")
    there = [rows.order_by().annotate(clients=Count("id")) for rows in (of_clinicians, of_tags)]
    lacking: Counter[tuple[UUID, str]] = Counter()
    for counted, status, clients in kept.union(*there, all=True):
        lacking[counted, status] += clients
    wrong = [Headcount(counted=key[0], status=key[1], clients=more) for key, more in lacking.items() if more]
    for row in wrong:
        row.save(force_insert=True)
    return len(wrong)
