"""How many clients each therapist has now, of those whom the asker sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.clients.models import ClientStatus
from kinfold.domain.clients.visibility import refuse_unless_sees_clients, visible_to


@dataclass(frozen=True, kw_only=True, slots=True)
class CountCaseloads:
    """Of which members; None for all."""

    member_ids: tuple[UUID, ...] | None


@query(None)
def count_caseloads(actor: Actor, data: CountCaseloads) -> Mapping[UUID, int]:
    """The active clients of each of these members; whom the asker may not see is not counted (SPEC O27, 8.1)."""
    refuse_unless_sees_clients(actor)
    theirs = visible_to(actor).filter(status=ClientStatus.ACTIVE, primary__isnull=False)
    if data.member_ids is not None:
        theirs = theirs.filter(primary_id__in=data.member_ids)
    rows = theirs.order_by().values("primary_id").annotate(clients=Count("id"))
    return {row["primary_id"]: row["clients"] for row in rows}
