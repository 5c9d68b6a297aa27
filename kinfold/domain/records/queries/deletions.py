"""What can be asked about deletions: what one would do, what is planned, and who is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.trail import details
from kinfold.domain.changes.models import ChangeState
from kinfold.domain.clients.bulk.acts import Act, Choice
from kinfold.domain.clients.bulk.carrying import sorted_out
from kinfold.domain.clients.commands.bulk import change_of
from kinfold.domain.clients.errors import ChangeMovedOn
from kinfold.domain.clients.models import Client, FormerClient, ScheduledDeletion
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.practices.queries import zone_here
from kinfold.domain.records.hanging import Link, keeping
from kinfold.domain.records.models import LegalHold
from kinfold.domain.records.retention import Rule, planned_days, rule_now

PAGE: Final = 50
MOST: Final = 200
NAMED: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewDeletion:
    """Which act of deleting that waits to be carried out."""

    change_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPlanned:
    """The next due first, after one client or from the beginning."""

    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDeleted:
    """The newest first, after one client or from the beginning."""

    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRecordState:
    """Of which client."""

    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonToGo:
    """A client who would be deleted; `due_on` is empty for who goes at once."""

    id: UUID
    name: str
    due_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletionOutlook:
    """What deleting would do: how many go at once, how many are planned, between which days, and what keeps them.

    `people` are some of both, those who go at once first.
    """

    fit: int
    at_once: int
    planned: int
    first_day: date | None
    last_day: date | None
    kept_by: tuple[str, ...]
    people: tuple[PersonToGo, ...]
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRow:
    """A client whose deletion is planned; `held` says that a legal hold stands in the way."""

    id: UUID
    name: str
    due_on: date
    reason: str
    asked_by: str
    asked_at: datetime
    held: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPage:
    """Some of them, how many there are, after whom the next page begins, and the rule."""

    rows: tuple[PlannedRow, ...]
    total: int
    next: UUID | None
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedRow:
    """A client who is gone, by the name that the trail keeps; `by` is who wanted it."""

    id: UUID
    name: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedPage:
    """Some of them, how many there are, and after whom the next page begins."""

    rows: tuple[DeletedRow, ...]
    total: int
    next: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldRow:
    """One legal hold, open or lifted."""

    reason: str
    set_by: str
    since: datetime
    until: datetime | None
    lifted_by: str
    lifted_reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordState:
    """What stands before a client's record: planned for destruction, and every legal hold, the newest first."""

    planned: PlannedRow | None
    holds: tuple[HoldRow, ...]

    @property
    def held(self) -> bool:
        """Whether a hold is open."""
        return any(hold.until is None for hold in self.holds)


@query(Permission.CLIENTS_DELETE)
def preview_deletion(actor: Actor, data: PreviewDeletion) -> DeletionOutlook:
    """What deleting the chosen clients would do now. Raises ChangeMovedOn when it was carried out already."""
    change = change_of(actor, data.change_id)
    if change.kind != Act.DELETE:
        raise NotFound
    if change.state != ChangeState.PREPARED:
        raise ChangeMovedOn
    ids = [row.client_id for row in sorted_out(actor, change.id, Act.DELETE, Choice())[0]]
    kept = keeping(ids)
    days = planned_days(list(kept), clock.today(zone_here()))
    counts: Counter[Link] = Counter()
    for theirs in kept.values():
        counts.update(theirs)
    some = [*(i for i in ids if i not in kept), *sorted(days, key=days.__getitem__)][:NAMED]
    names = _names(Client.objects.filter(pk__in=some))
    return DeletionOutlook(
        fit=len(ids),
        at_once=len(ids) - len(kept),
        planned=len(kept),
        first_day=min(days.values(), default=None),
        last_day=max(days.values(), default=None),
        kept_by=tuple(f"{n:,} {link.one if n == 1 else link.many}" for link, n in counts.items()),
        people=tuple(PersonToGo(id=i, name=names[i], due_on=days.get(i)) for i in some),
        rule=rule_now(),
    )


@query(Permission.CLIENTS_DELETE)
def list_planned(actor: Actor, data: ListPlanned) -> PlannedPage:
    """Whose deletion is planned, and when it is due."""
    plans = ScheduledDeletion.objects.filter(client_id__in=visible_to(actor).values("id"))
    total = plans.count()
    edge = plans.filter(client_id=data.after).values_list("due_on", "id").first() if data.after else None
    if edge:
        plans = plans.filter(Q(due_on__gt=edge[0]) | Q(due_on=edge[0], id__gt=edge[1]))
    size = max(1, min(data.limit, MOST))
    found = _planned(plans.order_by("due_on", "id")[: size + 1])
    return PlannedPage(
        rows=found[:size],
        total=total,
        next=found[size - 1].id if len(found) > size else None,
        rule=rule_now(),
    )


@query(Permission.CLIENTS_DELETE)
def list_deleted(actor: Actor, data: ListDeleted) -> DeletedPage:
    """Who was deleted: what their tombstones say, and the names that the trail keeps (SPEC 8.11).

    For those who see all clients, since nobody can tell any more who else saw them.
    """
    if not actor.may(Permission.CLIENTS_SEE_ALL):
        return DeletedPage(rows=(), total=0, next=None)
    gone = FormerClient.objects.filter(into__isnull=True)
    total = gone.count()
    edge = gone.filter(pk=data.after).values_list("at", "id").first() if data.after else None
    if edge:
        gone = gone.filter(Q(at__lt=edge[0]) | Q(at=edge[0], id__lt=edge[1]))
    size = max(1, min(data.limit, MOST))
    found = list(gone.order_by("-at", "-id").select_related("by")[: size + 1])
    names = deleted_names(row.id for row in found)
    rows = tuple(
        DeletedRow(
            id=row.id,
            name=names.get(row.id, ""),
            at=row.at,
            by=row.by.name if row.by else "",
            reason=row.reason,
        )
        for row in found[:size]
    )
    return DeletedPage(rows=rows, total=total, next=rows[-1].id if len(found) > size else None)


@query(Permission.CLIENTS_DELETE)
def get_record_state(actor: Actor, data: GetRecordState) -> RecordState:
    """Whether a client's record is planned for destruction or held. Raises NotFound unless the actor sees them."""
    if not visible_to(actor).filter(pk=data.client_id).exists():
        raise NotFound
    plans = _planned(ScheduledDeletion.objects.filter(client_id=data.client_id))
    holds = LegalHold.objects.filter(client_id=data.client_id).select_related("set_by", "lifted_by")
    return RecordState(
        planned=plans[0] if plans else None,
        holds=tuple(
            HoldRow(
                reason=hold.reason,
                set_by=hold.set_by.name if hold.set_by else "",
                since=hold.since,
                until=hold.until,
                lifted_by=hold.lifted_by.name if hold.lifted_by else "",
                lifted_reason=hold.lifted_reason,
            )
            for hold in holds.order_by("-since", "-id")
        ),
    )


def deleted_names(client_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The names of deleted clients, as the trail keeps them."""
    return {client_id: body["name"] for client_id, body in details("client.deleted", client_ids).items()}


def _planned(plans: QuerySet[ScheduledDeletion]) -> tuple[PlannedRow, ...]:
    found: Sequence[ScheduledDeletion] = list(plans.select_related("client", "asked_by"))
    on_hold = set(
        LegalHold.objects.filter(
            client_id__in=[plan.client_id for plan in found], until__isnull=True
        ).values_list("client_id", flat=True)
    )
    return tuple(
        PlannedRow(
            id=plan.client_id,
            name=f"{plan.client.first_name} {plan.client.last_name}".strip(),
            due_on=plan.due_on,
            reason=plan.reason,
            asked_by=plan.asked_by.name,
            asked_at=plan.asked_at,
            held=plan.client_id in on_hold,
        )
        for plan in found
    )


def _names(clients: QuerySet[Client]) -> dict[UUID, str]:
    rows = clients.values_list("id", "first_name", "last_name")
    return {client_id: f"{first} {last}".strip() for client_id, first, last in rows}
