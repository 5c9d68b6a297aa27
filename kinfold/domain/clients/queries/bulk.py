"""What can be asked about bulk acts: what one would do, where it stands, what became of everyone, and all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.changes.models import ChangeSet, ChangeState
from kinfold.domain.clients.bulk.acts import PERMISSIONS, Act, Choice, Chosen
from kinfold.domain.clients.bulk.carrying import sorted_out
from kinfold.domain.clients.bulk.outcomes import LEFT, Outcome
from kinfold.domain.clients.commands.bulk import change_of, changes_of
from kinfold.domain.clients.errors import ChangeMovedOn
from kinfold.domain.clients.models import ChosenClient, Client, ClientStatus, ClientTag, Tag
from kinfold.domain.clients.visibility import refuse_unless_sees_clients, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.team.models import Member

PAGE: Final = 50
MOST: Final = 200
NAMED: Final = 20
_CARRIED_OUT: Final = (ChangeState.DONE, ChangeState.UNDOING, ChangeState.UNDONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewChange:
    """An act that waits to be carried out, with what would be decided: tags, or the next therapist."""

    change_id: UUID
    tags: tuple[str, ...] = ()
    tag_ids: tuple[UUID, ...] = ()
    member_id: UUID | None = None
    unassign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenChange:
    """Which act."""

    change_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class GetAct:
    """Which one is asked about."""

    change_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ListChanges:
    """Newest first, after one act or from the beginning."""

    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A client by name."""

    id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Clients of whom the same became: how many, the words that follow that number, and some of them by name."""

    outcome: str
    words: str
    count: int
    clients: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of the clients an act can be done to are with one therapist, or have one tag. Nobody has no id."""

    id: UUID | None
    name: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePreview:
    """What an act would do: to how many, to whom not and why, and whom or what it would take them from.

    `shares` are by tag where tags are removed, and by therapist otherwise. `caseload` is how many active clients the
    next therapist has now.
    """

    id: UUID
    act: str
    chosen: int
    fit: Group
    left: tuple[Group, ...]
    shares: tuple[Share, ...]
    caseload: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSummary:
    """One act. `decided` is its tags or next therapist in words; `undo_until` is set while the asker can undo it."""

    id: UUID
    act: str
    state: str
    decided: str
    made_by_id: UUID
    made_by: str
    made_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    undone_by: str
    undo_until: datetime | None
    rows: int
    done: int
    kept: int
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeResult:
    """One act, and what became of the clients who were chosen for it."""

    summary: ChangeSummary
    groups: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePage:
    """Some acts, and after which the next page begins."""

    items: tuple[ChangeSummary, ...]
    next: UUID | None


@query(None)
def preview_change(actor: Actor, data: PreviewChange) -> ChangePreview:
    """What an act would do now. Raises ChangeMovedOn when it was carried out already."""
    change = change_of(actor, data.change_id)
    if change.state != ChangeState.PREPARED:
        raise ChangeMovedOn
    act = Act(change.kind)
    choice = Choice(tags=data.tags, tag_ids=data.tag_ids, member_id=data.member_id, unassign=data.unassign)
    rows, left = sorted_out(actor, change.id, act, choice)
    by_outcome: defaultdict[Outcome, list[UUID]] = defaultdict(list)
    for client_id, outcome in left.items():
        by_outcome[outcome].append(client_id)
    return ChangePreview(
        id=change.id,
        act=act.value,
        chosen=change.rows,
        fit=_group(actor, None, [row.client_id for row in rows]),
        left=tuple(_group(actor, outcome, by_outcome[outcome]) for outcome in LEFT if outcome in by_outcome),
        shares=_by_tag(change.id) if act is Act.REMOVE_TAGS else _by_therapist(rows),
        caseload=_caseload(actor, data.member_id) if data.member_id else None,
    )


@query(None)
def open_change(actor: Actor, data: OpenChange) -> ChangeResult:
    """One act, and what became of everyone. Raises NotFound unless it is the actor's, or they see all clients."""
    change = change_of(actor, data.change_id)
    groups = _groups(actor, change.id) if change.state in _CARRIED_OUT else ()
    return ChangeResult(summary=_summaries([change])[0], groups=tuple(groups))


@query(None)
def get_act(actor: Actor, data: GetAct) -> Act:
    """Of which kind an act is. Raises NotFound as `open_change` does."""
    return Act(change_of(actor, data.change_id).kind)


@query(None)
def list_changes(actor: Actor, data: ListChanges) -> ChangePage:
    """Bulk acts that were carried out or begun: one's own, or everybody's for those who see all clients."""
    refuse_unless_sees_clients(actor)
    if actor.permissions.isdisjoint(PERMISSIONS.values()):
        raise NotAllowed
    changes = changes_of(actor).exclude(state=ChangeState.PREPARED).order_by("-made_at", "-id")
    edge = changes.filter(pk=data.after).values_list("made_at", "id").first() if data.after else None
    if edge:
        changes = changes.filter(Q(made_at__lt=edge[0]) | Q(made_at=edge[0], id__lt=edge[1]))
    size = max(1, min(data.limit, MOST))
    found = list(changes[: size + 1])
    items = _summaries(found[:size])
    return ChangePage(items=items, next=items[-1].id if len(found) > size else None)


def _groups(actor: Actor, change_id: UUID) -> Iterator[Group]:
    chosen = ChosenClient.objects.filter(change_set_id=change_id)
    counts = dict(chosen.order_by().values_list("outcome").annotate(clients=Count("client_id")))
    for outcome in Outcome:
        if outcome in counts:
            clients = _named(visible_to(actor).filter(pk__in=_some(chosen.filter(outcome=outcome))))
            yield Group(outcome=outcome.value, words=outcome.words, count=counts[outcome], clients=clients)


def _summaries(changes: Sequence[ChangeSet]) -> tuple[ChangeSummary, ...]:
    choices = [Choice.read(change.choice) for change in changes]
    people = {change.made_by_id for change in changes} | {choice.member_id for choice in choices}
    people |= {change.undone_by_id for change in changes}
    rows = Member.objects.filter(pk__in=people - {None}).values_list("id", "first_name", "last_name")
    names = {member_id: f"{first} {last}".strip() for member_id, first, last in rows}
    tag_ids = {tag_id for choice in choices for tag_id in choice.tag_ids}
    tags = dict(Tag.objects.filter(pk__in=tag_ids).values_list("id", "name")) if tag_ids else {}
    now = clock.now()
    return tuple(
        ChangeSummary(
            id=change.id,
            act=change.kind,
            state=change.state,
            decided=_decided(choice, names, tags),
            made_by_id=change.made_by_id,
            made_by=names.get(change.made_by_id, ""),
            made_at=change.made_at,
            applied_at=change.applied_at,
            undone_at=change.undone_at,
            undone_by=names.get(change.undone_by_id, "") if change.undone_by_id else "",
            undo_until=change.undo_until if _can_undo(change, now) else None,
            rows=change.rows,
            done=change.rows_done,
            kept=change.rows_kept,
            problem=change.problem,
        )
        for change, choice in zip(changes, choices, strict=True)
    )


def _can_undo(change: ChangeSet, now: datetime) -> bool:
    return change.state == ChangeState.DONE and change.undo_until is not None and change.undo_until > now


def _decided(choice: Choice, members: Mapping[UUID, str], tags: Mapping[UUID, str]) -> str:
    if choice.member_id:
        return members.get(choice.member_id, "")
    return ", ".join((*choice.tags, *(tags[tag_id] for tag_id in choice.tag_ids if tag_id in tags)))


def _group(actor: Actor, outcome: Outcome | None, client_ids: Sequence[UUID]) -> Group:
    return Group(
        outcome=outcome.value if outcome else "",
        words=outcome.words if outcome else "",
        count=len(client_ids),
        clients=_named(visible_to(actor).filter(pk__in=client_ids[:MOST])),
    )


def _some(chosen: QuerySet[ChosenClient]) -> QuerySet[ChosenClient, UUID]:
    """The ids of some: of very many, the first by name are not looked for among all."""
    return chosen.order_by("client_id").values_list("client_id", flat=True)[:MOST]


def _named(clients: QuerySet[Client]) -> tuple[Named, ...]:
    rows = clients.order_by("sort_key", "id").values_list("id", "first_name", "last_name")[:NAMED]
    return tuple(Named(id=client_id, first_name=first, last_name=last) for client_id, first, last in rows)


def _by_therapist(rows: Sequence[Chosen]) -> tuple[Share, ...]:
    counts = Counter(row.member_id for row in rows)
    found = Member.objects.filter(pk__in=[member_id for member_id in counts if member_id])
    names = {member_id: f"{first} {last}".strip() for member_id, first, last in found.values_list(*_NAME)}
    shares = [
        Share(id=member_id, name=names[member_id] if member_id else "Unassigned", count=count)
        for member_id, count in counts.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.count, share.name)))


def _by_tag(change_id: UUID) -> tuple[Share, ...]:
    chosen = ChosenClient.objects.filter(change_set_id=change_id)
    tagged = ClientTag.objects.filter(client_id__in=chosen.values("client_id"), status=ClientStatus.ACTIVE)
    rows = tagged.order_by().values_list("tag_id", "tag__name").annotate(clients=Count("id"))
    return tuple(Share(id=row[0], name=row[1], count=row[2]) for row in sorted(rows, key=lambda row: row[1]))


def _caseload(actor: Actor, member_id: UUID) -> int:
    return visible_to(actor).filter(status=ClientStatus.ACTIVE, primary_id=member_id).count()


_NAME = ("id", "first_name", "last_name")
