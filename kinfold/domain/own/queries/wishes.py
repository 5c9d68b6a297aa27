"""What clients want corrected, for those who may edit clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.queries.opening import record_look
from kinfold.domain.clients.visibility import level_for, visible_to
from kinfold.domain.own.models import ProfileWish, WishState, edited_since

MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ListCorrections:
    """Of one client, archived or not, or of all active ones whom the asker sees."""

    client_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A request that waits: how the record is, and how it should be. Blank and None stay as they are.

    `edited_since`: what is to be corrected was changed after they asked, so accepting it takes the `version` at which
    the two were compared. While the client is `archived` it is not answered.
    """

    id: UUID
    client_id: UUID
    version: int
    edited_since: bool
    archived: bool
    name: str
    first_name: str
    last_name: str
    birth_date: date | None
    new_first_name: str
    new_last_name: str
    new_birth_date: date | None
    why: str
    asked_by: str
    asked_at: datetime


@query(Permission.CLIENTS_CHANGE, records=True)
def list_corrections(actor: Actor, data: ListCorrections) -> tuple[Correction, ...]:
    """The requests that wait for an answer, the longest wait first; at most 100 of them.

    Those of one client are a look at that client, and recorded; all of them are a list like the list of clients.
    """
    clients = visible_to(actor)
    one = data.client_id
    clients = clients.filter(pk=one) if one else clients.filter(status=ClientStatus.ACTIVE)
    rows = ProfileWish.objects.filter(state=WishState.PENDING, client_id__in=clients.values("id"))
    rows = rows.select_related("client", "asked_by").order_by("asked_at", "id")[:MOST]
    if data.client_id is not None and rows:
        record_look(actor, data.client_id, level_for(actor, data.client_id))
    return tuple(
        Correction(
            id=wish.id,
            client_id=wish.client_id,
            version=wish.client.version,
            edited_since=edited_since(wish, wish.client),
            archived=wish.client.status == ClientStatus.ARCHIVED,
            first_name=wish.client.first_name,
            last_name=wish.client.last_name,
            name=(name := f"{wish.client.first_name} {wish.client.last_name}".strip()),
            birth_date=wish.client.birth_date,
            new_first_name=wish.first_name,
            new_last_name=wish.last_name,
            new_birth_date=wish.birth_date,
            why=wish.why,
            asked_by=wish.asked_by.full_name or name,
            asked_at=wish.asked_at,
        )
        for wish in rows
    )
