"""Each page's form token is another one, and every one of them is taken."""

from __future__ import annotations

import re

from django.test import Client as Browser

from tests.personas import PASSWORD, Cast

SIGN_IN = "/account/sign-in/"


def token_on(browser: Browser, address: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', browser.get(address).content.decode())
    assert found
    return found[1]


def test_every_page_has_a_token_of_its_own_that_is_taken(cast: Cast) -> None:
    browser = Browser(enforce_csrf_checks=True)
    first = token_on(browser, SIGN_IN)
    said = {"login": cast.theo.email, "password": PASSWORD, "csrfmiddlewaretoken": first}
    assert browser.post(SIGN_IN, said).status_code == 302
    tokens = [token_on(browser, "/clients/") for _ in range(3)]
    assert len({half for token in tokens for half in (token[:32], token[32:])}) == 6
    changed = tokens[0][:-1] + ("A" if tokens[0][-1] != "A" else "B")
    assert browser.post("/account/sign-out/", {"csrfmiddlewaretoken": changed}).status_code == 403
    for token in tokens:
        assert browser.post("/account/sign-out/", {"csrfmiddlewaretoken": token}).status_code == 302
