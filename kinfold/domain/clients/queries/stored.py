"""Which clients a list holds, as a saved view or an export keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kinfold.domain.clients.queries.listing import ClientSort, ListClients
from kinfold.domain.kernel.periods import in_utc


def written(wanted: ListClients) -> dict[str, Any]:
    """A list as it is narrowed down and sorted, without a page of it. Raises InvalidInput for an impossible moment."""
    return {
        "archived": wanted.archived,
        "search": wanted.search,
        "therapist_id": str(wanted.therapist_id) if wanted.therapist_id else None,
        "unassigned": wanted.unassigned,
        "tag_ids": [str(tag_id) for tag_id in wanted.tag_ids],
        "risk": wanted.risk,
        "registration": wanted.registration,
        "created_since": _moment("created_since", wanted.created_since),
        "updated_since": _moment("updated_since", wanted.updated_since),
        "sort": wanted.sort.value,
    }


def read(stored: Mapping[str, Any]) -> ListClients:
    """As `written` wrote it."""
    therapist, created, updated = (
        stored.get(name) for name in ("therapist_id", "created_since", "updated_since")
    )
    return ListClients(
        archived=stored.get("archived", False),
        search=stored.get("search", ""),
        therapist_id=UUID(therapist) if therapist else None,
        unassigned=stored.get("unassigned", False),
        tag_ids=tuple(UUID(tag_id) for tag_id in stored.get("tag_ids", ())),
        risk=stored.get("risk", ""),
        registration=stored.get("registration", ""),
        created_since=datetime.fromisoformat(created) if created else None,
        updated_since=datetime.fromisoformat(updated) if updated else None,
        sort=ClientSort(stored.get("sort", ClientSort.NAME)),
    )


def _moment(field: str, value: datetime | None) -> str | None:
    return in_utc(field, value).isoformat() if value else None
