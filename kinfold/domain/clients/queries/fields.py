"""What stands in the fields of many clients, as text: for columns that are rarely shown, and for exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.fields import FIELD_BY_NAME, TEXT_FIELDS
from kinfold.domain.clients.models import ClientIdentifier, ClientTag
from kinfold.domain.clients.profile import Identifier, identifiers_text
from kinfold.domain.clients.visibility import visible_to


@dataclass(frozen=True, kw_only=True, slots=True)
class ListFieldValues:
    """Of which clients, and which fields of `fields.CLIENT_FIELDS` by name."""

    client_ids: Sequence[UUID]
    fields: tuple[str, ...]


@query(Permission.CLIENTS_PROFILE)
def list_field_values(actor: Actor, data: ListFieldValues) -> Mapping[UUID, Mapping[str, str]]:
    """The fields of these clients, as far as the actor sees the clients; "" is what is not known.

    As they would be typed: dates as YYYY-MM-DD, tags and IDs of other systems with semicolons between them.
    """
    wanted = [name for name in data.fields if name in TEXT_FIELDS]
    columns = [f"profiles__{name}" if FIELD_BY_NAME[name].further else name for name in wanted]
    rows = visible_to(actor).filter(pk__in=data.client_ids).values_list("id", *columns)
    found = {row[0]: dict(zip(wanted, map(_text, row[1:]), strict=True)) for row in rows}
    if "tags" in data.fields:
        _add(found, "tags", _tags(list(found)))
    if "identifiers" in data.fields:
        _add(found, "identifiers", _identifiers(list(found)))
    return found


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _add(found: dict[UUID, dict[str, str]], name: str, texts: Mapping[UUID, str]) -> None:
    for client_id, values in found.items():
        values[name] = texts.get(client_id, "")


def _tags(client_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    tags: defaultdict[UUID, list[str]] = defaultdict(list)
    rows = ClientTag.objects.filter(client_id__in=client_ids).order_by("tag__key")
    for client_id, name in rows.values_list("client_id", "tag__name"):
        tags[client_id].append(name)
    return {client_id: "; ".join(names) for client_id, names in tags.items()}


def _identifiers(client_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    others: defaultdict[UUID, list[Identifier]] = defaultdict(list)
    rows = ClientIdentifier.objects.filter(client_id__in=client_ids).order_by("system_key")
    for client_id, system, value in rows.values_list("client_id", "system", "value"):
        others[client_id].append(Identifier(system, value))
    return {client_id: identifiers_text(ids).replace("\n", "; ") for client_id, ids in others.items()}
