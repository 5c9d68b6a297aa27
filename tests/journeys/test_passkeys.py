"""Passkeys in a real browser, with an authenticator that the browser plays itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from kinfold.domain.identity.models import Login
from kinfold.domain.identity.queries import has_second_factor
from kinfold.domain.intake.commands.inviting import ClientInvitee, InviteClients, invite_clients
from kinfold.domain.intake.links import link_token
from kinfold.domain.intake.models import ClientInvitation
from kinfold.domain.kernel.tenancy import entered
from tests.domain.own.steps import mailed_code, send
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
def test_a_client_registers_with_a_passkey_and_never_has_a_password(
    page: Page, home: str, authenticator: Any
) -> None:
    cast = build_cast()
    devtools, device = authenticator
    send(cast.ada, cast.ben)
    page.goto(f"{home}/register/{mailed_code()}/")
    page.get_by_label("Month of birth").select_option("11")
    page.get_by_label("Day of birth").fill("3")
    page.get_by_label("Year of birth").fill("1984")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/register/finish/")  # with its scripts: before, a click on the button is nobody's

    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.locator("[data-passkey-error]")).to_be_visible()
    assert not Login.objects.filter(email=cast.ben.email).exists()

    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url("**/recovery-codes/**")
    expect(page.locator("ul.codes li")).to_have_count(10)
    login = Login.objects.get(email=cast.ben.email)
    assert not login.has_usable_password()
    assert has_second_factor(login.pk)
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [key["isResidentCredential"] for key in kept] == [True]

    sign_out(page, home)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"**/my/{cast.ben.id}/")
    expect(page.get_by_text(cast.ben.email)).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_an_invited_person_becomes_a_client_with_a_passkey_also_after_a_field_was_wrong(
    page: Page, home: str, authenticator: Any
) -> None:
    cast = build_cast()
    devtools, device = authenticator
    (invitation_id,) = invite_clients(
        cast.ada.actor, InviteClients(people=(ClientInvitee(email="ivo@mail.example"),))
    )
    with entered(cast.alder.practice_id):
        nonce = ClientInvitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    page.goto(f"{home}/invited/{link_token(cast.alder.practice_id, invitation_id, nonce)}/")
    page.get_by_label("First name").fill("Ivo")
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert not Login.objects.filter(email="ivo@mail.example").exists()

    page.get_by_label("Last name").fill("Marek")
    page.get_by_label("Month of birth").select_option("2")
    page.get_by_label("Day of birth").fill("28")
    page.get_by_label("Year of birth").fill("1990")
    page.get_by_label("Sex at birth").select_option("male")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url("**/recovery-codes/**")
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert len(kept) == 1
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("ivo@mail.example")).to_be_visible()


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
