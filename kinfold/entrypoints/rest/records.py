"""The API of records on their way out: planned deletions, tombstones, legal holds and the retention rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router, Schema, Status

from kinfold.domain.records.commands.deleting import KeepClients, keep_clients
from kinfold.domain.records.commands.holding import HoldRecord, LiftHold, hold_record, lift_hold
from kinfold.domain.records.commands.retention import ChangeRetention, change_retention
from kinfold.domain.records.queries.deletions import (
    GetRecordState,
    ListDeleted,
    ListPlanned,
    get_record_state,
    list_deleted,
    list_planned,
)
from kinfold.domain.records.queries.retention import GetRetention, get_retention

from .core import ApiRequest, confirmed, idempotency_key
from .team_schemas import Body

router = Router(tags=["records"])


class PlannedOut(Schema):
    """A client whose deletion is planned. While a legal hold is open, nothing happens on the day."""

    id: UUID
    name: str
    due_on: date
    reason: str
    asked_by: str
    asked_at: datetime
    held: bool


class PlannedList(Schema):
    """The next due first; `next` goes into `after`."""

    items: list[PlannedOut]
    total: int
    next: UUID | None


class DeletedOut(Schema):
    """What is left of a deleted client: the id, the name that the trail keeps, when, who wanted it and why."""

    id: UUID
    name: str
    at: datetime
    by: str
    reason: str


class DeletedList(Schema):
    """The newest first; `next` goes into `after`."""

    items: list[DeletedOut]
    total: int
    next: UUID | None


class RecordsAsked(Schema):
    """Which part of a list."""

    after: UUID | None = None
    limit: int = Field(50, ge=1, le=200)


class HoldOut(Schema):
    """One legal hold. `until` is null while it is open."""

    reason: str
    set_by: str
    since: datetime
    until: datetime | None
    lifted_by: str
    lifted_reason: str


class RecordStateOut(Schema):
    """What stands before a client's record."""

    planned: PlannedOut | None
    held: bool
    holds: list[HoldOut]


class HoldIn(Body):
    """Why."""

    reason: str


class RuleOut(Schema):
    """Years after the last contact, for adults; after coming of age, for minors; and the age at which they do."""

    adult_years: int
    minor_years: int
    majority: int


class RuleOfThenOut(Schema):
    """A rule that the practice made."""

    rule: RuleOut
    since: datetime
    until: datetime | None
    made_by: str


class RetentionOut(Schema):
    """The rule of now, and all that the practice made, the newest first."""

    rule: RuleOut
    history: list[RuleOfThenOut]


class RetentionIn(Body):
    """The new rule, and the one it was read beside."""

    adult_years: int
    minor_years: int
    majority: int
    instead_of: RuleOut


@router.get("/deletions", response=PlannedList, summary="Planned deletions")
def planned(request: ApiRequest, asked: Query[RecordsAsked]) -> dict[str, Any]:
    """Clients who are deleted on the day that the retention rule says."""
    found = list_planned(request.auth, ListPlanned(after=asked.after, limit=asked.limit))
    return {"items": found.rows, "total": found.total, "next": found.next}


@router.delete("/deletions/{uuid:client_id}", response={204: None}, summary="Take a planned deletion back")
def keep(request: ApiRequest, client_id: UUID) -> Status[None]:
    """The client stays archived."""
    keep_clients(request.auth, KeepClients(client_ids=(client_id,)), once=idempotency_key(request))
    return Status(204, None)


@router.get("/deletions/done", response=DeletedList, summary="Deleted clients")
def deleted(request: ApiRequest, asked: Query[RecordsAsked]) -> dict[str, Any]:
    """Their tombstones. Every other address answers for them as for clients who never were."""
    found = list_deleted(request.auth, ListDeleted(after=asked.after, limit=asked.limit))
    return {"items": found.rows, "total": found.total, "next": found.next}


@router.get(
    "/clients/{uuid:client_id}/record", response=RecordStateOut, summary="What stands before a record"
)
def record(request: ApiRequest, client_id: UUID) -> Any:
    """Whether its destruction is planned, and its legal holds, the newest first."""
    return get_record_state(request.auth, GetRecordState(client_id=client_id))


@router.post("/clients/{uuid:client_id}/hold", response=RecordStateOut, summary="Set a legal hold")
def hold(request: ApiRequest, client_id: UUID, body: HoldIn) -> Any:
    """The record is not destroyed until it is lifted."""
    wanted = HoldRecord(client_id=client_id, reason=body.reason)
    hold_record(request.auth, wanted, once=idempotency_key(request))
    return get_record_state(request.auth, GetRecordState(client_id=client_id))


@router.post("/clients/{uuid:client_id}/hold/lift", response=RecordStateOut, summary="Lift a legal hold")
def lift(request: ApiRequest, client_id: UUID, body: HoldIn) -> Any:
    """What was planned goes on."""
    lift_hold(request.auth, LiftHold(client_id=client_id, reason=body.reason), once=idempotency_key(request))
    return get_record_state(request.auth, GetRecordState(client_id=client_id))


@router.get("/retention", response=RetentionOut, summary="The retention rule")
def retention(request: ApiRequest) -> Any:
    """How long records are kept, now and before."""
    return get_retention(request.auth, GetRetention())


@router.put("/retention", response=RetentionOut, summary="Change the retention rule")
def change_rule(request: ApiRequest, body: RetentionIn) -> Any:
    """What is planned moves with it. `instead_of` is the rule as it was read; another one is a conflict."""
    confirmed(request)
    before = body.instead_of
    change_retention(
        request.auth,
        ChangeRetention(
            adult_years=body.adult_years,
            minor_years=body.minor_years,
            majority=body.majority,
            instead_of=(before.adult_years, before.minor_years, before.majority),
        ),
        once=idempotency_key(request),
    )
    return get_retention(request.auth, GetRetention())
