"""What can be asked about members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of_member
from kinfold.domain.identity import registration_codes
from kinfold.domain.identity.queries import last_seen
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds, holds_or_will
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.team.granting import allowed_by, is_admin_role
from kinfold.domain.team.models import Member, MemberRole, Supervision
from kinfold.domain.team.moving import MemberAct, acts_on
from kinfold.domain.team.queries.listing import (
    Page,
    TeamCounts,
    TeamView,
    Window,
    by_moment,
    cut,
    found_in,
    matching,
    ordered,
    team_counts,
)
from kinfold.domain.team.queries.profile import StatusRow, statuses_of
from kinfold.domain.team.registration import KIND
from kinfold.domain.team.statuses import LADDER, allowed_now, status_now
from kinfold.domain.team.supervising import without_supervisor


@dataclass(frozen=True, kw_only=True, slots=True)
class ListMembers:
    """Which members: a view (not Pending), words, a role, a status, a supervisor; which part of them in what order.

    `supervised` is "missing" for those who need a supervisor and have none. `only` are the members among whom to look,
    for what other packages know of them, and `ranks` is an order of theirs, by any name. Otherwise sorted by "name",
    "status", "roles", "supervisor", "email", "joined" or "seen"; "-" in front for the other way round.
    """

    view: TeamView = TeamView.ACTIVE
    search: str = ""
    role_id: UUID | None = None
    status: str = ""
    supervisor_id: UUID | None = None
    supervised: str = ""
    only: frozenset[UUID] | None = None
    ranks: Mapping[UUID, int] | None = None
    sort: str = "name"
    window: Window = field(default_factory=Window)


@dataclass(frozen=True, kw_only=True, slots=True)
class SupervisionRow:
    """One period of supervision that holds or is planned, seen from one side: `member_id` and `name` are the other."""

    id: UUID
    member_id: UUID
    name: str
    kind: str
    since: datetime
    until: datetime | None
    begun: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRow:
    """One member as the team list shows them. `supervisors` are those of now; `acts` is what the asker may do here.

    Whoever is not `registered` has no login; then `code_until` is when their registration code ends or ended, if one
    was made.
    """

    id: UUID
    name: str
    first_name: str
    last_name: str
    email: str
    state: str
    hold_until: datetime | None
    role_ids: tuple[UUID, ...]
    roles: tuple[str, ...]
    supervisors: tuple[SupervisionRow, ...]
    needs_supervisor: bool
    acts: tuple[MemberAct, ...]
    registered: bool
    code_until: datetime | None
    joined_at: datetime
    last_seen_at: datetime | None
    exceptions: int
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamPage:
    """One page of members, the counts of all three views, and how many lack a supervisor they need."""

    counts: TeamCounts
    page: Page[MemberRow]
    without_supervisor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GetMember:
    """Which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberCard:
    """One member, what statuses they had, who supervises them and whom they supervise, now and planned."""

    member: MemberRow
    statuses: tuple[StatusRow, ...]
    supervisors: tuple[SupervisionRow, ...]
    supervisees: tuple[SupervisionRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListNames:
    """Whose names: of those who can be given clients now, of those who can be made supervisors, or everybody's."""

    supervisors: bool = False
    everyone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberName:
    """A member as pickers offer them."""

    id: UUID
    name: str


class _Held(NamedTuple):
    """What a member's roles say about them."""

    ids: tuple[UUID, ...]
    names: tuple[str, ...]
    allows: tuple[frozenset[Permission], ...]
    is_admin: bool


class _Found(NamedTuple):
    """As much of a member as everybody in a view is read for, to be chosen and put in order."""

    id: UUID
    sort_key: str
    first_name: str
    last_name: str
    email: str
    state: str
    hold_until: datetime | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class _More(NamedTuple):
    """What is read of those who are shown, and for the orders that go by it."""

    joined_at: datetime
    login_id: UUID | None
    overrides: Mapping[str, bool]
    version: int


_NEVER = datetime(1900, 1, 1, tzinfo=UTC)
_LADDER_ORDER = {status.value: place for place, status in enumerate(LADDER)}
_NO_ROLES = _Held((), (), allows=(), is_admin=False)


@query(Permission.MEMBERS_READ)
def list_members(actor: Actor, data: ListMembers) -> TeamPage:
    """The Active or the Archived view of the team, found by the beginnings of words (SPEC 4, U05–U07)."""
    lacking = without_supervisor(clock.now())
    found = _members(Q(ended_at__isnull=True, status__in=found_in(data.view)) & _asked_for(data, lacking))
    found = [
        one for one in found if data.status in ("", one.state) and (data.only is None or one.id in data.only)
    ]
    found = ordered(matching(found, data.search), data.sort, _orders(data, found, lacking))
    page = cut(found, data.window)
    return TeamPage(
        counts=team_counts(),
        page=page.of(_rows(actor, page.rows, lacking)),
        without_supervisor=len(lacking),
    )


@query(Permission.MEMBERS_READ)
def get_member(actor: Actor, data: GetMember) -> MemberCard:
    """One member: their roles and their supervision. Raises NotFound for anybody else's."""
    found = _members(Q(pk=data.member_id))
    if not found:
        raise NotFound
    (row,) = _rows(actor, found, without_supervisor(clock.now()))
    periods = Supervision.objects.filter(holds_or_will(clock.now())).order_by("kind", "since", "id")
    return MemberCard(
        member=row,
        statuses=statuses_of(row.id),
        supervisors=tuple(_seen_from(periods.filter(supervisee_id=row.id), "supervisor")),
        supervisees=tuple(_seen_from(periods.filter(supervisor_id=row.id), "supervisee")),
    )


@query(Permission.MEMBERS_NAMES)
def list_names(actor: Actor, data: ListNames) -> tuple[MemberName, ...]:
    """Names for pickers, in name order: whose status takes clients, and whose role sees clients, or may supervise.

    Everybody's includes those who left, for questions about the past.
    """
    if data.everyone:
        return _choices(Member.objects.all())
    able = Q(role__may_supervise=True) if data.supervisors else Q(role__clinical=True)
    now = clock.now()
    rows = Member.objects.filter(
        allowed_now(lambda standing: standing.takes_clients, now),
        pk__in=MemberRole.objects.filter(able, holds(now)).values("member"),
        ended_at__isnull=True,
    )
    return _choices(rows)


def _choices(rows: QuerySet[Member]) -> tuple[MemberName, ...]:
    return tuple(
        MemberName(id=member_id, name=f"{first} {last}".strip())
        for member_id, first, last in rows.order_by("sort_key", "id").values_list(
            "id", "first_name", "last_name"
        )
    )


def _asked_for(data: ListMembers, lacking: frozenset[UUID]) -> Q:
    """The members with the role and the supervisor that are asked for."""
    now = clock.now()
    wanted = Q()
    if data.role_id is not None:
        wanted &= Q(pk__in=MemberRole.objects.filter(holds(now), role_id=data.role_id).values("member"))
    if data.supervisor_id is not None:
        theirs = Supervision.objects.filter(holds(now), supervisor_id=data.supervisor_id)
        wanted &= Q(pk__in=theirs.values("supervisee"))
    if data.supervised == "missing":
        wanted &= Q(pk__in=lacking)
    return wanted


def _orders(
    data: ListMembers, found: Sequence[_Found], lacking: frozenset[UUID]
) -> dict[str, Callable[[_Found], Any]]:
    """The orders of the list; where rows are alike in one, their names decide. What an order needs is read for it."""
    orders: dict[str, Callable[[_Found], Any]] = {
        "name": _by_name,
        "status": lambda row: (_LADDER_ORDER[row.state], _by_name(row)),
        "email": lambda row: (row.email, row.id),
    }
    match by := data.sort.removeprefix("-"):
        case "roles":
            roles = _roles_of(row.id for row in found)
            orders[by] = lambda row: (sort_key(*roles.get(row.id, _NO_ROLES).names), _by_name(row))
        case "supervisor":
            supervisors = supervisors_of(holds(clock.now()), Q(pk__in=[row.id for row in found]))
            # Nobody to be found comes after everybody, and who needs somebody before who does not.
            orders[by] = lambda row: (
                row.id not in supervisors,
                [sort_key(one.name) for one in supervisors.get(row.id, ())],
                row.id not in lacking,
                _by_name(row),
            )
        case "joined":
            more = _more_about(row.id for row in found)
            orders[by] = lambda row: by_moment(more[row.id].joined_at, row.id)
        case "seen":
            seen = _last_seen(_more_about(row.id for row in found))
            orders[by] = lambda row: by_moment(seen.get(row.id, _NEVER), row.id)
    if (ranks := data.ranks) is not None:
        orders[by] = lambda row: (ranks.get(row.id, 0), _by_name(row))
    return orders


def _by_name(row: _Found) -> tuple[str, UUID]:
    return row.sort_key, row.id


def _members(which: Q) -> list[_Found]:
    """Members in one query, each with the status that holds now."""
    rows = (
        Member.objects.filter(which)
        .annotate(address=Coalesce(F("login__email"), F("email")))  # people change it with their login
        .values_list("id", "sort_key", "first_name", "last_name", "address", "status", "hold_until")
    )
    now = clock.now()
    return [
        _Found(
            id=member_id,
            sort_key=key,
            first_name=first,
            last_name=last,
            email=address,
            state=status_now(status, until, now).value,
            hold_until=until if until and until > now else None,
        )
        for member_id, key, first, last, address, status, until in rows
    ]


def _rows(actor: Actor, found: Sequence[_Found], lacking: frozenset[UUID]) -> tuple[MemberRow, ...]:
    """Members as they are shown: with their roles, their supervisors, when they were last here and what the actor may
    do, in six queries, or seven when some are not registered."""
    shown = [one.id for one in found]
    more = _more_about(shown)
    roles = _roles_of(shown)
    supervisors = supervisors_of(holds(clock.now()), Q(pk__in=shown))
    seen = _last_seen(more)
    waiting = [member_id for member_id in shown if more[member_id].login_id is None]
    codes = registration_codes.expiries(KIND, waiting) if waiting else {}
    now = clock.now()
    return tuple(
        MemberRow(
            id=one.id,
            name=one.name,
            first_name=one.first_name,
            last_name=one.last_name,
            email=one.email,
            state=one.state,
            hold_until=one.hold_until,
            role_ids=(held := roles.get(one.id, _NO_ROLES)).ids,
            roles=held.names,
            supervisors=tuple(supervisors.get(one.id, ())),
            needs_supervisor=one.id in lacking,
            acts=acts_on(
                actor,
                one.id,
                status_now(one.state, one.hold_until, now),
                permissions_of_member(held.allows, more[one.id].overrides),
                is_admin=held.is_admin,
            ),
            registered=more[one.id].login_id is not None,
            code_until=codes.get(one.id),
            joined_at=more[one.id].joined_at,
            last_seen_at=seen.get(one.id),
            exceptions=len(more[one.id].overrides),
            version=more[one.id].version,
        )
        for one in found
    )


def _more_about(member_ids: Iterable[UUID]) -> Mapping[UUID, _More]:
    rows = Member.objects.filter(pk__in=list(member_ids))
    return {row[0]: _More(*row[1:]) for row in rows.values_list("id", *_More._fields)}


def _last_seen(members: Mapping[UUID, _More]) -> Mapping[UUID, datetime]:
    """When each of them was last at work; those who never were are left out."""
    by_login = {more.login_id: member_id for member_id, more in members.items() if more.login_id}
    return {by_login[login_id]: at for login_id, at in last_seen(by_login).items()}


def _roles_of(member_ids: Iterable[UUID]) -> Mapping[UUID, _Held]:
    rows = MemberRole.objects.filter(holds(clock.now()), member_id__in=list(member_ids)).order_by(
        "role__position", "role__name_key"
    )
    held: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for member_id, role_id in rows.values_list("member_id", "role_id"):
        held[member_id].append(role_id)
    roles = {role.id: (role, allowed_by(role), is_admin_role(role)) for role in Role.objects.all()}
    return {member_id: _summed([roles[role_id] for role_id in ids]) for member_id, ids in held.items()}


def _summed(held: Sequence[tuple[Role, frozenset[Permission], bool]]) -> _Held:
    return _Held(
        tuple(role.id for role, _, _ in held),
        tuple(role.name for role, _, _ in held),
        allows=tuple(allows for _, allows, _ in held),
        is_admin=any(admin for _, _, admin in held),
    )


def supervisors_of(when: Q, which: Q) -> Mapping[UUID, list[SupervisionRow]]:
    """The supervision of members, as far as its periods fit, by supervisee; the primary one first."""
    periods = Supervision.objects.filter(when, supervisee__in=Member.objects.filter(which))
    pairs = periods.order_by("kind", "since", "id").values_list("supervisee_id", *_fields("supervisor"))
    found: defaultdict[UUID, list[SupervisionRow]] = defaultdict(list)
    for supervisee_id, *row in pairs:
        found[supervisee_id].append(_supervision_row(*row))
    return found


def _seen_from(periods: QuerySet[Supervision], other: str) -> list[SupervisionRow]:
    return [_supervision_row(*row) for row in periods.values_list(*_fields(other))]


def _fields(other: str) -> tuple[str, ...]:
    """What a row is made of, in this order, seen from one side."""
    return ("id", f"{other}_id", f"{other}__first_name", f"{other}__last_name", "kind", "since", "until")


def _supervision_row(
    supervision_id: UUID,
    member_id: UUID,
    first: str,
    last: str,
    kind: str,
    since: datetime,
    until: datetime | None,
) -> SupervisionRow:
    return SupervisionRow(
        id=supervision_id,
        member_id=member_id,
        name=f"{first} {last}".strip(),
        kind=kind,
        since=since,
        until=until,
        begun=since <= clock.now(),
    )
