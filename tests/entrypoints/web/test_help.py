"""Help: a page for each area, where it is linked, and the bubble on every page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from kinfold.domain.practices.models import Practice
from kinfold.domain.practices.queries import support_address
from kinfold.entrypoints.web.help_areas import AREAS
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
BUBBLE = re.compile(r'<aside class="helper".*?</aside>', re.DOTALL)
ADDRESS = "help@alder.example"


def bubble(browser: Client, url: str) -> str:
    """The bubble of one page."""
    (found,) = BUBBLE.findall(browser.get(url).content.decode())
    return str(found)


@pytest.mark.requirement("U03")
def test_the_bubble_on_every_page_leads_to_the_fitting_help_and_to_the_practices_address(
    cast: Cast, browser_of: BrowserOf
) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(support_email=ADDRESS)
    browser = browser_of(cast.ada)
    for url, area in (
        ("/manage/team/", "people"),
        ("/manage/team/invite/", "adding"),
        (f"/manage/team/{cast.lin.member_id}/", "people"),
        (f"/manage/team/{cast.lin.member_id}/access/", "access"),
        (f"/manage/team/{cast.lin.member_id}/credentials/", "licences"),
        ("/supervision/", "supervision"),
        ("/manage/clients/", "clients"),
        ("/imports/new/", "import"),
        ("/activity/", "access"),
        ("/account/security/", "security"),
    ):
        found = bubble(browser, url)
        assert f'href="/help/{area}/"' in found, url
        assert f'href="mailto:{ADDRESS}"' in found, url
    assert 'href="/help/"' in bubble(browser, "/nowhere/")


@pytest.mark.requirement("U03")
def test_who_has_not_signed_in_gets_help_as_well(cast: Cast, client: Client) -> None:
    assert 'href="/help/security/"' in bubble(client, "/account/sign-in/")
    for area in AREAS:
        html = client.get(f"/help/{area.slug}/").content.decode()
        assert f"<h1>{area.title}</h1>" in html
        assert 'class="prose"' in html


def test_where_there_is_one_practice_the_sign_in_page_knows_whom_to_write_to(
    cast: Cast, client: Client
) -> None:
    Practice.objects.update(support_email=ADDRESS)
    assert support_address() == ""  # two practices: it could be either's
    assert "mailto:" not in client.get("/account/sign-in/").content.decode()


@pytest.mark.django_db
def test_the_only_practice_is_who_people_write_to_before_they_have_signed_in(client: Client) -> None:
    Practice.objects.create(
        name="Alder Creek",
        slug="alder-creek",
        support_email=ADDRESS,
        second_factor_from="2026-01-01T00:00:00Z",
        created_at="2026-01-01T00:00:00Z",
    )
    assert f'href="mailto:{ADDRESS}"' in bubble(client, "/account/sign-in/")


@pytest.mark.requirement("H06")
def test_help_is_one_click_away_where_members_are_added(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).get("/manage/team/invite/").content.decode()
    head = html[html.index('<header class="phead">') :].split("</header>")[0]
    assert 'href="/help/adding/"' in head
    assert 'href="/help/roles/"' in html[html.index('<form class="stack') :].split("</form>")[0]


@pytest.mark.requirement("U73")
def test_help_on_roles_is_one_click_away_beside_the_roles(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    member = browser.get(f"/manage/team/{cast.lin.member_id}/").content.decode()
    assert 'href="/help/roles/"' in member[member.index('id="roles-h"') :].split("</header>")[0]
    boxes = f"/manage/team/{cast.lin.member_id}/roles/"
    assert 'href="/help/roles/"' in browser.get(boxes, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("url", ["/help/nothing/", "/help/page/", "/help/index/"])
def test_help_that_there_is_not_is_not_found(cast: Cast, client: Client, url: str) -> None:
    assert client.get(url).status_code == 404
