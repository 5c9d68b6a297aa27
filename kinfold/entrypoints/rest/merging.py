"""The API of duplicates: who may be there twice, what a merge would do, merging, and undoing it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router, Schema, Status

from kinfold.domain.records.commands.merging import MergeClients, UndoMerge, merge_clients, undo_merge
from kinfold.domain.records.queries.merging import (
    ListDuplicateGroups,
    ListMerges,
    PreviewMerge,
    list_duplicate_groups,
    list_merges,
    preview_merge,
)

from .core import ApiRequest, confirmed, idempotency_key
from .team_schemas import Body, Made

router = Router(tags=["records"])


class LookalikeOut(Schema):
    """A client who may be there twice."""

    id: UUID
    name: str
    email: str
    birth_date: date | None
    therapist: str
    created_at: datetime


class DuplicateGroupOut(Schema):
    """Clients who are probably one person, and what they share."""

    shared: str
    clients: list[LookalikeOut]


class DuplicateGroups(Schema):
    """In the order of their addresses; `next` goes into `after`."""

    items: list[DuplicateGroupOut]
    next: UUID | None


class DuplicatesAsked(Schema):
    """Which part of the list."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class MergeAsked(Body):
    """Which record would go, and whether its therapist goes on where both have one."""

    other_id: UUID
    their_therapist: bool = False


class MergeIn(MergeAsked):
    """The versions of both as they were read, and the fields that the other record decides."""

    version: int
    other_version: int
    taken: list[str] = []


class FieldPairOut(Schema):
    """One field as the two have it. `taken`: the other one is proposed, since this one is empty."""

    name: str
    label: str
    kept: str
    gone: str
    taken: bool


class SightChangeOut(Schema):
    """A member who sees more, or nothing any more; `before` says of which of the two they see something now."""

    member_id: UUID
    name: str
    before: str
    level: str


class MergeOutlookOut(Schema):
    """What a merge would do. While there is a `problem`, it is refused."""

    kept: LookalikeOut
    gone: LookalikeOut
    kept_version: int
    gone_version: int
    fields: list[FieldPairOut]
    moves: list[str]
    therapist: str
    therapists: list[str]
    risk: str
    sign_in_ends: bool
    gains: list[SightChangeOut]
    loses: list[SightChangeOut]
    problem: str


class MergeOut(Schema):
    """One merge. `undo_until` is set while it can be undone; `left` is what undoing it left with the one record."""

    id: UUID
    client_id: UUID
    name: str
    gone_id: UUID
    gone_name: str
    merged_at: datetime
    made_by: str
    undo_until: datetime | None
    undone_at: datetime | None
    left: list[str]


class MergeList(Schema):
    """Those of the last 30 days, the newest first."""

    items: list[MergeOut]


@router.get("/clients/duplicate-groups", response=DuplicateGroups, summary="Possible duplicates")
def duplicates(request: ApiRequest, asked: Query[DuplicatesAsked]) -> dict[str, Any]:
    """Active clients who share the email address, and also the date of birth or the name."""
    found = list_duplicate_groups(request.auth, ListDuplicateGroups(after=asked.after, limit=asked.limit))
    return {"items": found.groups, "next": found.next}


@router.post("/clients/{uuid:client_id}/merge/preview", response=MergeOutlookOut, summary="Preview a merge")
def preview(request: ApiRequest, client_id: UUID, body: MergeAsked) -> Any:
    """The fields in which the two differ, what moves, and who sees more or less."""
    asked = PreviewMerge(kept_id=client_id, gone_id=body.other_id, their_therapist=body.their_therapist)
    return preview_merge(request.auth, asked)


@router.post(
    "/clients/{uuid:client_id}/merge", response={201: Made}, summary="Merge another record into this one"
)
def merge(request: ApiRequest, client_id: UUID, body: MergeIn) -> Status[dict[str, Any]]:
    """Answers with the id of the merge, for undoing it. From then on the other id answers with 308 and this address."""
    confirmed(request)
    wanted = MergeClients(
        kept_id=client_id,
        gone_id=body.other_id,
        kept_version=body.version,
        gone_version=body.other_version,
        taken=tuple(body.taken),
        their_therapist=body.their_therapist,
    )
    return Status(201, {"id": merge_clients(request.auth, wanted, once=idempotency_key(request))})


@router.get("/merges", response=MergeList, summary="Merges")
def merges(request: ApiRequest) -> dict[str, Any]:
    """Those that can be undone, and those that were."""
    return {"items": list_merges(request.auth, ListMerges())}


@router.post("/merges/{uuid:merge_id}/undo", response={204: None}, summary="Undo a merge")
def undo(request: ApiRequest, merge_id: UUID) -> Status[None]:
    """Within 30 days. What was changed since stays with the one record, and is listed under the merge."""
    confirmed(request)
    undo_merge(request.auth, UndoMerge(merge_id=merge_id), once=idempotency_key(request))
    return Status(204, None)
