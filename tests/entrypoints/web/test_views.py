"""Saved views in the browser: from the list to a name and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from django.test import Client

from kinfold.domain.clients.queries.views import ListViews, list_views
from tests.entrypoints.web.test_clients import names
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
LIST, VIEWS = "/manage/clients/", "/clients/views/"


def test_the_list_is_kept_opened_begun_with_and_left(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(f"{LIST}?therapist={cast.lin.member_id}&sort=-name").content.decode()
    found = re.search(r'hx-get="(/clients/views/[^"]+)" hx-trigger="toggle once"', html)
    assert found
    assert f'<a class="item" href="{found[1]}">' in html  # without a script
    html = browser.get(found[1].replace("&amp;", "&")).content.decode()
    form = html[html.index('action="/clients/views/save/"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert browser.post(f"{VIEWS}save/", {**hidden, "name": ""}).status_code == 422
    assert browser.post(f"{VIEWS}save/", {**hidden, "name": "Lin’s"})["Location"] == VIEWS
    (view,) = list_views(cast.ada.actor, ListViews())
    opened = browser.post(f"{VIEWS}{view.id}/", {"do": "open"})["Location"]
    assert names(browser.get(opened).content.decode()) == ["Ben Okafor", "Dora Lindqvist"]
    browser.post(f"{VIEWS}{view.id}/", {"do": "begin"})
    begun = browser.get(LIST)
    assert begun["Location"] == opened
    html = browser.get(opened).content.decode()
    everybody = re.search(r'href="([^"]+)"[^>]*>Clear filters', html)
    assert everybody
    assert len(names(browser.get(everybody[1]).content.decode())) == 4
    again = browser.post(f"{VIEWS}{view.id}/", {"do": "rename", "name": "Lin’s"}, follow=True)
    assert again.status_code == 200
    browser.post(f"{VIEWS}{view.id}/", {"do": "delete"})
    assert len(names(browser.get(LIST).content.decode())) == 4


def test_an_act_that_is_none_changes_nothing_and_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    assert browser_of(cast.ada).post(f"{VIEWS}{uuid4()}/", {"do": "explode"}).status_code == 404


def test_an_address_that_is_none_does_not_break_the_menu(cast: Cast, browser_of: BrowserOf) -> None:
    answer = browser_of(cast.ada).get(VIEWS, headers={"HX-Request": "true", "HX-Current-URL": "http://[x]/"})
    assert answer.status_code == 200


def test_the_menu_on_the_list_saves_opens_and_changes_views_and_comes_back(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    at = f"{LIST}?sort=-name"
    by_script = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"}
    menu = browser.get(f"{VIEWS}?sort=-name", headers=by_script).content.decode()
    assert "<html" not in menu
    assert "No saved views yet" in menu
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', menu))
    assert (hidden["next"], hidden["sort"]) == (at, "-name")
    assert browser.post(f"{VIEWS}save/", {**hidden, "name": "From Z", "shared": "yes"})["Location"] == at
    (view,) = list_views(cast.olu.actor, ListViews())
    assert "From Z" in browser.get(VIEWS, headers=by_script).content.decode()
    for do in ("keep", "rename", "delete"):
        answer = browser.post(f"{VIEWS}{view.id}/", {"do": do, "name": "Z first", "next": at})
        assert answer["Location"] == at
    assert list_views(cast.ada.actor, ListViews()) == ()
    elsewhere = browser.post(f"{VIEWS}save/", {"name": "Away", "next": "https://elsewhere.example/"})
    assert elsewhere["Location"] == VIEWS
