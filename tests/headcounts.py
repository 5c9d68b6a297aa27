"""The numbers of clients that PostgreSQL keeps, beside those that are there."""

from __future__ import annotations

from collections import Counter

from django.db import connection
from django.db.models import Count, Sum

from kinfold.domain.clients.models import Client, ClientTag, Headcount
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice

Numbers = Counter[tuple[object, str]]


def kept_and_counted() -> tuple[Numbers, Numbers]:
    """Of all practices, by clinician or tag and by status. On SQLite nothing is kept, so nothing is counted."""
    kept, counted = Numbers(), Numbers()
    if connection.vendor != "postgresql":
        return kept, counted
    for practice_id in Practice.objects.values_list("id", flat=True):
        with entered(practice_id):
            sums = Headcount.objects.values("counted", "status").annotate(clients=Sum("clients")).order_by()
            for who, status, clients in sums.values_list("counted", "status", "clients"):
                kept[who, status] += clients
            for rows in (
                Client.objects.filter(primary__isnull=False).values("primary_id", "status"),
                ClientTag.objects.values("tag_id", "status"),
            ):
                found = rows.annotate(rows=Count("id")).order_by()
                for *key, clients in found.values_list(*found.query.values_select, "rows"):
                    counted[tuple(key)] += clients
    return +kept, counted
