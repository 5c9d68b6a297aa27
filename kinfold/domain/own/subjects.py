"""What the wishes of clients are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit.subjects import names
from kinfold.domain.clients.visibility import visible_to

from .models import ProfileWish


@names("profile_wish")
def wish_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Wishes by the client whose record they are about, only of clients the reader may see now."""
    rows = ProfileWish.objects.filter(pk__in=set(ids), client_id__in=visible_to(actor).values("id"))
    return {
        wish_id: f"{first} {last}".strip()
        for wish_id, first, last in rows.values_list("id", "client__first_name", "client__last_name")
    }
