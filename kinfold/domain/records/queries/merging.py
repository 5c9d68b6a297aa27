"""What can be asked about merging: who is there twice, what a merge would do, and where an old id leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.models import Risk
from kinfold.domain.changes.models import ChangeState
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.fields import FIELD_BY_NAME, TEXT_FIELDS, full_label
from kinfold.domain.clients.further import kept_of
from kinfold.domain.clients.models import Client, ClientLogin, ClientStatus, FormerClient, Relationship
from kinfold.domain.clients.queries.opening import record_look
from kinfold.domain.clients.visibility import Sight, level_for, sights, sights_if_one, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.records.errors import SessionsOverlap, TooMuchTogether, WishesWait
from kinfold.domain.records.hanging import LINKS, AtMerge
from kinfold.domain.records.merging.merging import pair_of, refuse_what_cannot_be_one
from kinfold.domain.records.merging.periods import Closing, Pair, closing
from kinfold.domain.records.merging.rows import rows_of
from kinfold.domain.records.models import Merge
from kinfold.domain.team.models import Member

PAGE: Final = 25
MOST: Final = 100
_LATELY: Final = 50
# How many addresses are looked at for one page: families share one, and are not told apart before.
_ADDRESSES: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ListDuplicateGroups:
    """Groups in the order of their addresses, after that of one client or from the beginning."""

    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class ListLookalikes:
    """Of which client."""

    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewMerge:
    """The record that would stay, the one that would go, and whose therapist would go on."""

    kept_id: UUID
    gone_id: UUID
    their_therapist: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ListMerges:
    """Those that are kept: of the last 30 days, the newest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowMerged:
    """An id that is no client's any more."""

    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookalike:
    """A client who may be there twice, with what tells people apart."""

    id: UUID
    name: str
    email: str
    birth_date: date | None
    therapist: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateGroup:
    """Clients who are probably one person, and what they share."""

    shared: str
    clients: tuple[Lookalike, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicatePage:
    """Some groups, and after whose address the next page begins."""

    groups: tuple[DuplicateGroup, ...]
    next: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPair:
    """One field as the two records have it; `taken`: the other is proposed, since the one that stays is empty."""

    name: str
    label: str
    kept: str
    gone: str
    taken: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SightChange:
    """A member who sees something else afterwards: `before` says which of the two they see now."""

    member_id: UUID
    name: str
    before: str
    level: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeOutlook:
    """What a merge would do: the fields in which the two differ, what moves, and who sees more or less.

    `therapists` are those of the two, where both have one and they differ; `therapist` goes on. `risk` is the level
    that goes on where both have one, for those who see it; `sign_in_ends`: both have a login of their own, and that of
    the other opens nothing afterwards.
    """

    kept: Lookalike
    gone: Lookalike
    kept_version: int
    gone_version: int
    fields: tuple[FieldPair, ...]
    same: int
    moves: tuple[str, ...]
    therapist: str
    therapists: tuple[str, ...]
    ends: int
    risk: str
    sign_in_ends: bool
    gains: tuple[SightChange, ...]
    loses: tuple[SightChange, ...]
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeRow:
    """One merge. `undo_until` is set while it can be undone; `left` is what undoing it left with the one.

    `gone_name` is what the other record was called, "" where it has gone since.
    """

    id: UUID
    client_id: UUID
    name: str
    gone_id: UUID
    gone_name: str
    merged_at: datetime
    made_by: str
    undo_until: datetime | None
    undone_at: datetime | None
    left: tuple[str, ...]


@query(Permission.CLIENTS_MERGE)
def list_duplicate_groups(actor: Actor, data: ListDuplicateGroups) -> DuplicatePage:
    """Active clients who share the email address, and also the date of birth or the name (SPEC 8.5).

    It follows the index of addresses and stops when the page is full. Raises PlaceGone.
    """
    limit = max(1, min(data.limit, MOST))
    clients = visible_to(actor).filter(~Q(email=""), status=ClientStatus.ACTIVE)
    start = ""
    if data.after:
        after = clients.filter(pk=data.after).values_list("email", flat=True).first()
        if after is None:
            raise PlaceGone
        start = after
    groups: list[DuplicateGroup] = []
    while True:
        shared = (
            clients.filter(email__gt=start).order_by("email").values("email").annotate(people=Count("id"))
        )
        emails = [row["email"] for row in shared.filter(people__gt=1)[:_ADDRESSES]]
        by_email: defaultdict[str, list[Client]] = defaultdict(list)
        for client in clients.filter(email__in=emails).select_related("primary").order_by("created_at", "id"):
            by_email[client.email].append(client)
        for email in emails:
            found = _alike(by_email[email])
            if found and len(groups) >= limit:
                return DuplicatePage(groups=tuple(groups), next=groups[-1].clients[0].id)
            groups += found
        if len(emails) < _ADDRESSES:
            return DuplicatePage(groups=tuple(groups), next=None)
        start = emails[-1]


@query(Permission.CLIENTS_MERGE)
def list_lookalikes(actor: Actor, data: ListLookalikes) -> tuple[Lookalike, ...]:
    """Active clients who are probably the same person as one: same name, or same address, or same date of birth and
    family name.
    """
    one = visible_to(actor).filter(pk=data.client_id).first()
    if one is None:
        return ()
    family = one.sort_key.split("\x1f", maxsplit=1)[0]
    alike = Q(sort_key=one.sort_key)
    if one.email:
        alike |= Q(email=one.email)
    if one.birth_date:
        alike |= Q(birth_date=one.birth_date, sort_key__startswith=f"{family}\x1f")
    rows = visible_to(actor).filter(alike, status=ClientStatus.ACTIVE).exclude(pk=one.id)
    return tuple(map(_lookalike, rows.select_related("primary").order_by("sort_key", "id")[:PAGE]))


@query(Permission.CLIENTS_MERGE, records=True)
def preview_merge(actor: Actor, data: PreviewMerge) -> MergeOutlook:
    """What merging two records would do now. Refused as merging them would be, but for what people can put right.

    Whoever compares two face sheets has looked at both, and that is recorded.
    """
    kept, gone = pair_of(actor, data.kept_id, data.gone_id)
    for client in (kept, gone):
        record_look(actor, client.id, level_for(actor, client.id))
    pair, now = Pair(kept.id, gone.id), clock.now()
    ending = closing(pair, data.their_therapist, now)
    other = closing(pair, not data.their_therapist, now)
    names = _names({tie.member_id for tie in (ending.therapist, other.therapist) if tie})
    gains, loses = _sight_changes(pair, ending.tie_ids, now)
    fields, same = _fields(kept, gone)
    people = {client.id: client for client in Client.objects.filter(pk__in=pair).select_related("primary")}
    return MergeOutlook(
        kept=_lookalike(people[kept.id]),
        gone=_lookalike(people[gone.id]),
        kept_version=kept.version,
        gone_version=gone.version,
        fields=fields,
        same=same,
        moves=_moves(gone.id),
        therapist=names[ending.therapist.member_id] if ending.therapist else "",
        therapists=tuple(sorted(names.values())) if len(names) > 1 else (),
        ends=len(ending.ties),
        risk=_risk(pair, ending) if actor.may(Permission.CLIENTS_RISK) else "",
        sign_in_ends=any(
            isinstance(row, ClientLogin) and row.relationship == Relationship.SELF for row in ending.others
        ),
        gains=gains,
        loses=loses,
        problem=_problem(pair),
    )


@query(Permission.CLIENTS_MERGE)
def list_merges(actor: Actor, data: ListMerges) -> tuple[MergeRow, ...]:
    """The merges of the last 30 days, the newest first."""
    merges = Merge.objects.filter(kept__in=visible_to(actor).values("id")).select_related(
        "kept", "change_set"
    )
    found = list(merges.order_by("-merged_at", "-id")[:_LATELY])
    names = _names({done.change_set.made_by_id for done in found})
    undone = visible_to(actor).filter(pk__in=[done.gone_id for done in found if not done.removed])
    again = {row["id"]: row for row in undone.values("id", "first_name", "last_name")}
    now = clock.now()
    return tuple(
        MergeRow(
            id=done.id,
            client_id=done.kept_id,
            name=f"{done.kept.first_name} {done.kept.last_name}".strip(),
            gone_id=done.gone_id,
            gone_name=f"{gone['first_name']} {gone['last_name']}".strip() if gone else "",
            merged_at=done.merged_at,
            made_by=names.get(done.change_set.made_by_id, ""),
            undo_until=done.change_set.undo_until
            if done.change_set.state == ChangeState.DONE
            and done.change_set.undo_until > now
            and done.kept_id == done.kept_then_id
            and done.kept.status == ClientStatus.ACTIVE
            else None,
            undone_at=done.change_set.undone_at,
            left=tuple(done.left),
        )
        for done in found
        for gone in [done.removed[0][1] if done.removed else again.get(done.gone_id)]
    )


@query(None)
def follow_merged(actor: Actor, data: FollowMerged) -> UUID | None:
    """The record into which a client was merged, for those who see it; None for everything else."""
    if not actor.sees_clients:
        return None
    merged = FormerClient.objects.filter(pk=data.client_id, into__in=visible_to(actor).values("id"))
    return merged.values_list("into_id", flat=True).first()


def _alike(people: Iterable[Client]) -> list[DuplicateGroup]:
    """Of people with one address, those who also share the date of birth or the name, in groups."""
    groups: list[list[Client]] = []
    for client in people:
        fitting = [group for group in groups if any(_same_person(client, other) for other in group)]
        joined = [*(other for group in fitting for other in group), client]
        groups = [*(group for group in groups if group not in fitting), joined]
    return [
        DuplicateGroup(shared=_shared(group), clients=tuple(map(_lookalike, group)))
        for group in groups
        if len(group) > 1
    ]


def _same_person(one: Client, other: Client) -> bool:
    return one.sort_key == other.sort_key or (
        one.birth_date is not None and one.birth_date == other.birth_date
    )


def _shared(group: list[Client]) -> str:
    shares = ["email address"]
    if len({client.birth_date for client in group}) == 1 and group[0].birth_date:
        shares.append("date of birth")
    if len({client.sort_key for client in group}) == 1:
        shares.append("name")
    return "Same " + (", ".join(shares[:-1]) + " and " + shares[-1] if len(shares) > 1 else shares[0])


def _lookalike(client: Client) -> Lookalike:
    return Lookalike(
        id=client.id,
        name=f"{client.first_name} {client.last_name}".strip(),
        email=client.email,
        birth_date=client.birth_date,
        therapist=client.primary.name if client.primary else "",
        created_at=client.created_at,
    )


def _fields(kept: Client, gone: Client) -> tuple[tuple[FieldPair, ...], int]:
    """The fields in which the two differ, and in how many they say the same."""
    sides = [{**vars(client), **kept_of(client.id)} for client in (kept, gone)]
    pairs = []
    for name in TEXT_FIELDS:
        ours, theirs = (_text(side[name]) for side in sides)
        if ours != theirs:
            label = full_label(FIELD_BY_NAME[name])
            pairs.append(FieldPair(name=name, label=label, kept=ours, gone=theirs, taken=not ours))
    filled = sum(bool(sides[0][name]) for name in TEXT_FIELDS)
    return tuple(pairs), filled - sum(bool(pair.kept) for pair in pairs)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else value or ""


def _moves(gone_id: UUID) -> tuple[str, ...]:
    counted = [
        (link, rows_of(link, gone_id).count())
        for link in LINKS
        if link.at_merge in {AtMerge.MOVES, AtMerge.JOINS} and link.one
    ]
    return tuple(f"{count:,} {link.one if count == 1 else link.many}" for link, count in counted if count)


def _sight_changes(
    pair: Pair, ending: frozenset[UUID], now: datetime
) -> tuple[tuple[SightChange, ...], tuple[SightChange, ...]]:
    """Who sees more of the two afterwards than before, and who sees neither any more."""
    ours, theirs = (_levels(sights(client_id, now)) for client_id in pair)
    then = _levels(sights_if_one(pair, ending, now))
    names = _names({*ours, *theirs, *then})
    changes = [
        (member_id, "kept" if member_id not in theirs else "gone" if member_id not in ours else "both")
        for member_id in {*ours, *theirs}
    ]
    gains, loses = [], []
    for member_id, before in sorted(changes, key=lambda change: names[change[0]]):
        level = then.get(member_id)
        row = SightChange(
            member_id=member_id,
            name=names[member_id],
            before=before,
            level=level.name.lower() if level else "",
        )
        if level is None:
            loses.append(row)
        elif before != "both" or level > min(ours[member_id], theirs[member_id]):
            gains.append(row)
    return tuple(gains), tuple(loses)


def _levels(found: list[Sight]) -> dict[UUID, Any]:
    levels: dict[UUID, Any] = {}
    for sight in found:
        levels[sight.member_id] = max(sight.level, levels.get(sight.member_id, sight.level))
    return levels


def _names(member_ids: set[UUID]) -> dict[UUID, str]:
    return {member.id: member.name for member in Member.objects.filter(pk__in=member_ids)}


def _risk(pair: Pair, ending: Closing) -> str:
    """The level that goes on where the two are of two minds."""
    ends = [row.pk for row in ending.others if isinstance(row, Risk)]
    goes_on = Risk.objects.filter(pair.both, until__isnull=True).exclude(pk__in=ends)
    return goes_on.values_list("level", flat=True).first() or "" if ends else ""


def _problem(pair: Pair) -> str:
    try:
        refuse_what_cannot_be_one(pair)
    except (SessionsOverlap, TooMuchTogether, WishesWait) as refused:
        return refused.message
    return ""
