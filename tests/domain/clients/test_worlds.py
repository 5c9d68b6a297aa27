"""In any world that could be, one answer: a client opens, stands in the list and has a ground, or none of the three.

Hypothesis makes two practices with members, roles, ties, supervisions and overrides that begin and end when they like,
and roles that were something else before, and asks as each member, now and at past moments (RELIABILITY 1.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role, RoleDefinition
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.counting import SeenClients, Sightlines
from kinfold.domain.clients.index import index_new, keyed, keys_of
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, AssignmentKind, Client
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.queries.listing import ListClients, list_clients
from kinfold.domain.clients.queries.opening import OpenClient, open_client
from kinfold.domain.clients.queries.reach import (
    AccessOfMember,
    ClientsVisibleAt,
    access_of_member,
    clients_visible_at,
)
from kinfold.domain.clients.ties import KIND_OF_CLIENT
from kinfold.domain.clients.visibility import (
    Level,
    Viewer,
    charts_open_to,
    level_for,
    sights,
    viewers,
    visible_for,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally, Switch, SwitchPeriod
from kinfold.domain.team.models import (
    Member,
    MemberOverride,
    MemberRole,
    MemberStatus,
    MemberStatusPeriod,
    Supervision,
)
from tests.domain.clients.steps import undone
from tests.personas import Cast, CastPractice

NOW = datetime(2026, 11, 22, 12, tzinfo=clock.now().tzinfo)
# Everything begins and ends on one of seven days; the last is now.
DAYS = tuple(NOW - timedelta(days=n) for n in range(6, -1, -1))
ROLES = (
    "administrator",
    "client-administrator",
    "billing-administrator",
    "supervisor",
    "intern",
    "licensed-therapist",
)
MEMBERS = CLIENTS = 4
OVERRIDDEN = (
    Permission.CLIENTS_SEE_ALL,
    Permission.CLIENTS_SEE_OWN,
    Permission.CLIENTS_SEE_SUPERVISED,
    Permission.CLIENTS_PROFILE,
)
LOOKING = (Permission.CLIENTS_PROFILE, Permission.CLIENTS_CHART)
# What roles said before they were changed.
FORMER: tuple[tuple[str, dict[str, bool]], ...] = (
    ("administrator", {}),
    ("practitioner", {}),
    ("nothing", {"clients:see-all": True}),
    ("supervisor", {"clients:see-own": False}),
)

day = st.integers(0, len(DAYS) - 1)
who = st.integers(0, MEMBERS - 1)


@dataclass(frozen=True)
class Period:
    """Two people or things that belong together from one day until another, or until further notice."""

    one: int
    other: int
    since: int
    length: int | None
    kind: int = 0

    @property
    def begins(self) -> datetime:
        return DAYS[self.since]

    @property
    def ends(self) -> datetime | None:
        if self.length is None:
            return None
        return DAYS[self.since] + timedelta(days=self.length)


def periods(other: st.SearchStrategy[int], *, past_only: bool = False) -> st.SearchStrategy[list[Period]]:
    """Some periods; `past_only` are those that commands make, which begin and end at the moment of the act."""

    def possible(period: Period) -> bool:
        return not past_only or period.length is None or period.since + period.length < len(DAYS)

    length = st.none() | st.integers(0, 9)
    return st.lists(
        st.builds(Period, who, other, day, length, st.integers(0, 1)).filter(possible), max_size=12
    )


@dataclass
class Plan:
    """One practice as Hypothesis imagines it."""

    roles: list[Period]
    statuses: list[tuple[MemberStatus, int]]
    ties: list[Period]
    walk_ins: list[Period]
    covers: list[Period]
    supervisions: list[Period]
    clients_since: list[int]
    supervision_on: list[Period]
    direct_charts: list[Period]
    overrides: list[Period]
    changes: list[tuple[int, int, int]]


def plans() -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        roles=periods(st.integers(0, len(ROLES) - 1)),
        statuses=st.lists(st.tuples(st.sampled_from(MemberStatus), day), min_size=MEMBERS, max_size=MEMBERS),
        ties=periods(st.integers(0, CLIENTS - 1), past_only=True),
        walk_ins=periods(st.integers(0, CLIENTS - 1)).map(lambda found: found[:4]),
        covers=periods(st.integers(0, CLIENTS - 1)).map(lambda found: found[:4]),
        supervisions=periods(who),
        clients_since=st.lists(day, min_size=CLIENTS, max_size=CLIENTS),
        supervision_on=periods(st.just(0)).map(lambda found: found[:2]),
        direct_charts=periods(st.just(0)).map(lambda found: found[:1]),
        overrides=periods(st.integers(0, len(OVERRIDDEN) - 1)),
        changes=st.lists(
            st.tuples(st.integers(0, len(ROLES) - 1), day, st.integers(0, len(FORMER) - 1)), max_size=4
        ),
    )


@dataclass
class World:
    """The practice that came of it."""

    practice: CastPractice
    members: list[UUID] = field(default_factory=list)
    clients: list[UUID] = field(default_factory=list)


def build(practice: CastPractice, plan: Plan) -> World:
    """Write a practice down, leaving out what the database would not take."""
    world = World(practice)
    _members(world, plan)
    _clients(world, plan)
    for switch, wanted in (
        (Switch.SUPERVISION, plan.supervision_on),
        (Switch.DIRECT_CHARTS, plan.direct_charts),
    ):
        for period in _one_open(wanted, lambda _: 0):
            SwitchPeriod.objects.create(switch=switch, since=period.begins, until=period.ends)
    return world


def _members(world: World, plan: Plan) -> None:
    roles = dict(Role.objects.values_list("key", "id"))
    for number, (status, since) in enumerate(plan.statuses):
        member = Member.objects.create(
            first_name=f"M{number}", last_name="Ember", sort_key=f"ember{number}", email=f"{uuid4()}@mail.example",
            status=status, joined_at=DAYS[0], updated_at=DAYS[0],
        )  # fmt: skip
        MemberStatusPeriod.objects.create(member=member, status=status, since=DAYS[since])
        world.members.append(member.id)
    for period in _one_open(plan.roles, lambda period: (period.one, period.other)):
        MemberRole.objects.create(
            member_id=world.members[period.one],
            role_id=roles[ROLES[period.other]],
            since=period.begins,
            until=period.ends,
        )
    for role, changed, former in plan.changes:
        start, overrides = FORMER[former]
        RoleDefinition.objects.create(
            role_id=roles[ROLES[role]], until=DAYS[changed], starting_point=start, overrides=overrides
        )
    # A permission is switched on or off once: commands never make two that contradict each other.
    once = {(period.one, period.other): period for period in plan.overrides}
    for period in once.values():
        MemberOverride.objects.create(
            member_id=world.members[period.one],
            permission=OVERRIDDEN[period.other],
            allowed=bool(period.kind),
            since=period.begins,
            until=period.ends,
            set_by_id=world.members[0],
        )
    for period in _one_open(plan.supervisions, lambda period: (period.one, period.other)):
        if period.one != period.other:
            Supervision.objects.create(
                kind="secondary",
                supervisor_id=world.members[period.one],
                supervisee_id=world.members[period.other],
                since=period.begins,
                until=period.ends,
            )


def _clients(world: World, plan: Plan) -> None:
    for number, since in enumerate(plan.clients_since):
        client = Client(
            id=uuid4(), practice_id=world.practice.practice_id, first_name=f"C{number}", last_name="Lient",
            birth_date=date(1990, 1, 1), sex_at_birth="unknown", created_at=DAYS[since], updated_at=DAYS[since],
        )  # fmt: skip
        Client.objects.bulk_create([keyed(client)])
        index_new([str(client.id)], [keys_of(vars(client))])
        world.clients.append(client.id)
    for period in _one_open(plan.ties, lambda period: period.other):
        # Nobody is tied to a client who is not one yet.
        begins = max(period.since, plan.clients_since[period.other])
        if period.ends and period.ends < DAYS[begins]:
            continue
        kind = THERAPIST_KINDS[period.kind]
        Assignment.objects.create(
            client_id=world.clients[period.other], member_id=world.members[period.one], kind=kind,
            level=3, since=DAYS[begins], until=period.ends,
        )  # fmt: skip
        if period.ends is None:
            Client.objects.filter(pk=world.clients[period.other]).update(
                primary_id=world.members[period.one], kind=KIND_OF_CLIENT[kind]
            )
    for period in plan.walk_ins:
        begins = max(period.since, plan.clients_since[period.other])
        if period.ends is None or period.ends >= DAYS[begins]:
            Assignment.objects.create(
                client_id=world.clients[period.other], member_id=world.members[period.one],
                kind=AssignmentKind.WALK_IN, level=2, since=DAYS[begins], until=period.ends, session_at=NOW,
            )  # fmt: skip
    for period in plan.covers:
        begins = max(period.since, plan.clients_since[period.other])
        if period.ends is not None and period.ends >= DAYS[begins]:
            Assignment.objects.create(
                client_id=world.clients[period.other], member_id=world.members[period.one],
                kind=AssignmentKind.COVER, level=2 + period.kind, since=DAYS[begins], until=period.ends,
                covers_for_id=world.members[period.one - 1],
            )  # fmt: skip
    PracticeTally.objects.update(active_clients=Client.objects.count())


def _one_open(wanted: list[Period], same: object) -> Iterator[Period]:
    """Of the periods without an end, the first for each of what may have only one."""
    taken = set()
    for period in wanted:
        key = same(period)  # type: ignore[operator]
        if period.length is None:
            if key in taken:
                continue
            taken.add(key)
        yield period


def actor(world: World, viewer: Viewer) -> Actor:
    """The member as they act now."""
    return Actor(
        practice_id=world.practice.practice_id,
        practice_name=world.practice.name,
        name="Somebody",
        member_id=viewer.member_id,
        permissions=viewer.permissions,
    )


def seen_by_ground(world: World, at: datetime) -> Mapping[UUID, set[UUID]]:
    """For each member, the clients whom they have a ground for."""
    seen: dict[UUID, set[UUID]] = {member_id: set() for member_id in world.members}
    everyone = viewers(at)
    for client_id in Client.objects.values_list("id", flat=True):
        for sight in sights(client_id, at, everyone):
            seen.setdefault(sight.member_id, set()).add(client_id)
    return seen


@pytest.mark.requirement("O31")
@pytest.mark.requirement("O39")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ours=plans(), theirs=plans(), past=st.integers(0, len(DAYS) - 2))
def test_list_count_page_and_explanation_agree_in_every_world(
    cast: Cast, ours: Plan, theirs: Plan, past: int
) -> None:
    with undone(), clock.frozen_at(NOW):
        worlds = []
        for practice, plan in ((cast.alder, ours), (cast.birch, theirs)):
            with entered(practice.practice_id, writing=True):
                _forget(practice)
                worlds.append(build(practice, plan))
        for world, other in ((worlds[0], worlds[1]), (worlds[1], worlds[0])):
            with entered(world.practice.practice_id, writing=True):
                _agree_now(world, other)
                _agree_then(world, DAYS[past] + timedelta(hours=1))


SHOWING = st.frozensets(
    st.sampled_from([p for p in Permission if p.startswith("clients:see") or p in LOOKING]), max_size=6
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plan=plans(), changes=st.lists(st.tuples(who, SHOWING, SHOWING), min_size=3, max_size=3))
def test_clients_counted_for_a_change_of_rights_are_those_of_the_lists(
    cast: Cast, plan: Plan, changes: list[tuple[int, frozenset[Permission], frozenset[Permission]]]
) -> None:
    with undone(), clock.frozen_at(NOW), entered(cast.alder.practice_id, writing=True):
        _forget(cast.alder)
        world = build(cast.alder, plan)
        lines = Sightlines(actor(world, Viewer(world.members[0], frozenset({Permission.CLIENTS_SEE_ALL}))))
        for number, *permissions in changes:
            before, after = (Viewer(world.members[number], allowed) for allowed in permissions)
            then, now = _levels(world, before), _levels(world, after)
            assert lines.compared(before, after) == SeenClients(
                shown=len(now.keys() - then.keys()),
                hidden=len(then.keys() - now.keys()),
                opened=len(_records(now) - _records(then)),
                closed=len(_records(then) - _records(now)),
            )


def _levels(world: World, viewer: Viewer) -> dict[UUID, Level]:
    """The clients in a viewer's list, and how much their grounds show of each. Roles are taken as they would be."""
    person = actor(world, viewer)
    return {c: level_for(person, c) for c in visible_for(viewer).values_list("id", flat=True)}


def _records(levels: Mapping[UUID, Level]) -> set[UUID]:
    return {client_id for client_id, level in levels.items() if level is Level.CHART}


def _forget(practice: CastPractice) -> None:
    """Without the cast, which began earlier than these worlds, and without its switches."""
    Supervision.objects.all().delete()
    Assignment.objects.all().delete()
    Client.objects.all().delete()
    SwitchPeriod.objects.all().delete()
    PracticeTally.objects.update(active_clients=0)


def _agree_now(world: World, other: World) -> None:
    grounds, team = seen_by_ground(world, NOW), viewers(NOW)
    askers: dict[UUID, Actor] = {}
    for viewer in team.values():
        person, seen = actor(world, viewer), grounds.get(viewer.member_id, set())
        assert set(visible_for(viewer).values_list("id", flat=True)) == seen
        assert set(visible_for(viewer, NOW).values_list("id", flat=True)) == seen
        if not person.sees_clients:
            assert seen == set()
            with pytest.raises(NotAllowed):
                list_clients(person, ListClients())
            continue
        for search in ("", "lient c"):
            page = list_clients(person, ListClients(search=search))
            assert {row.id for row in page.rows} == seen
            assert page.total == page.counts.active == len(seen)
        if not person.may(Permission.CLIENTS_SEE_ALL):  # by ties of several kinds, which are read apart
            assert in_order(person, world) == [row.id for row in list_clients(person, ListClients()).rows]
        charts = Client.objects.filter(charts_open_to(person)).values_list("id", flat=True)
        assert set(charts) == {client_id for client_id in seen if level_for(person, client_id) == Level.CHART}
        for client_id in (*world.clients, *other.clients):
            if client_id in seen:
                assert open_client(person, OpenClient(client_id=client_id)).id == client_id
            else:
                with pytest.raises(NotFound):
                    open_client(person, OpenClient(client_id=client_id))
        if person.may(Permission.ACCESS_EXPLAIN):
            askers.update(dict.fromkeys(seen, person))
            hidden = next(client_id for client_id in other.clients)
            with pytest.raises(NotFound):
                explain_access(person, ExplainAccess(client_id=hidden))
    for client_id, person in askers.items():
        found = explain_access(person, ExplainAccess(client_id=client_id, member_id=person.member_id))
        see = {member_id for member_id, seen in grounds.items() if client_id in seen}
        assert {one.member_id for one in found.people} == see
        assert found.others == len(team) - len(see)
        assert found.verdict
        assert found.verdict.sees


def in_order(person: Actor, world: World) -> list[UUID]:
    """The whole list read two at a time, and the list of each therapist's clients and of nobody's put together."""
    read: list[UUID] = []
    while True:
        page = list_clients(person, ListClients(after=read[-1] if read else None, limit=2))
        read += [row.id for row in page.rows]
        if page.next is None:
            break
    parts = [ListClients(therapist_id=member_id) for member_id in world.members]
    pages = [list_clients(person, part) for part in (*parts, ListClients(unassigned=True))]
    assert sorted(read) == sorted(row.id for page in pages for row in page.rows)
    assert [page.total for page in pages] == [len(page.rows) for page in pages]
    return read


def _agree_then(world: World, at: datetime) -> None:
    grounds = seen_by_ground(world, at)
    now = seen_by_ground(world, NOW)
    everyone = viewers(NOW)
    for viewer in viewers(at).values():
        seen = grounds.get(viewer.member_id, set())
        assert set(visible_for(viewer, at).values_list("id", flat=True)) == seen
        if viewer.member_id not in everyone:
            continue
        person = actor(world, everyone[viewer.member_id])
        if person.sees_clients:
            # No more than they see today, and than today's rights would have shown them then.
            page = clients_visible_at(person, ClientsVisibleAt(at=at))
            assert {client.id for client in page.clients} <= seen & now.get(viewer.member_id, set())
            assert page.total == len(page.clients)
        if person.may(Permission.ACCESS_EXPLAIN):
            found = access_of_member(person, AccessOfMember(member_id=viewer.member_id, at=at))
            assert {client.id for client in found.page.clients} == seen & now.get(viewer.member_id, set())
            assert all(client.rules for client in found.page.clients)
