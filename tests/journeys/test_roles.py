"""A role is changed by clicking, and the change is felt where somebody who holds it is at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.entrypoints.rest.programs import program_of
from tests.personas import PASSWORD, Cast, Person, build_cast

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The people, committed, since a server of its own reads them."""
    return build_cast()


def sign_in(page: Page, base: str, person: Person) -> None:
    """Type address and password."""
    page.set_default_timeout(10_000)
    page.goto(f"{base}/account/sign-in/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)


@pytest.mark.requirement("O15")
@pytest.mark.requirement("O16")
def test_a_changed_role_bites_in_an_open_session_and_for_a_token(
    live_server: LiveServer, cast: Cast, browser: Browser
) -> None:
    base, chart = live_server.url, f"/clients/{cast.ben.id}/"
    ada, lin = (browser.new_context().new_page() for _ in range(2))
    sign_in(lin, base, cast.lin)
    lin.goto(base + chart)
    expect(lin.get_by_role("heading", name="Ben Okafor")).to_be_visible()
    token = {"Authorization": f"Bearer {program_of(cast.lin).token}"}
    assert lin.request.get(f"{base}/api/v1{chart[:-1]}", headers=token).status == 200

    sign_in(ada, base, cast.ada)
    ada.goto(f"{base}/settings/roles/")
    ada.get_by_role("link", name="Licensed Therapist", exact=True).click()
    panel = ada.get_by_role("group", name="What can this role do?")
    expect(panel.get_by_text("changed")).to_have_count(0)
    ada.get_by_role("group", name="See own clients").get_by_text("Deny").click()
    expect(panel.get_by_role("listitem").filter(has_text="See own clients changed")).to_be_visible()
    expect(ada.get_by_text("1 override")).to_be_visible()
    ada.get_by_role("button", name="Save role").first.click()
    expect(ada.get_by_text("Lin Zhao sees 2 fewer clients.")).to_be_visible()
    ada.get_by_role("button", name="Confirm").click()
    expect(ada.get_by_text("The role is saved.")).to_be_visible()

    lin.reload()
    expect(lin.get_by_role("heading", name="Ben Okafor")).to_have_count(0)
    assert lin.request.get(f"{base}/api/v1{chart[:-1]}", headers=token).status in (403, 404)
