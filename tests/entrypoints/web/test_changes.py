"""Bulk acts in the browser: ticking, Select an action, the preview, the result and undoing, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from kinfold.domain.clients.commands import bulk
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Tag
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.bulk.steps import archive, therapist_of
from tests.domain.clients.steps import card, listed, names
from tests.personas import Cast, CastClient, Person

BrowserOf = Callable[[Person], Client]
LIST = "/manage/clients/"


def choose(browser: Client, act: str, *clients: CastClient, **more: str) -> str:
    """Select an action; returns where it leads."""
    ids = [str(client.id) for client in clients]
    response = browser.post("/clients/act/", {"act": act, "client": ids, "next": LIST, **more})
    assert response.status_code == 303
    return str(response["Location"])


def carry_out(browser: Client, place: str, **decided: Any) -> Any:
    """Carry out what was chosen."""
    return browser.post(place.partition("?")[0] + "apply/", {"next": LIST, **decided})


def said(html: str) -> str:
    """What the preview says first."""
    found = re.search(r"data-announce>([^<]+)</h2>", html)
    assert found
    return found[1]


@pytest.mark.requirement("U20")
@pytest.mark.requirement("U19")
@pytest.mark.requirement("U24")
def test_ticked_clients_are_archived_after_a_preview_and_come_back_by_undoing_it(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(LIST).content.decode()
    assert html.count('name="client"') == 4
    assert re.findall(r'name="act" value="([^"]+)"', html) == [
        "add-tags", "remove-tags", "edit", "send-codes", "reassign", "merge", "archive",
    ]  # fmt: skip
    archive(cast.ada, cast.uma.id)
    place = choose(browser, "archive", cast.anna, cast.ben, cast.uma)
    html = browser.get(place).content.decode()
    assert said(html) == "2 of 3 can be archived."
    assert "All their assignments end, with: Lin Zhao (1), Theo Park (1)." in html
    assert "Uma Petrova" in html
    result = carry_out(browser, place)
    html = browser.get(result["Location"]).content.decode()
    assert "2 clients archived." in html
    assert "Their cancelled sessions are booked again, where they are still to come" in html
    assert "archived, so nothing can be changed" in html
    assert names(listed(cast.ada)) == ["Dora Lindqvist"]
    response = browser.post(place.partition("?")[0] + "undo/")
    html = browser.get(response["Location"]).content.decode()
    assert "This was undone." in html
    assert "Their cancelled sessions are booked again, where they were still to come" in html
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")


@pytest.mark.requirement("U17")
def test_archived_accounts_are_unarchived_from_their_view(cast: Cast, browser_of: BrowserOf) -> None:
    archive(cast.ada, cast.anna.id)
    browser = browser_of(cast.ada)
    html = browser.get(LIST + "?show=archived").content.decode()
    assert "Unarchive User Accounts" in html
    assert re.findall(r'name="act" value="([^"]+)"', html) == ["unarchive", "delete"]
    response = carry_out(browser, choose(browser, "unarchive", cast.anna))
    assert response["Location"] == LIST
    html = browser.get(LIST).content.decode()
    assert "1 client unarchived." in html
    assert "Undo…" in html
    assert card(cast.ada, cast.anna.id).status == "active"


@pytest.mark.requirement("U21")
def test_tags_are_added_and_removed(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    place = choose(browser, "add-tags", cast.anna, cast.ben)
    refused = carry_out(browser, place, tags=" , ")
    assert refused.status_code == 422
    assert "Enter at least one tag." in refused.content.decode()
    carry_out(browser, place, tags="EMDR, Sleep")
    for client in (cast.anna, cast.ben):
        profile = card(cast.ada, client.id).profile
        assert profile
        assert profile.tags == ("EMDR", "Sleep")
    with entered(cast.alder.practice_id):
        tag_id = str(Tag.objects.get(name="EMDR").id)
    place = choose(browser, "remove-tags", cast.anna, cast.ben, cast.uma)
    html = browser.get(place).content.decode()
    assert "2 of these clients have it" in html
    html = browser.post(place.partition("?")[0], {"tag": [tag_id]}).content.decode()
    assert said(html) == "2 of 3 can have tags removed."
    carry_out(browser, place, tag=[tag_id])
    profile = card(cast.ada, cast.anna.id).profile
    assert profile
    assert profile.tags == ("Sleep",)


@pytest.mark.requirement("O25")
def test_the_preview_of_reassigning_says_whom_it_concerns_before_anything_happens(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    place = choose(browser, "reassign", cast.anna, cast.ben)
    to_lin = {"therapist": str(cast.lin.member_id), "reason": "Back from leave"}
    html = browser.post(place.partition("?")[0], to_lin).content.decode()
    assert said(html) == "1 of 2 can be reassigned."
    assert "Lin Zhao has 2 active clients now, and 3 then." in html
    assert "Back from leave" in html
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")
    refused = carry_out(browser, place, therapist="", reason="x" * 301)
    assert refused.status_code == 422
    assert "Choose a therapist." in refused.content.decode()
    assert "x" * 301 in refused.content.decode()
    carry_out(browser, place, **to_lin)
    assert therapist_of(cast, cast.anna.id) == ("Lin Zhao", "practice")
    place = choose(browser, "reassign", cast.anna)
    carry_out(browser, place, therapist="none")
    assert therapist_of(cast, cast.anna.id) == ("", "practice")


@pytest.mark.requirement("U25")
def test_all_that_match_are_chosen_also_those_on_other_pages_and_by_words_that_stand_in_no_address(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.post(LIST + "search/", {"q": "o"}).content.decode()
    assert "Select all 1 active client" in html
    html = browser.post(LIST + "search/", {"q": "o", "all": "yes"}).content.decode()
    assert "All 1 active client selected" in html
    assert 'name="q" value="o"' in html
    place = choose(browser, "archive", all="yes", q="o")
    assert "o" not in place.partition("next=")[2].replace("manage", "")
    assert said(browser.get(place).content.decode()) == "1 client can be archived."
    place = choose(browser, "archive", all="yes", therapist="none")
    html = browser.get(place).content.decode()
    assert "Uma Petrova" in html
    assert "Ben Okafor" not in html


@pytest.mark.requirement("U22")
@pytest.mark.requirement("U28")
def test_edit_user_opens_the_edit_of_the_one_that_is_ticked(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    place = choose(browser, "edit", cast.anna)
    assert place == f"/clients/{cast.anna.id}/edit/?next={quote(LIST, safe='')}"
    assert choose(browser, "edit", all="yes") == LIST
    assert "Tick the clients to edit one after another, at most 50." in browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"act": "archive"}, "Choose at least one client."),
        ({"act": "fly"}, "Choose what to do with these clients."),
    ],
)
def test_an_unfinished_choice_leads_back_with_a_sentence(
    cast: Cast, browser_of: BrowserOf, sent: dict[str, str], sentence: str
) -> None:
    browser = browser_of(cast.ada)
    assert browser.post("/clients/act/", sent)["Location"] == LIST
    assert sentence in browser.get(LIST).content.decode()


def test_a_tampered_choice_is_nobody(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    for wrong in ("x", str(cast.finn.id)):
        assert browser.post("/clients/act/", {"act": "archive", "client": wrong}).status_code == 404
    assert choose(browser, "archive", cast.anna, next="https://elsewhere.example/").endswith(
        "?next=/manage/clients/"
    )


def test_somebody_without_the_right_is_offered_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    for who in (cast.theo, cast.bea):
        html = browser_of(who).get("/clients/").content.decode()
        assert 'name="act"' not in html
        assert 'name="client"' not in html
        assert "Bulk changes" not in html


def test_who_was_changed_meanwhile_is_left_and_named(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    place = choose(browser, "archive", cast.anna, cast.ben)
    change_client(cast.olu.actor, ChangeClient(client_id=cast.anna.id, version=1, last_name="Nowak"))
    html = browser.get(place).content.decode()
    assert said(html) == "1 of 2 can be archived."
    assert "changed by somebody after they were chosen" in html
    carry_out(browser, place)
    again = carry_out(browser, place)
    assert again["Location"] == place.partition("?")[0]
    assert "carried out already" in browser.get(again["Location"]).content.decode()


def test_an_act_that_fits_nobody_is_refused_on_its_page(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    place = choose(browser, "unarchive", cast.anna)
    response = carry_out(browser, place)
    assert response.status_code == 409
    assert "Nothing was changed." in response.content.decode()


def test_many_are_watched_at_work_and_found_again_under_bulk_changes(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "WAITED_FOR", 1)
    browser = browser_of(cast.ada)
    place = choose(browser, "archive", cast.anna, cast.ben)
    at_work = browser.get(carry_out(browser, place)["Location"])
    assert at_work["Refresh"] == "3"
    assert "You can leave this page." in at_work.content.decode()
    run_pending()
    answer = browser.get(place.partition("?")[0], headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == place.partition("?")[0]
    html = browser.get("/clients/changes/").content.decode()
    assert "Archive clients: 2 clients" in html
    assert "Ada Brandt" in html
    html = browser.get("/activity/").content.decode()
    assert "carried out a bulk change" in html
    assert f'href="{place.partition("?")[0]}"' in html


def test_one_client_is_archived_from_their_page(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    page = f"/clients/{cast.anna.id}/"
    assert 'value="archive"' in browser.get(page).content.decode()
    response = carry_out(browser, choose(browser, "archive", cast.anna), next=page)
    assert response["Location"] == page
    html = browser.get(page).content.decode()
    assert "Archived" in html
    assert 'value="unarchive"' in html
    assert ">Edit<" not in html


def test_two_ticked_clients_are_merged_side_by_side_and_any_other_number_is_refused(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    assert 'value="merge" data-two' in browser.get(LIST).content.decode()
    two = [str(cast.anna.id), str(cast.ben.id)]
    answer = browser.post("/clients/act/", {"act": "merge", "client": two})
    assert answer["Location"] == f"/clients/{two[0]}/merge/{two[1]}/"
    three = [*two, str(cast.uma.id)]
    for wrong in ({"client": two[:1]}, {"client": three}, {"client": [two[0], *two]}, {"all": "yes"}, {}):
        answer = browser.post("/clients/act/", {"act": "merge", **wrong}, follow=True)
        assert "Tick the two clients whose records are one person" in answer.content.decode()
    assert 'value="merge"' not in browser_of(cast.theo).get("/clients/").content.decode()
