"""The pages of exports: from the list as it is shown to the file, with the password asked again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.exports import commands
from kinfold.domain.kernel.tasks import run_pending
from tests.domain.intake.test_inviting_clients import invite
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
LIST, START = "/manage/clients/", "/clients/export/start/"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path / "exports"


def text(browser: Client, address: str) -> str:
    """A page as it is read."""
    return browser.get(address).content.decode()


@pytest.mark.requirement("U39")
def test_the_list_as_it_is_shown_becomes_a_file(cast: Cast, browser_of: BrowserOf) -> None:
    change_client(cast.ada.actor, ChangeClient(client_id=cast.ben.id, version=1, external_id="AC-77"))
    browser = browser_of(cast.ada)
    html = text(browser, f"{LIST}?therapist={cast.lin.member_id}&sort=-name")
    found = re.search(r'href="(/clients/export/[^"]+)"', html)
    assert found
    html = text(browser, found[1].replace("&amp;", "&"))
    assert "What is shown: 2 clients" in html
    assert "Everything: 4 clients" in html
    assert "<title>Export clients" in html
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    page = browser.post(START, {**form, "what": "shown", "format": "csv"})["Location"]
    assert "Your file is ready." in text(browser, page)
    file = browser.get(f"{page}file/")
    assert file["Content-Disposition"].startswith('attachment; filename="clients-')
    assert file["Cache-Control"] == "no-store"
    lines = file.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in lines] == ['"Last name"', '"Okafor"', '"Lindqvist"']
    assert "AC-77" in lines[1]
    assert browser_of(cast.olu).get(f"{page}file/").status_code == 404


def test_typed_words_go_on_by_post_and_stand_in_no_address(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.post(f"{LIST}search/", {"q": "novak"}).content.decode()
    assert 'form="find" formaction="/clients/export/"' in html
    assert 'href="/clients/export/' not in html
    html = browser.post("/clients/export/", {"q": "novak"}).content.decode()
    assert "What is shown: 1 client<" in html
    response = browser.post(START, {"q": "novak", "what": "shown", "format": "xlsx"})
    assert "novak" not in response["Location"]
    assert "1 client" in text(browser, response["Location"])
    refused = browser.post(START, {"q": "nobody at all", "what": "shown", "format": "csv"})
    assert refused.status_code == 422
    assert "There is nobody to export." in refused.content.decode()
    assert 'value="nobody at all"' in refused.content.decode()


@pytest.mark.requirement("U10")
def test_the_pending_view_exports_who_is_pending(cast: Cast, browser_of: BrowserOf) -> None:
    invite(cast.ada, "ivo@mail.example")
    browser = browser_of(cast.ada)
    assert 'href="/clients/export/?show=pending"' in text(browser, f"{LIST}?show=pending")
    html = text(browser, "/clients/export/?show=pending")
    assert "What is shown: 1 pending client<" in html
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    page = browser.post(START, {**form, "what": "shown", "format": "csv"})["Location"]
    assert "1 pending client" in text(browser, page)
    file = browser.get(f"{page}file/")
    assert file["Content-Disposition"].startswith('attachment; filename="pending-clients-')
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "ivo@mail.example" in lines[1]
    page = browser.post(START, {"show": "pending", "what": "everything", "format": "csv"})["Location"]
    assert "4 clients" in text(browser, page)
    assert browser_of(cast.bea).get("/clients/export/?show=pending").status_code == 403


def test_the_password_is_asked_again_before_an_export(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0, "email": cast.ada.email}]
    session.save()
    response = browser.post(START, {"what": "everything", "format": "csv"})
    assert response.status_code == 302
    assert response["Location"].startswith("/account/confirm/")


def test_a_large_export_is_watched_and_leads_on_by_itself(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "WAITED_FOR", 2)
    browser = browser_of(cast.ada)
    page = browser.post(START, {"what": "everything", "format": "xlsx"})["Location"]
    watching = browser.get(page)
    assert watching["Refresh"] == "3"
    assert "You can leave this page." in watching.content.decode()
    assert browser.get(f"{page}file/").status_code == 409
    run_pending()
    assert browser.get(page, headers={"HX-Request": "true"})["HX-Redirect"] == page
    assert "Download Excel" in text(browser, page)
    assert "4 clients, Excel" in text(browser, "/clients/export/")


def test_export_is_offered_to_those_who_may_and_to_nobody_else(cast: Cast, browser_of: BrowserOf) -> None:
    assert "/clients/export/" in text(browser_of(cast.bea), "/clients/")
    for who in (cast.sana, cast.theo, cast.lin):
        browser = browser_of(who)
        assert "/clients/export/" not in text(browser, "/clients/")
        assert browser.get("/clients/export/").status_code == 403
        assert browser.post(START, {"what": "everything", "format": "csv"}).status_code == 403
