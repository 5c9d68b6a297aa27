"""Lists of clients in the browser: whom each person sees, searching, filters, order, pages and counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.clients.models import ClientStatus, ClientWord, Tag
from kinfold.domain.clients.profile import Typed
from kinfold.domain.clients.queries.pickers import ListTags, list_tags
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from tests.domain.clients.steps import add, numbered
from tests.personas import Cast, CastClient, Person

BrowserOf = Callable[[Person], Client]
MANAGED, MINE = "/manage/clients/", "/clients/"
FRAGMENT = {"HX-Request": "true"}


def names(html: str) -> list[str]:
    """The clients in the list, in order."""
    found = re.findall(r'<td class="c-name">.*?<a href="/clients/[^"]+">([^<]+)<b>([^<]+)</b>', html)
    return [first + last for first, last in found]


def foot(html: str) -> str:
    """What the line under the list says."""
    found = re.search(r'<span class="num" data-announce>(.*?)</span>', html, re.DOTALL)
    assert found
    return " ".join(unescape(found[1]).split())


def views(html: str) -> dict[str, str]:
    """The views of the Show menu with their counts."""
    return dict(re.findall(r"<span>(\w+)<small>[^<]*</small></span><span class=\"n\">([\d,]+)</span>", html))


def link(html: str, name: str) -> str:
    """The address of a step of the list, by its name or words."""
    found = re.search(rf'<a class="[^"]*" href="([^"]+)" aria-label="{name}"', html)
    assert found, name
    return found[1].replace("&amp;", "&")


def add_many(cast: Cast, count: int) -> None:
    """People named Kim001 Quist and so on, in the order of their names."""
    people = tuple(
        Typed(
            first_name=f"Kim{n:03}",
            last_name="Quist",
            email=f"kim{n}@mail.example",
            birth_date="1990-01-01",
            sex_at_birth="unknown",
        )
        for n in range(1, count + 1)
    )
    create_clients(cast.ada.actor, CreateClients(people=people, accept_duplicates=True))


def tag(cast: Cast, client: CastClient, *names: str) -> dict[str, str]:
    change_client(cast.ada.actor, ChangeClient(client_id=client.id, version=1, tags=names))
    with entered(cast.alder.practice_id):
        return {name: str(tag_id) for name, tag_id in Tag.objects.values_list("name", "id")}


def opened(browser: Client, chip: str, of: str = MINE, **asked: str) -> str:
    """What a chip above a list offers when it is opened."""
    return browser.get(f"{of}filter/", {"menu": chip, **asked}, HTTP_HX_REQUEST="true").content.decode()


def archive(client: CastClient) -> None:
    """As archiving will leave a client."""
    with entered(client.practice_id, writing=True):
        Person_.objects.filter(pk=client.id).update(status=ClientStatus.ARCHIVED)
        ClientWord.objects.filter(client_id=client.id).update(status=ClientStatus.ARCHIVED)
        PracticeTally.objects.update(active_clients=3, archived_clients=1)


@pytest.mark.requirement("U08")
@pytest.mark.requirement("U09")
@pytest.mark.requirement("O24")
@pytest.mark.requirement("O27")
def test_who_manages_clients_sees_all_of_them_with_their_therapists_and_the_total(
    cast: Cast, browser_of: BrowserOf
) -> None:
    for person in (cast.olu, cast.ada):
        html = browser_of(person).get(MANAGED).content.decode()
        assert names(html) == ["Dora Lindqvist", "Anna Novak", "Ben Okafor", "Uma Petrova"]
        assert re.findall(r'<td class="c-sub">(?:<span class="muted">)?([^<]+)<', html) == [
            "Lin Zhao", "Theo Park", "Lin Zhao", "Unassigned",
        ]  # fmt: skip
        assert foot(html) == "4 active clients"
        assert "4 active" in html
        assert "<title>Clients &middot; Kinfold</title>" in html


@pytest.mark.requirement("O39")
@pytest.mark.requirement("O40")
@pytest.mark.requirement("O32")
@pytest.mark.requirement("O33")
def test_every_person_has_their_own_list_with_its_own_total(cast: Cast, browser_of: BrowserOf) -> None:
    assign_client(
        cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=cast.theo.member_id, kind="direct")
    )
    wanted = {
        cast.theo: ["Anna Novak", "Uma Petrova"],
        cast.sana: ["Anna Novak", "Uma Petrova"],
        cast.lin: ["Dora Lindqvist", "Ben Okafor"],
        cast.bea: ["Dora Lindqvist", "Anna Novak", "Ben Okafor", "Uma Petrova"],
        cast.fran: ["Finn Moretti"],
    }
    for person, theirs in wanted.items():
        browser = browser_of(person)
        for html in (
            browser.get(MANAGED if person is cast.fran else MINE).content.decode(),
            browser.post(f"{MANAGED if person is cast.fran else MINE}search/", {"q": ""}).content.decode(),
        ):
            assert names(html) == theirs
            assert foot(html) == f"{len(theirs)} active {'client' if len(theirs) == 1 else 'clients'}"
            pending = {"Pending": "0"} if person is cast.fran else {}  # the others may not see who is
            assert views(html) == {"Active": str(len(theirs)), **pending, "Archived": "0"}
        for q in ("lindqvist", "anna", "finn"):
            html = browser.post(
                f"{MANAGED if person is cast.fran else MINE}search/", {"q": q}
            ).content.decode()
            assert names(html) == [name for name in theirs if q in name.lower()]


@pytest.mark.requirement("U02")
def test_the_clients_tab_is_closed_to_those_who_manage_nobody(cast: Cast, browser_of: BrowserOf) -> None:
    for person in (cast.sana, cast.theo, cast.lin, cast.bea):
        browser = browser_of(person)
        for response in (
            browser.get(MANAGED),
            browser.post(f"{MANAGED}search/", {"q": "anna"}),
            browser.get(f"{MANAGED}add/"),
            browser.post(f"{MANAGED}add/", {"do": "create", "first_name": "Kim"}),
        ):
            assert response.status_code == 403
            assert "Novak" not in response.content.decode()
        assert "Manage users" not in browser.get(MINE).content.decode()


def test_billing_sees_names_and_therapists_and_nothing_else(cast: Cast, browser_of: BrowserOf) -> None:
    tags = tag(cast, cast.ben, "Court-ordered")
    browser = browser_of(cast.bea)
    for html in (
        browser.get(MINE).content.decode(),
        browser.get(MINE, {"tag": tags["Court-ordered"]}).content.decode(),
    ):
        assert len(names(html)) == 4
        assert "Lin Zhao" in html
        for hidden in ("Court-ordered", "External ID", "Not set", "Search name, email", "/edit/"):
            assert hidden not in html
    assert names(browser.post(f"{MINE}search/", {"q": "ben.okafor@mail.example"}).content.decode()) == []


def test_an_owner_who_sees_clients_finds_their_own_under_my_clients(
    cast: Cast, browser_of: BrowserOf
) -> None:
    from kinfold.domain.kernel import clock
    from kinfold.domain.team.models import MemberRole

    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=cast.olu.member_id,
            role_id=cast.alder.roles["licensed-therapist"],
            since=clock.now(),
        )
    assign_client(cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=cast.olu.member_id))
    browser = browser_of(cast.olu)
    html = browser.get(MINE).content.decode()
    assert names(html) == ["Uma Petrova"]
    assert (views(html)["Active"], foot(html)) == ("1", "1 active client")
    assert len(names(browser.get(MANAGED).content.decode())) == 4


@pytest.mark.requirement("U05")
@pytest.mark.requirement("U06")
@pytest.mark.requirement("U07")
@pytest.mark.requirement("U09")
def test_active_opens_first_and_show_leads_to_the_others_with_counts(
    cast: Cast, browser_of: BrowserOf
) -> None:
    archive(cast.ben)
    browser = browser_of(cast.ada)
    shown = {
        view: browser.get(MANAGED, {"show": view}).content.decode() for view in ("", "pending", "archived")
    }
    for html in shown.values():
        assert views(html) == {"Active": "3", "Pending": "0", "Archived": "1"}
        assert "3 active" in html
    assert names(shown[""]) == names(browser.get(MANAGED, {"show": "?"}).content.decode())
    assert names(shown[""]) == ["Dora Lindqvist", "Anna Novak", "Uma Petrova"]
    assert names(shown["pending"]) == []
    assert "Nobody is pending" in shown["pending"]
    assert names(shown["archived"]) == ["Ben Okafor"]
    assert foot(shown["archived"]) == "1 archived client"
    assert "Edit Ben" not in shown["archived"]
    for who in (cast.theo, cast.bea):  # who may not see who is pending is not told that nobody is
        html = browser_of(who).get(MINE, {"show": "pending"}).content.decode()
        assert "Pending" not in views(html)
        assert "Nobody is pending" not in html
    assert names(browser.post(f"{MANAGED}search/", {"q": "ben"}).content.decode()) == []
    assert names(browser.post(f"{MANAGED}search/", {"q": "ben", "show": "archived"}).content.decode()) == [
        "Ben Okafor"
    ]


def test_searching_is_a_post_and_a_fragment_holds_only_the_rows(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    whole = browser.post(f"{MANAGED}search/", {"q": "lind"}).content.decode()
    assert names(whole) == ["Dora Lindqvist"]
    assert 'value="lind"' in whole
    fragment = browser.post(f"{MANAGED}search/", {"q": "lind"}, headers=FRAGMENT)
    html = fragment.content.decode()
    assert names(html) == ["Dora Lindqvist"]
    assert "<html" not in html
    assert fragment.headers["Cache-Control"] == "no-store"
    assert browser.get(f"{MANAGED}search/").status_code == 405
    assert browser.get(f"{MINE}search/").status_code == 405


@pytest.mark.parametrize(
    "typed", ["nov ann", "ÁNNA", "anna.novak@mail.example", "1042", "ac-1042", "  novak  "]
)
def test_clients_are_found_by_beginnings_of_names_by_address_and_external_id(
    cast: Cast, browser_of: BrowserOf, typed: str
) -> None:
    change_client(cast.ada.actor, ChangeClient(client_id=cast.anna.id, version=1, external_id="AC-1042"))
    html = browser_of(cast.ada).post(f"{MANAGED}search/", {"q": typed}).content.decode()
    assert names(html) == ["Anna Novak"]
    assert foot(html) == "1 active client"


def test_a_search_without_a_match_says_so_and_leads_back(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).post(f"{MANAGED}search/", {"q": "<b>zz"}).content.decode()
    assert "Nobody found" in html
    assert "&lt;b&gt;zz" in html
    assert "Show everyone" in html


@pytest.mark.requirement("U37")
def test_a_list_is_narrowed_by_tag_and_by_therapist(cast: Cast, browser_of: BrowserOf) -> None:
    tags = tag(cast, cast.anna, "EMDR", "Couples") | tag(cast, cast.ben, "EMDR")
    browser = browser_of(cast.ada)
    html = opened(browser, "tag", of=MANAGED)
    assert re.findall(r"tag=[^\"]+\"><span class=\"i-none\"></span><span>([^<]+)<", html) == [
        "Couples",
        "EMDR",
    ]
    for asked, theirs in (
        ({"tag": tags["EMDR"]}, ["Anna Novak", "Ben Okafor"]),
        ({"tag": tags["Couples"]}, ["Anna Novak"]),
        ({"therapist": str(cast.lin.member_id)}, ["Dora Lindqvist", "Ben Okafor"]),
        ({"therapist": "none"}, ["Uma Petrova"]),
        ({"therapist": str(cast.lin.member_id), "tag": tags["EMDR"]}, ["Ben Okafor"]),
        ({"tag": str(uuid4())}, []),
    ):
        html = browser.get(MANAGED, asked).content.decode()
        assert names(html) == theirs, asked
        assert "Clear filters" in html
    html = browser.post(f"{MANAGED}search/", {"q": "okaf", "tag": tags["EMDR"]}).content.decode()
    assert names(html) == ["Ben Okafor"]


def test_the_menu_of_a_chip_goes_on_with_the_list_as_it_is(cast: Cast, browser_of: BrowserOf) -> None:
    tags = tag(cast, cast.anna, "EMDR")
    browser = browser_of(cast.sana)
    menu = opened(browser, "therapist", tag=tags["EMDR"], sort="-name", show="archived")
    theo = f"{MINE}?show=archived&amp;tag={tags['EMDR']}&amp;sort=-name&amp;therapist={cast.theo.member_id}"
    there = re.findall(r'href="([^"]+)"', menu)[-1]
    assert set(there.split("?")[1].split("&amp;")) == set(theo.split("?")[1].split("&amp;"))
    searched = browser.post(
        f"{MINE}filter/", {"menu": "tag", "q": "nov"}, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert f'form="find" name="tag" value="{tags["EMDR"]}"' in searched
    assert "nov" not in searched
    assert "<h1>Filter clients</h1>" in browser.get(f"{MINE}filter/", {"menu": "tag"}).content.decode()


def test_a_tag_is_not_offered_to_those_who_see_none_of_its_clients(cast: Cast, browser_of: BrowserOf) -> None:
    tags = tag(cast, cast.dora, "Okafor family")
    html = browser_of(cast.theo).get(MINE, {"tag": tags["Okafor family"]}).content.decode()
    assert "Okafor family" not in html
    assert names(html) == []
    assert "Okafor family" not in opened(browser_of(cast.theo), "tag")
    assert "Okafor family" in opened(browser_of(cast.lin), "tag")


def test_a_supervisor_filters_by_the_people_they_supervise(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.sana)
    assert 'id="by-therapist"' in browser.get(MINE).content.decode()
    menu = opened(browser, "therapist")
    assert re.findall(r"<span>(\w+ \w+)</span>", menu) == ["Sana Malik", "Theo Park"]
    assert names(browser.get(MINE, {"therapist": str(cast.theo.member_id)}).content.decode()) == [
        "Anna Novak"
    ]
    assert names(browser.get(MINE, {"therapist": str(cast.lin.member_id)}).content.decode()) == []
    assert 'id="by-therapist"' not in browser_of(cast.lin).get(MINE).content.decode()


def test_the_list_is_sorted_by_name_or_by_the_last_change(cast: Cast, browser_of: BrowserOf) -> None:
    change_client(cast.ada.actor, ChangeClient(client_id=cast.ben.id, version=1, phone="(503) 555-0142"))
    browser = browser_of(cast.ada)
    html = browser.get(MANAGED, {"sort": "-name"}).content.decode()
    assert names(html) == ["Uma Petrova", "Ben Okafor", "Anna Novak", "Dora Lindqvist"]
    assert 'aria-sort="descending"' in html
    assert names(browser.get(MANAGED, {"sort": "-updated"}).content.decode())[0] == "Ben Okafor"
    assert names(browser.get(MANAGED, {"sort": "updated"}).content.decode())[-1] == "Ben Okafor"
    assert names(browser.get(MANAGED, {"sort": "-phone"}).content.decode())[0] == "Ben Okafor"
    assert names(browser.get(MANAGED, {"sort": "tags"}).content.decode())[0] == "Dora Lindqvist"
    assert 'aria-sort="ascending"' in browser.get(MANAGED, {"sort": "tags"}).content.decode()
    assert names(browser.get(MANAGED, {"sort": "email; drop"}).content.decode())[0] == "Dora Lindqvist"


def test_pages_follow_one_another_without_a_gap_and_lead_back(cast: Cast, browser_of: BrowserOf) -> None:
    add_many(cast, 100)
    browser = browser_of(cast.ada)
    seen: list[str] = []
    pages = [browser.get(MANAGED).content.decode()]
    assert foot(pages[0]) == "1–50 of 104 active clients"
    while 'aria-label="Next page"' in pages[-1] and 'disabled aria-label="Next page"' not in pages[-1]:
        pages.append(browser.get(link(pages[-1], "Next page")).content.decode())
    for html in pages:
        seen += names(html)
        assert "104 active" in html
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 104
    assert seen[-1] == "Kim100 Quist"
    back = browser.get(link(pages[2], "Previous page")).content.decode()
    assert names(back) == names(pages[1])
    assert names(browser.get(link(back, "Previous page")).content.decode()) == names(pages[0])


def test_a_search_has_pages_too_and_its_words_go_with_them(cast: Cast, browser_of: BrowserOf) -> None:
    add_many(cast, 60)
    browser = browser_of(cast.ada)
    first = browser.post(f"{MANAGED}search/", {"q": "quist"}).content.decode()
    assert foot(first) == "1–50 of 60 active clients"
    after = re.search(r'form="find" name="after" value="([^"]+)"', first)
    assert after
    second = browser.post(f"{MANAGED}search/", {"q": "quist", "after": after[1]}).content.decode()
    assert len(names(second)) == 10
    assert "quist" not in browser.get(MANAGED).headers.get("Location", "")


def test_when_the_client_a_page_hangs_on_has_gone_the_first_page_is_shown(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    for asked in (
        {"after": str(uuid4())},
        {"before": str(cast.finn.id)},
        {"after": "'", "before": "0" * 99},
        {"after": str(cast.anna.id), "before": str(cast.anna.id)},
        {"tag": "x", "therapist": "y", "show": "z"},
    ):
        response = browser.get(MANAGED, asked)
        assert response.status_code == 200
        assert "Uma Petrova" in names(response.content.decode())


def test_an_empty_practice_says_what_to_do_first(cast: Cast, browser_of: BrowserOf) -> None:
    with entered(cast.birch.practice_id, writing=True):
        Person_.objects.all().delete()
        PracticeTally.objects.update(active_clients=0)
    html = browser_of(cast.fran).get(MANAGED).content.decode()
    assert "No clients yet" in html
    assert "Nobody is contacted" in html
    assert html.count('href="/manage/clients/add/"') == 2


@pytest.mark.requirement("U04")
def test_the_clients_tab_is_current_and_counts_active_clients(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).get(MANAGED).content.decode()
    tabs = html[html.index('<nav class="tabs"') :]
    tabs = tabs[: tabs.index("</nav>")]
    assert 'aria-current="page">Clients<span class="n">4</span>' in tabs
    assert "Team Members" in tabs


def test_find_a_person_searches_from_every_page(cast: Cast, browser_of: BrowserOf) -> None:
    for person, address in ((cast.ada, f"{MANAGED}search/"), (cast.lin, f"{MINE}search/")):
        html = browser_of(person).get(MINE).content.decode()
        assert f'action="{address}" role="search" aria-label="Find a person"' in html


def test_the_filters_stay_short_however_many_tags_there_are_and_find_each(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(cast, *(numbered(n, tags=(f"Tag {n}",)) for n in range(6)))
    monkeypatch.setattr("kinfold.entrypoints.web.client_filters.MOST_TICKS", 2)
    monkeypatch.setattr("kinfold.entrypoints.web.client_filters.FIRST_TICKS", 2)
    last = str(list_tags(cast.ada.actor, ListTags())[-1].id)
    browser = browser_of(cast.ada)
    by_script = {"HX-Request": "true"}
    menu = browser.get(f"{MANAGED}filter/", {"menu": "tag"}, headers=by_script).content.decode()
    assert menu.count("tag=") == 2
    assert "These are the first 2." in menu
    for typed, offers in (("tag 4", 1), ("<b>", 0)):
        asked = {"menu": "tag", "beginning": typed}
        menu = browser.post(f"{MANAGED}filter/", asked, headers=by_script).content.decode()
        assert (menu.count("tag="), "Tag 4" in menu, "None begins so" in menu) == (
            offers,
            bool(offers),
            not offers,
        )
        assert "<input" not in menu
    html = browser.get(f"{MANAGED}filter/", {"tag": last, "sort": "-tags"}).content.decode()
    assert '<option value="-tags" selected>Tags, reversed' in html  # a phone has no room for heads that sort
    assert re.findall(r'name="tag" value="[^"]+"( checked)?', html) == ["", "", " checked"]
    assert 'href="/manage/clients/?' in html  # Cancel, to the list as it was
    assert html.index(">Show clients<") < html.index(">Find<")  # Enter presses the first button of a form
    assert f"tag={last}" in html
    found = browser.post(f"{MANAGED}filter/", {"tag": last, "beginning": "tag 4"}).content.decode()
    assert re.findall(r'name="tag" value="[^"]+"( checked)?', found) == ["", " checked"]
    assert "Tag 4" in found
    both = browser.post(f"{MANAGED}search/", {"tag": last, "beginning": "tag 4"}).content.decode()
    assert "Remove filter Tag Tag 5" in both
