"""Rows as a merge keeps them: what went, what moved and what it said, what ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from kinfold.domain.records.hanging import Link

# What a row repeats of its client, and so differs by itself when it changes hands.
_OF_THE_CLIENT = frozenset({"sort_key", "status"})

Written = list[Any]


def written(row: Model) -> Written:
    """A row as JSON can hold it: its table, and its values by column."""
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.column
    }
    return [row._meta.label, json.loads(json.dumps(values, default=_plain))]


def _plain(value: Any) -> str:
    """To the microsecond, where Django's own encoder would cut moments off."""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def read(kept: Written) -> Model:
    """The row that `written` wrote."""
    model = apps.get_model(kept[0])
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields if field.column}
    values = {name: fields[name].to_python(value) for name, value in kept[1].items() if name in fields}
    row: Model = model(**values)
    return row


def still_fits(row: Model, besides: UUID) -> bool:
    """Whether everything that a row links to is still there; `besides` is about to be."""
    for field in row._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.name != "practice":
            linked = getattr(row, field.attname)
            if (
                linked not in {None, besides}
                and not field.remote_field.model._default_manager.filter(pk=linked).exists()
            ):
                return False
    return True


def identity(link: Link, row: Model) -> str:
    """What tells a row from the others of its client."""
    return str(getattr(row, link.like or "pk"))


def digest(link: Link, row: Model) -> str:
    """What a row says, besides whose it is."""
    client = row._meta.get_field(link.path).attname  # type: ignore[union-attr]
    said = {
        k: v for k, v in written(row)[1].items() if k != client and not (link.like and k in _OF_THE_CLIENT)
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def rows_of(link: Link, client_id: UUID) -> QuerySet[Any]:
    """The rows of one client."""
    return link.rows([client_id])


def hand_over(link: Link, rows: Iterable[Any], to: UUID) -> Iterator[Any]:
    """Give rows to another client. Where the client is part of a row's key, a row like it takes its place."""
    client = link.model._meta.get_field(link.path).attname
    for row in rows:
        if isinstance(row.pk, tuple):
            link.model.objects.filter(pk=row.pk).delete()
            setattr(row, client, to)
            link.model.objects.bulk_create([row])
        else:
            link.model.objects.filter(pk=row.pk).update(**{client: to})
            setattr(row, client, to)
        yield row
