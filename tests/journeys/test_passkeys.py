"""Passkeys in a real browser, with an authenticator that the browser plays itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from kinfold.domain.identity.queries import has_second_factor
from tests.personas import PASSWORD, Cast, build_cast

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def authenticator(page: Page) -> Any:
    """A device in the browser that keeps passkeys and always recognises its owner's finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools, made["authenticatorId"]


@pytest.fixture
def home(live_server: LiveServer, settings: Any) -> str:
    """Passkeys belong to a name, never to a number."""
    settings.PUBLIC_URL = live_server.url.replace("127.0.0.1", "localhost")
    return str(settings.PUBLIC_URL)


def sign_in_with_password(page: Page, home: str, cast: Cast) -> None:
    """Type address and password."""
    page.goto(f"{home}/account/sign-in/")
    page.get_by_label("Email").fill(cast.nora.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def sign_out(page: Page, home: str) -> None:
    """By the page that asks."""
    page.goto(f"{home}/account/sign-out/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/sign-in/")


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_and_then_signs_in_alone_and_as_second_step(
    page: Page, home: str, authenticator: Any
) -> None:
    cast = build_cast()
    devtools, device = authenticator
    sign_in_with_password(page, home, cast)
    page.goto(f"{home}/account/security/passkeys/add/")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/")
    expect(page.locator("ul.codes li")).to_have_count(10)
    assert has_second_factor(cast.nora.login_id)
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [key["isResidentCredential"] for key in kept] == [True]
    assert [key["rpId"] for key in kept] == ["localhost"]

    sign_out(page, home)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(f"{home}/account/security/passkeys/")
    expect(page.get_by_text("Last used", exact=False)).to_be_visible()

    sign_out(page, home)
    sign_in_with_password(page, home, cast)
    page.wait_for_url("**/account/security/code/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/code/" not in url)
    page.goto(f"{home}/account/sessions/")
    expect(page.get_by_text("This browser")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_a_passkey_whose_owner_was_not_recognised_neither_signs_in_nor_is_added(
    page: Page, home: str, authenticator: Any
) -> None:
    cast = build_cast()
    devtools, device = authenticator
    sign_in_with_password(page, home, cast)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{home}/account/security/passkeys/add/")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("[data-passkey-error]")).to_be_visible()
    assert not has_second_factor(cast.nora.login_id)

    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.goto(f"{home}/account/security/passkeys/add/")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/")
    sign_out(page, home)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-passkey-error]")).to_be_visible()
    assert "sign-in" in page.url
