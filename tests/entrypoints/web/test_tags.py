"""Tags in Settings: renaming, making two one after being asked, deleting."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
TAGS = "/settings/tags/"


def test_tags_are_renamed_made_one_and_deleted(cast: Cast, browser_of: BrowserOf) -> None:
    tags = ("Couples", "Pairs", "Sleep")
    change_client(cast.ada.actor, ChangeClient(client_id=cast.anna.id, version=1, tags=tags))
    browser = browser_of(cast.ada)
    html = browser.get(TAGS).content.decode()
    ids = dict(
        re.findall(r'action="/settings/tags/([^/]+)/rename/".*?value="([^"]+)" required', html, re.DOTALL)
    )
    of = {name: tag_id for tag_id, name in ids.items()}
    assert set(of) == set(tags)
    refused = browser.post(f"{TAGS}{of['Pairs']}/rename/", {"name": "couples"})
    assert refused.status_code == 409
    assert "Another tag has this name." in refused.content.decode()
    assert "Make them one" in refused.content.decode()
    assert (
        browser.post(f"{TAGS}{of['Pairs']}/rename/", {"name": "couples", "merge": "yes"}).status_code == 303
    )
    assert browser.post(f"{TAGS}{of['Sleep']}/delete/").status_code == 303
    html = browser.post(f"{TAGS}find/", {"q": "c"}).content.decode()
    assert "Couples" in html
    assert "Pairs" not in browser.get(TAGS).content.decode()
    assert browser.post(f"{TAGS}{of['Couples']}/rename/", {"name": " "}).status_code == 422
    assert browser_of(cast.theo).get(TAGS).status_code == 403
