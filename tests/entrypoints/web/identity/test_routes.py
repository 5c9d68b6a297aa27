"""Every address of the sign-in side: our own pages, never kept by a browser, and never a fault on bad input."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from kinfold.domain.identity.models import Login
from kinfold.entrypoints.web.identity.urls import routes
from tests.entrypoints.web.identity.test_second_factor import SEED, at_second_step, with_app
from tests.entrypoints.web.identity.test_sign_in import sign_in
from tests.personas import Cast

PARTS: dict[str, dict[str, Any]] = {
    "account_confirm_email": {"key": "no-such-link"},
    "account_reset_password_from_key": {"key": "no-such-link"},
    "session-end": {"session_id": uuid4()},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}
NAMES = [str(route.name) for route in routes]
ODD = (
    "",
    "\x00",
    "é\u202e" * 50,
    "A" * 20_000,
    "[]",
    "{}",
    "null",
    "7",
    '"text"',
    '{"response": {}}',
    '{"id": 1, "rawId": [], "type": {}, "response": {"userHandle": 5, "clientDataJSON": "e30", "signature": "!"}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","signature":"AA"}}',
    "1e999",
    "[" * 5000,
)


FIELDS = ("login", "password", "email", "code", "credential", "name", "oldpassword", "password1", "next")


def address(name: str) -> str:
    """Where a route is."""
    return reverse(name, kwargs=PARTS.get(name))


def browsers(cast: Cast) -> dict[str, Client]:
    """Somebody unknown, somebody halfway in, and somebody signed in."""
    signed_in = Client()
    sign_in(signed_in, cast.nora.email)
    with_app(cast)
    RecoveryCodes.activate(Login.objects.get(id=cast.nora.login_id))
    return {"anonymous": Client(), "halfway": at_second_step(cast), "signed in": signed_in}


@pytest.mark.parametrize("name", NAMES)
def test_each_page_is_ours_and_kept_by_no_browser(cast: Cast, name: str) -> None:
    for who, browser in browsers(cast).items():
        answer = browser.get(address(name))
        assert answer.status_code in {200, 302, 303, 403, 404, 405, 410}, who
        assert answer.headers["Cache-Control"] == "no-store", who
        foreign = [str(t.name) for t in answer.templates if not str(t.name).startswith("django/forms")]
        assert foreign == [], "allauth's own template"


@pytest.mark.parametrize("name", NAMES)
def test_no_page_faults_on_odd_input(cast: Cast, name: str) -> None:
    for who, browser in browsers(cast).items():
        for odd in ODD:
            answer = browser.post(
                address(name), dict.fromkeys(FIELDS, odd) | {"action_add": "", "password2": odd}
            )
            assert answer.status_code < 500, (who, odd[:40])
            wanted = answer.headers.get("Location", "/")
            assert wanted.startswith("/"), "never another site"
    assert Login.objects.get(id=cast.nora.login_id).email == cast.nora.email


def test_a_made_up_page_is_not_found(client: Client, cast: Cast) -> None:
    for path in (
        "/account/password/reset/link/",
        "/account/email/confirm/a/b/",
        "/account/sessions/1/end/",
    ):
        assert client.get(path).status_code == 404


def test_a_person_sees_and_touches_only_their_own_second_factors(cast: Cast) -> None:
    theirs = Authenticator.objects.create(
        user_id=cast.olu.login_id, type=Authenticator.Type.WEBAUTHN, data={"name": "Olu's", "credential": {}}
    )
    TOTP.activate(Login.objects.get(id=cast.olu.login_id), SEED)
    mine = Client()
    sign_in(mine, cast.nora.email)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        path = reverse(name, kwargs={"pk": theirs.pk})
        assert mine.get(path).status_code == 404
        assert mine.post(path, {"name": "mine now"}).status_code == 404
    assert mine.post("/account/security/app/remove/").status_code == 404
    assert Authenticator.objects.filter(user_id=cast.olu.login_id).count() == 2
    assert "Olu's" not in mine.get("/account/security/passkeys/").content.decode()
