"""The API of the activity of a practice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Query, Router, Schema

from kinfold.domain.access.activity import ListActivity, list_activity

from .core import ApiRequest

router = Router(tags=["activity"])


class ActivityLine(Schema):
    """One act or one look. Names of what the caller may not see are empty."""

    number: int
    at: datetime
    who: str
    member_id: UUID | None
    by_token: bool
    action: str
    sentence: str
    refused: bool
    subject_kind: str
    subject_id: UUID | None
    subject_name: str


class ActivityPage(Schema):
    """Newest first; `next` goes into `before` for the next page."""

    items: list[ActivityLine]
    next: int | None


class ActivityFilter(Schema):
    """Which part of the trail."""

    before: int | None = None
    member_id: UUID | None = None
    subject_id: UUID | None = None
    limit: int = 50


@router.get("/activity", response=ActivityPage, summary="What was done and opened")
def activity(request: ApiRequest, filters: Query[ActivityFilter]) -> dict[str, object]:
    """Everybody's acts with `audit:all`, one's own with `audit:own`."""
    found = list_activity(request.auth, ListActivity(**filters.dict()))
    return {"items": found.lines, "next": found.next}
