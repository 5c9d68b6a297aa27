"""Somebody is added to the team, and comes to their login with a code, in two browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.test_roles import sign_in
from tests.personas import PASSWORD, Cast, build_cast

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The people, committed, since a server of its own reads them."""
    return build_cast()


@pytest.mark.requirement("U64")
@pytest.mark.requirement("U65")
def test_people_are_added_on_one_form_and_one_of_them_registers_with_a_code(
    live_server: LiveServer, cast: Cast, browser: Browser
) -> None:
    base = live_server.url
    ada, amara = (browser.new_context().new_page() for _ in range(2))
    sign_in(ada, base, cast.ada)
    ada.goto(f"{base}/manage/team/")
    ada.get_by_role("link", name="Add Team Member").click()
    ada.get_by_role("button", name="Add another").click()
    expect(ada.get_by_role("button", name="Create Accounts")).to_be_visible()
    for n, first, last, role in ((1, "Imani", "Brooks", "Associate"), (2, "Amara", "Diallo", "Intern")):
        row = ada.locator(f"#p{n}")
        row.get_by_label("First name").fill(first)
        row.get_by_label("Last name").fill(last)
        row.get_by_label("Email").fill(f"{first.lower()}@example.org")
        row.get_by_role("button", name="Roles").click()
        row.get_by_role("checkbox", name=role).check()
        ada.keyboard.press("Escape")
        expect(row.get_by_role("button", name="Roles")).to_contain_text(role)
        expect(row.get_by_role("heading")).to_have_text(f"{n}. {first} {last}")
    # Who is left keeps what was typed and ticked, under a new number.
    ada.get_by_role("button", name="Remove Imani Brooks").click()
    expect(ada.locator("#p1").get_by_role("button", name="Roles")).to_contain_text("Intern")
    ada.get_by_role("button", name="Create Account", exact=True).click()
    expect(ada.get_by_text("Success! Team Members have been created!")).to_be_visible()
    expect(ada.get_by_role("link", name="Amara Diallo", exact=True)).to_be_visible()

    ada.get_by_role("button", name="More actions for Amara Diallo").click()
    ada.get_by_role("button", name="View Registration Code").click()
    code = ada.locator(".secret").inner_text()
    amara.goto(f"{base}/register/")
    amara.get_by_role("link", name="Use your last name and email").click()
    amara.get_by_label("Registration code").fill(code.lower().replace("-", " "))
    amara.get_by_label("Last name").fill("Diallo")
    amara.get_by_label("Email").fill("amara@example.org")
    amara.get_by_role("button", name="Continue").click()
    amara.get_by_label("Choose a password").fill(PASSWORD)
    amara.get_by_role("button", name="Register").click()
    expect(amara.get_by_text("One step is left: follow the link we mailed to you")).to_be_visible()
    ada.goto(f"{base}/manage/team/")
    expect(ada.get_by_text("Not registered")).to_have_count(0)
