"""The core of the main job without a mouse: each step by keys alone, and it is always to be seen where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from kinfold.domain.clients.models import Client
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Invitation
from tests.personas import PASSWORD, Cast, build_cast

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

# What has the focus: the words that name it, and whether it stands out and is on the screen.
FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return { name: "", clear: true };
  const words = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { name: words.replace(/\\s+/g, " ").trim(), clear: ring && within };
}"""
PATIENCE = 120  # a page on which something is further away than this is not made for keyboards


class Keys:
    """Somebody at a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unclear: set[str] = set()

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Over what stands in the field."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def tab_to(self, name: str) -> None:
        """Go on from control to control until one of this name is reached."""
        passed = []
        for _ in range(PATIENCE):
            focused = self.page.evaluate(FOCUSED)
            passed.append(focused["name"])
            if not focused["clear"]:
                self.unclear.add(f"{focused['name']} on {self.page.url}")
            if focused["name"].startswith(name):
                return
            self.press("Tab")
        raise AssertionError(f"{name} is not reached: {passed}")

    def follow(self, name: str, heading: str) -> None:
        """Open another page by a link, or by what Enter does in a field."""
        self.tab_to(name)
        with self.page.expect_navigation():
            self.press("Enter")
        expect(self.page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The people, committed, since a server of its own reads them."""
    return build_cast()


@pytest.mark.requirement("U26")
def test_a_client_is_found_opened_and_edited_and_someone_invited_by_keys_alone(
    live_server: LiveServer, cast: Cast, page: Page
) -> None:
    keys = Keys(page)
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}/account/sign-in/")
    keys.tab_to("Email")
    keys.write(cast.ada.email)
    keys.tab_to("Password")
    keys.write(PASSWORD)
    keys.follow("Password", "Manage users")

    keys.tab_to("Search clients")
    keys.write("nov")
    keys.press("Enter")
    expect(page.locator("td.c-name a")).to_have_count(1)
    keys.follow("Anna Novak", "Anna Novak")
    keys.follow("Clients", "Manage users")
    expect(page.locator("td.c-name a")).to_have_count(4)

    keys.tab_to("Edit Anna Novak")
    keys.press("Enter")
    expect(page.get_by_label("First name")).to_be_focused()
    keys.write("Nobody")
    keys.press("Escape")
    expect(page.get_by_label("Edit Anna Novak")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_label("First name")).to_be_focused()
    keys.press("Tab")
    keys.write("Nováková")
    keys.press("Enter")
    expect(page.get_by_label("Edit Anna Nováková")).to_be_focused()
    with entered(cast.alder.practice_id):
        assert Client.objects.values_list("last_name", flat=True).get(pk=cast.anna.id) == "Nováková"

    page.reload()
    keys.follow("Team", "Manage users")
    keys.tab_to("More ways to add team members")
    keys.press("Enter")
    keys.follow("Invite Therapist", "Invite Therapist")
    keys.tab_to("Full name")
    keys.write("Imani Brooks")
    keys.tab_to("Email")
    keys.write("imani@example.org")
    keys.tab_to("Licensed Therapist")
    keys.press("Space", "Enter")
    expect(page.get_by_text("The invitation is on its way.")).to_be_visible()
    with entered(cast.alder.practice_id):
        assert Invitation.objects.get().email == "imani@example.org"
    assert keys.unclear == set()
