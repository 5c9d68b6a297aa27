"""What clients and bulk acts are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.subjects import names
from kinfold.domain.audit.trail import details

from .commands.bulk import changes_of
from .models import ClientLogin, FormerClient, Tag
from .visibility import visible_to


@names("client")
def client_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Clients by name, only those the reader may see now.

    Who was merged is named like the record that stayed. Who was deleted is named as the trail keeps them, for those
    who would see all clients (SPEC 8.11).
    """
    wanted = set(ids)
    rows = visible_to(actor).filter(pk__in=wanted).values_list("id", "first_name", "last_name")
    found = {client_id: f"{first} {last}".strip() for client_id, first, last in rows}
    if missing := wanted - found.keys():
        merged = FormerClient.objects.filter(pk__in=missing, into__in=visible_to(actor).values("id"))
        leading = merged.values_list("id", "into__first_name", "into__last_name")
        found |= {client_id: f"{first} {last}".strip() for client_id, first, last in leading}
    if actor.may(Permission.CLIENTS_SEE_ALL) and (missing := wanted - found.keys()):
        found |= {client_id: body["name"] for client_id, body in details("client.deleted", missing).items()}
    return found


@names("client_login")
def client_login_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Clients and guardians who acted on a client's own page, of clients the reader may see now."""
    rows = ClientLogin.objects.filter(pk__in=set(ids), client_id__in=visible_to(actor).values("id"))
    return {
        row_id: f"{guardian}, for {first} {last}" if guardian else f"{first} {last}".strip()
        for row_id, guardian, first, last in rows.values_list(
            "id", "full_name", "client__first_name", "client__last_name"
        )
    }


@names("change")
def change_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Bulk acts by how many clients were chosen, only those the reader may open."""
    if not actor.sees_clients:
        return {}
    rows = changes_of(actor).filter(pk__in=set(ids)).values_list("id", "rows")
    return {change_id: f"{count:,} client" + ("" if count == 1 else "s") for change_id, count in rows}


@names("tag")
def tag_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Tags by name, for those who see all clients; one that was deleted has none."""
    if not actor.may(Permission.CLIENTS_SEE_ALL, Permission.CLIENTS_PROFILE):
        return {}
    return dict(Tag.objects.filter(pk__in=set(ids)).values_list("id", "name"))
