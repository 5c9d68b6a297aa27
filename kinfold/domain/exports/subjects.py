"""What exports are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.subjects import names
from kinfold.domain.exports.models import Export


@names("export")
def export_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Exports by how many clients, or people who are pending, are in them, for those who may export."""
    if Permission.CLIENTS_EXPORT not in actor.permissions:
        return {}
    rows = Export.objects.filter(pk__in=set(ids)).values_list("id", "rows", "pending")
    return {
        export_id: f"{count:,} {'pending ' if waiting else ''}client{'' if count == 1 else 's'}"
        for export_id, count, waiting in rows
    }
