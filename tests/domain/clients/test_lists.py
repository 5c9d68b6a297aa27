"""Lists of clients: who is on them, in which order, found by what, on which page, and how many in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.models import Client, ClientWord
from kinfold.domain.clients.queries import ordering
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.queries.finding import shapes
from kinfold.domain.clients.queries.listing import (
    ClientSort,
    GetRow,
    ListClients,
    get_row,
    list_clients,
)
from kinfold.domain.clients.queries.pickers import ListTags, ListTherapists, list_tags, list_therapists
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally, Switch, SwitchPeriod
from kinfold.domain.team.models import Supervision
from tests.domain.clients.steps import add, all_pages, card, listed, names, numbered, person
from tests.personas import Cast, Person

EVERYBODY = ["Dora Lindqvist", "Anna Novak", "Ben Okafor", "Uma Petrova"]


def archive(cast: Cast, client_id: UUID) -> None:
    """As archiving will leave a client: without a therapist, in the other view, counted there."""
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=client_id).update(status="archived", primary=None)
        ClientWord.objects.filter(client_id=client_id).update(status="archived")
        active = Client.objects.filter(status="active").count()
        PracticeTally.objects.update(active_clients=active, archived_clients=Client.objects.count() - active)


# --- who sees whom --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("U08")
@pytest.mark.requirement("U09")
@pytest.mark.requirement("O24")
@pytest.mark.requirement("O39")
@pytest.mark.requirement("O40")
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("olu", EVERYBODY),
        ("ada", EVERYBODY),
        ("bea", EVERYBODY),
        ("sana", ["Anna Novak"]),
        ("theo", ["Anna Novak"]),
        ("lin", ["Dora Lindqvist", "Ben Okafor"]),
        ("fran", ["Finn Moretti"]),
    ],
)
def test_each_sees_their_own_and_the_same_everywhere(cast: Cast, who: str, sees: list[str]) -> None:
    """In the list, the search, the total, on the page and in the explanation alike."""
    someone: Person = getattr(cast, who)
    page = listed(someone)
    assert names(page) == sees
    assert page.total == page.counts.active == len(sees)
    for client in (*cast.clients, cast.finn):
        visible = client.name in sees
        assert names(listed(someone, search=client.name)) == ([client.name] if visible else [])
        assert listed(someone, search=client.last_name[:2]).total == int(visible)
        if not visible:
            for open_ in _ways_to_open(someone, client.id):
                with pytest.raises(NotFound):
                    open_()
            continue
        assert card(someone, client.id).first_name == client.first_name
        if someone.actor.may(Permission.ACCESS_EXPLAIN):
            grounds = explain_access(someone.actor, ExplainAccess(client_id=client.id))
            assert someone.member_id in {found.member_id for found in grounds.people}


def _ways_to_open(who: Person, client_id: UUID) -> Iterator[Callable[[], Any]]:
    yield lambda: card(who, client_id)
    yield lambda: get_row(who.actor, GetRow(client_id=client_id))
    if who.actor.may(Permission.ACCESS_EXPLAIN):
        yield lambda: explain_access(who.actor, ExplainAccess(client_id=client_id))


@pytest.mark.requirement("O31")
@pytest.mark.requirement("O32")
@pytest.mark.requirement("O33")
def test_supervisors_see_what_their_supervisees_carry_while_supervision_is_on(cast: Cast) -> None:
    (direct,) = add(cast)
    assign_client(
        cast.ada.actor, AssignClient(client_id=direct, member_id=cast.theo.member_id, kind="direct")
    )
    assert names(listed(cast.sana)) == ["Imani Brooks", "Anna Novak"]
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.filter(switch=Switch.SUPERVISION).update(until=clock.now())
    assert names(listed(cast.sana)) == []
    with pytest.raises(NotFound):
        card(cast.sana, direct)
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.create(switch=Switch.SUPERVISION, since=clock.now())
        Supervision.objects.update(until=clock.now())
    assert names(listed(cast.sana)) == []


def test_a_supervision_that_is_to_come_shows_nothing_yet(cast: Cast) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.create(
            supervisor_id=cast.sana.member_id, supervisee_id=cast.lin.member_id, since=tomorrow
        )
    assert names(listed(cast.sana)) == ["Anna Novak"]
    with clock.frozen_at(tomorrow):
        assert names(listed(cast.sana)) == ["Dora Lindqvist", "Anna Novak", "Ben Okafor"]


def test_who_sees_no_clients_has_no_list(cast: Cast) -> None:
    nobody = replace(
        cast.ada.actor, permissions=frozenset({Permission.MEMBERS_READ, Permission.CLIENTS_PROFILE})
    )
    with pytest.raises(NotAllowed):
        list_clients(nobody, ListClients())
    with pytest.raises(NotAllowed):
        list_therapists(nobody, ListTherapists())
    assert list_tags(nobody, ListTags()) == ()


def test_who_does_the_billing_sees_and_searches_names_only(cast: Cast) -> None:
    (client_id,) = add(cast, person(tags=("Couples",), external_id="AC-1042"))
    page = listed(cast.bea, search="imani")
    assert page.names_only
    assert [(row.tags, row.external_id) for row in page.rows] == [((), "")]
    assert card(cast.bea, client_id).profile is None
    for typed in ("ac1042", "1042", "imanibrooksmail", "imani@", "imani 1042"):
        found = listed(cast.bea, search=typed)
        expected = 1 if typed == "imani@" else 0  # no more than the name says
        assert (found.total, len(found.rows)) == (expected, expected), typed
    with pytest.raises(NotAllowed):
        listed(cast.bea, tag_ids=(uuid4(),))
    with pytest.raises(NotAllowed):
        list_tags(cast.bea.actor, ListTags())


# --- search ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("U39")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nov", ["Anna Novak"]),
        ("NOV", ["Anna Novak"]),
        ("anna nov", ["Anna Novak"]),
        ("nov ann", ["Anna Novak"]),
        ("ovak", []),
        ("anna okafor", []),
        ("anna.novak@mail", ["Anna Novak"]),
        ("zoë", ["Zoë O'Brien-Łuksza"]),
        ("zoe obr", ["Zoë O'Brien-Łuksza"]),
        ("o'brien", ["Zoë O'Brien-Łuksza"]),
        ("luks", ["Zoë O'Brien-Łuksza"]),
        ("AC-77", ["Zoë O'Brien-Łuksza"]),
        ("77", ["Zoë O'Brien-Łuksza"]),
        ("z ac", ["Zoë O'Brien-Łuksza"]),
        ("%", []),
        ("_", []),
        ("anna%", ["Anna Novak"]),
        ("'; --", []),
        ("", ["Dora Lindqvist", "Anna Novak", "Zoë O'Brien-Łuksza", "Ben Okafor", "Uma Petrova"]),
    ],
)
@pytest.mark.parametrize("who", ["ada", "theo"])
def test_people_are_found_by_how_words_begin(cast: Cast, typed: str, found: list[str], who: str) -> None:
    """The same words find the same people, for those who see everybody and for those who see a few."""
    add(cast, person(first_name="Zoë", last_name="O'Brien-Łuksza", external_id="AC-778"), therapist=cast.theo)
    someone: Person = getattr(cast, who)
    if who == "theo":
        found = [name for name in found if name.startswith(("Anna", "Zoë"))]
    page = listed(someone, search=typed)
    assert names(page) == found
    assert page.total == len(found)


def test_a_common_beginning_and_a_rare_one_find_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever index a search begins with."""
    add(cast, *(numbered(n, tags=("Even",) if n % 2 == 0 else ()) for n in range(30)))
    tag_id = list_tags(cast.ada.actor, ListTags())[0].id
    for typed in ("g", "given", "given01 f", "f g", "person1", "x"):
        for sort in (ClientSort.NAME_DOWN, ClientSort.UPDATED, ClientSort.EMAIL):
            for more in ({}, {"tag_ids": (tag_id,)}, {"unassigned": True}):
                wanted = {"search": typed, "sort": sort, "limit": 7, **more}
                with monkeypatch.context() as patch:
                    patch.setattr(shapes, "_MANY", 1)
                    walked = listed(cast.ada, **wanted)
                gathered = listed(cast.ada, **wanted)
                assert (walked.rows, walked.total) == (gathered.rows, gathered.total), wanted


def test_tags_and_moments_narrow_together(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever index the list begins with."""
    add(
        cast,
        numbered(1, tags=("Couples", "EMDR")),
        numbered(2, tags=("EMDR",)),
        numbered(3, tags=("Couples",)),
    )
    later = clock.now() + timedelta(hours=1)
    with clock.frozen_at(later):
        add(cast, numbered(4, tags=("Couples", "EMDR")))
        change_client(cast.ada.actor, ChangeClient(client_id=cast.anna.id, version=1, phone="503 555 0142"))
    tags = {tag.name: tag.id for tag in list_tags(cast.ada.actor, ListTags())}
    both = (tags["Couples"], tags["EMDR"])
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(first_name__in=("Ben", "Given002")).update(registration="sent")
    for many in (1, 10_000):
        monkeypatch.setattr(shapes, "_MANY", many)
        for sort in (ClientSort.NAME, ClientSort.THERAPIST, ClientSort.BIRTH_DATE_DOWN):
            for wanted, found in (
                ({"tag_ids": both}, {"Given001", "Given004"}),
                ({"tag_ids": both, "created_since": later}, {"Given004"}),
                ({"tag_ids": both, "search": "given001"}, {"Given001"}),
                ({"created_since": later}, {"Given004"}),
                ({"registration": "sent"}, {"Given002", "Ben"}),
                ({"registration": "sent", "search": "giv"}, {"Given002"}),
                ({"registration": "none", "tag_ids": both[:1]}, {"Given001", "Given003", "Given004"}),
                ({"updated_since": later}, {"Given004", "Anna"}),
                ({"updated_since": later, "search": "nov"}, {"Anna"}),
                ({"updated_since": later, "therapist_id": cast.theo.member_id}, {"Anna"}),
                ({"updated_since": later, "unassigned": True}, {"Given004"}),
                ({"created_since": later, "updated_since": later + timedelta(hours=1)}, set()),
            ):
                page = listed(cast.ada, sort=sort, **wanted)
                assert {row.first_name for row in page.rows} == found, (sort, wanted)
                assert page.total == len(found)
    assert names(listed(cast.theo, updated_since=later, sort=ClientSort.THERAPIST)) == ["Anna Novak"]
    with pytest.raises(InvalidInput):
        listed(cast.ada, registration="perhaps")
    with pytest.raises(InvalidInput):
        listed(cast.ada, tag_ids=tuple(uuid4() for _ in range(11)))


# --- filters, views, order ------------------------------------------------------------------------------------------


@pytest.mark.requirement("U37")
def test_lists_are_filtered_by_tag(cast: Cast) -> None:
    add(cast, numbered(1, tags=("Couples", "EMDR")), numbered(2, tags=("EMDR",)), numbered(3))
    tags = {tag.name: tag.id for tag in list_tags(cast.ada.actor, ListTags())}
    assert list(tags) == ["Couples", "EMDR"]
    emdr = listed(cast.ada, tag_ids=(tags["EMDR"],))
    assert (names(emdr), emdr.total) == (["Given001 Family001", "Given002 Family002"], 2)
    assert names(listed(cast.ada, tag_ids=(tags["EMDR"],), search="given002")) == ["Given002 Family002"]
    assert listed(cast.ada, tag_ids=(uuid4(),)).total == 0


def test_lists_are_filtered_by_therapist(cast: Cast) -> None:
    add(cast, numbered(1), therapist=cast.theo)
    page = listed(cast.ada, therapist_id=cast.theo.member_id)
    assert (names(page), page.total, page.counts.active) == (["Given001 Family001", "Anna Novak"], 2, 5)
    assert names(listed(cast.ada, unassigned=True)) == ["Uma Petrova"]
    assert names(listed(cast.ada, therapist_id=cast.theo.member_id, search="novak")) == ["Anna Novak"]
    assert names(listed(cast.sana, therapist_id=cast.theo.member_id)) == ["Given001 Family001", "Anna Novak"]


@pytest.mark.requirement("O39")
def test_no_filter_reaches_beyond_what_one_may_see(cast: Cast) -> None:
    add(cast, numbered(1, tags=("Only Lin's",)), therapist=cast.lin)
    tag_id = list_tags(cast.ada.actor, ListTags())[0].id
    for wanted in ({"therapist_id": cast.lin.member_id}, {"unassigned": True}, {"tag_ids": (tag_id,)}):
        page = listed(cast.theo, **wanted)
        assert (page.rows, page.total, page.counts.active) == ((), 0, 1), wanted


def test_one_is_offered_only_what_one_can_meet(cast: Cast) -> None:
    add(cast, numbered(1, tags=("Only Lin's", "Both")), therapist=cast.lin)
    add(cast, numbered(2, tags=("Both",)), therapist=cast.theo)
    offered = {
        who.first_name: (
            [tag.name for tag in list_tags(who.actor, ListTags())],
            [member.name for member in list_therapists(who.actor, ListTherapists())],
        )
        for who in (cast.ada, cast.sana, cast.theo, cast.lin)
    }
    assert offered == {
        "Ada": (["Both", "Only Lin's"], ["Sana Malik", "Theo Park", "Lin Zhao"]),
        "Sana": (["Both"], ["Sana Malik", "Theo Park"]),
        "Theo": (["Both"], ["Theo Park"]),
        "Lin": (["Both", "Only Lin's"], ["Lin Zhao"]),
    }
    ids = tuple(tag.id for tag in list_tags(cast.ada.actor, ListTags()))
    for asked in ({"beginning": "only"}, {"only": ids}, {"only": ids[1:], "beginning": "ONLY", "limit": 1}):
        found = [tag.name for tag in list_tags(cast.lin.actor, ListTags(**asked))]
        assert found[-1:] == ["Only Lin's"]
        assert [tag.name for tag in list_tags(cast.theo.actor, ListTags(**asked))] == found[:-1]
    assert list_tags(cast.lin.actor, ListTags(beginning="o\x00", limit=5)) == ()


def test_archived_clients_stand_in_a_view_of_their_own(cast: Cast) -> None:
    archive(cast, cast.ben.id)
    active, archived = listed(cast.ada), listed(cast.ada, archived=True)
    assert (names(archived), archived.total) == (["Ben Okafor"], 1)
    assert "Ben Okafor" not in names(active)
    assert (
        (active.counts.active, active.counts.archived)
        == (3, 1)
        == (archived.counts.active, archived.counts.archived)
    )
    assert listed(cast.ada, search="okafor").total == 0
    assert names(listed(cast.ada, search="okafor", archived=True)) == ["Ben Okafor"]
    assert listed(cast.lin, archived=True).total == 0


def test_lists_are_ordered_by_family_name_or_by_the_last_update(cast: Cast) -> None:
    change_client(cast.ada.actor, ChangeClient(client_id=cast.anna.id, version=1, phone="503 555 0142"))
    assert names(listed(cast.ada, sort=ClientSort.NAME_DOWN)) == EVERYBODY[::-1]
    assert names(listed(cast.ada, sort=ClientSort.UPDATED_DOWN))[0] == "Anna Novak"
    assert names(listed(cast.ada, sort=ClientSort.UPDATED))[-1] == "Anna Novak"


def test_every_column_sorts_both_ways_and_who_has_nothing_there_comes_last(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for client, tags in (
        (cast.anna, ("Sleep",)),
        (cast.ben, ("Sleep", "couples")),
        (cast.dora, ("Youth", "Sleep well")),
    ):
        change_client(cast.ada.actor, ChangeClient(client_id=client.id, version=1, tags=tags))
    with entered(cast.alder.practice_id, writing=True):
        for client, email, born, number in (
            (cast.anna, "b@mail.example", date(1990, 4, 12), ""),
            (cast.ben, "", None, "B-2"),
            (cast.dora, "a@mail.example", date(1950, 7, 30), "a-1"),
            (cast.uma, "", date(1969, 1, 22), "B-1"),
        ):
            Client.objects.filter(pk=client.id).update(email=email, birth_date=born, external_id=number)
        at = clock.now()
        for hours, client in enumerate((cast.uma, cast.ben, cast.dora, cast.anna)):
            Client.objects.filter(pk=client.id).update(created_at=at - timedelta(hours=hours))
        for client, level in ((cast.anna, "high"), (cast.dora, "low")):
            Client.objects.filter(pk=client.id).update(risk=level)
        Client.objects.filter(pk__in=[cast.ben.id, cast.uma.id]).update(
            sex_at_birth="", phone="", kind="direct"
        )
        Client.objects.filter(pk=cast.anna.id).update(sex_at_birth="unknown", phone="(503) 555 0142")
        Client.objects.filter(pk=cast.dora.id).update(
            sex_at_birth="male", phone="+1 212 555 0199", kind="practice"
        )
    blank = sorted((cast.ben, cast.uma), key=lambda client: client.id)
    nobody = [client.first_name for client in blank]
    wanted = {
        "email": (["Dora", "Anna", *nobody], ["Anna", "Dora", *nobody]),
        "birth_date": (["Dora", "Uma", "Anna", "Ben"], ["Anna", "Uma", "Dora", "Ben"]),
        "external_id": (["Uma", "Ben", "Dora", "Anna"], ["Dora", "Ben", "Uma", "Anna"]),
        "added": (["Anna", "Dora", "Ben", "Uma"], ["Uma", "Ben", "Dora", "Anna"]),
        "therapist": (["Anna", "Dora", "Ben", "Uma"], ["Dora", "Ben", "Anna", "Uma"]),
        "risk": (["Dora", "Anna", "Ben", "Uma"], ["Anna", "Dora", "Ben", "Uma"]),
        "kind": (["Ben", "Uma", "Dora", "Anna"], ["Dora", "Anna", "Ben", "Uma"]),
        "sex_at_birth": (["Dora", "Anna", "Ben", "Uma"], ["Anna", "Dora", "Ben", "Uma"]),
        "phone": (["Anna", "Dora", *nobody], ["Dora", "Anna", *nobody]),
        "tags": (["Ben", "Anna", "Dora", "Uma"], ["Dora", "Anna", "Ben", "Uma"]),
    }
    for few in (2_000, 0):
        monkeypatch.setattr(ordering, "_FEW", few)
        monkeypatch.setattr(ordering, "_FEW_BY_TAG", few)
        for column, (up, down) in wanted.items():
            for sort, expected in ((ClientSort(column), up), (ClientSort(f"-{column}"), down)):
                for size in (1, 2, 3, 50):
                    there, back = all_pages(cast.ada, size, sort=sort)
                    assert [name.partition(" ")[0] for name in there] == expected, (sort, size, few)
                    assert back == there, (sort, size, few)


def test_nobody_sorts_or_narrows_by_what_they_may_not_see(cast: Cast) -> None:
    for wanted in (
        {"sort": ClientSort.EMAIL},
        {"sort": ClientSort.BIRTH_DATE_DOWN},
        {"sort": ClientSort.RISK_DOWN},
        {"sort": ClientSort.SEX_AT_BIRTH},
        {"sort": ClientSort.PHONE_DOWN},
        {"sort": ClientSort.TAGS},
        {"created_since": clock.now()},
        {"registration": "sent"},
    ):
        with pytest.raises(NotAllowed):
            listed(cast.bea, **wanted)
    assert names(listed(cast.bea, sort=ClientSort.THERAPIST_DOWN)) == [
        "Dora Lindqvist", "Ben Okafor", "Anna Novak", "Uma Petrova",
    ]  # fmt: skip


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", list(ClientSort))
@pytest.mark.parametrize("more", ["", "search", "tag", "therapist"])
def test_every_page_hangs_on_the_one_before(
    cast: Cast, sort: ClientSort, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where many have the same name or were changed at the same moment."""
    if sort in {ClientSort.TAGS, ClientSort.TAGS_DOWN}:  # as a list of very many is read
        monkeypatch.setattr(ordering, "_FEW_BY_TAG", 0)
    add(cast, *(numbered(n, tags=("Group",)) for n in range(5)), therapist=cast.theo)
    add(cast, *(person(email=f"x{n}@mail.example", tags=("Group",)) for n in range(6)), therapist=cast.theo)
    wanted: dict[str, Any] = {"sort": sort}
    if more == "search":
        wanted["search"] = "i"
    elif more == "tag":
        wanted["tag_ids"] = (list_tags(cast.ada.actor, ListTags())[0].id,)
    elif more == "therapist":
        wanted["therapist_id"] = cast.theo.member_id
    expected = names(listed(cast.ada, limit=100, **wanted))
    for size in (1, 2, 4, 50):
        assert all_pages(cast.ada, size, **wanted) == (expected, expected)
    if more != "tag":
        assert sorted(all_pages(cast.sana, 3, **wanted)[0]) == sorted(
            names(listed(cast.sana, limit=100, **wanted))
        )


def test_a_place_in_the_list_that_is_hidden_or_gone_is_the_same_refusal(cast: Cast) -> None:
    for place in (cast.ben.id, cast.finn.id, uuid4()):
        for way in ("after", "before"):
            with pytest.raises(PlaceGone) as refused:
                listed(cast.theo, **{way: place})
            assert refused.value.message == PlaceGone.message
    with pytest.raises(InvalidInput):
        listed(cast.ada, after=cast.anna.id, before=cast.ben.id)


def test_a_page_is_never_longer_than_two_hundred_nor_shorter_than_one(cast: Cast) -> None:
    for first in (0, 100):
        add(cast, *(numbered(n) for n in range(first, first + 100)))
    assert len(listed(cast.ada, limit=10_000).rows) == 200
    assert len(listed(cast.ada, limit=0).rows) == 1


@pytest.mark.parametrize(
    "wanted", [{}, {"search": "g"}, {"search": "given f"}, {"sort": ClientSort.UPDATED_DOWN}]
)
@pytest.mark.parametrize("who", ["ada", "sana", "theo", "bea"])
def test_a_long_list_asks_no_more_questions_than_a_short_one(
    cast: Cast, who: str, wanted: dict[str, Any]
) -> None:
    someone: Person = getattr(cast, who)
    actor = someone.actor

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            list_clients(actor, ListClients(**wanted))
        return len(
            [
                query
                for query in asked
                if query["sql"].startswith("SELECT ") and "set_config" not in query["sql"]
            ]
        )

    add(cast, numbered(99, tags=("One",)), therapist=cast.theo)
    questions()
    few = questions()
    add(cast, *(numbered(n, tags=("One", "Two")) for n in range(60)), therapist=cast.theo)
    assert questions() == few <= 6


def test_a_page_after_somebody_who_lost_the_tag_begins_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "_FEW_BY_TAG", 0)
    add(cast, *(numbered(n, tags=("Even",)) for n in range(5)))
    (tag,) = [choice.id for choice in list_tags(cast.ada.actor, ListTags()) if choice.name == "Even"]
    wanted = ListClients(tag_ids=(tag,), sort=ClientSort.TAGS, limit=2)
    last = list_clients(cast.ada.actor, wanted).next
    assert last
    change_client(cast.ada.actor, ChangeClient(client_id=last, version=1, tags=()))
    with pytest.raises(PlaceGone):
        list_clients(cast.ada.actor, replace(wanted, after=last))
