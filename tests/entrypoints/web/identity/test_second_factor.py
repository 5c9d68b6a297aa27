"""Second factors: set up, asked for, good once, counted; and what the database shows of them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.db import connection
from django.test import Client

from kinfold.domain.identity import commands
from kinfold.domain.identity.models import Login
from kinfold.domain.identity.queries import has_second_factor
from kinfold.domain.kernel import clock
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice
from tests.domain.identity.test_limits import in_processes
from tests.entrypoints.rest.programs import program_of
from tests.entrypoints.web.identity.test_links import ask_for_reset, mailed_path
from tests.entrypoints.web.identity.test_sign_in import (
    is_signed_in,
    load_the_pages_of_guessing,
    sign_in,
)
from tests.personas import PASSWORD, Cast, build_cast

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE = "/account/security/code/"
ADD_APP, REMOVE_APP = "/account/security/app/add/", "/account/security/app/remove/"


def code_now(seed: str = SEED, step: int = 0) -> str:
    """What the app shows, some steps from now."""
    return str(format_hotp_value(hotp_value(seed, int(time.time()) // 30 + step)))


def wrong_code() -> str:
    """Six digits that the app shows at no step around now."""
    right = {code_now(step=step) for step in range(-3, 4)}
    return next(f"{n:06}" for n in range(10) if f"{n:06}" not in right)


def with_app(cast: Cast) -> None:
    """Give Nora an authenticator app with a known seed."""
    TOTP.activate(Login.objects.get(id=cast.nora.login_id), SEED)


def at_second_step(cast: Cast) -> Client:
    """A browser where Nora's password was right and the code is asked for."""
    browser = Client()
    assert sign_in(browser, cast.nora.email).headers["Location"] == CODE
    assert not is_signed_in(browser)
    return browser


def shown_seed(page: Any) -> str:
    """The key that the set-up page shows beside the QR code."""
    return str(page.context_data["form"].secret)


def everything_stored() -> str:
    """All rows of all tables, as text: what a thief of the database holds."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.extend(json.dumps(row, default=str) for row in cursor.fetchall())
    return "\n".join(rows)


def test_an_app_is_set_up_and_then_asked_for(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    browser, elsewhere = Client(), Client()
    sign_in(browser, cast.nora.email)
    sign_in(elsewhere, cast.nora.email)
    page = browser.get(ADD_APP)
    assert page.status_code == 200
    seed = shown_seed(page)
    assert seed not in everything_stored(), "not even while it is being set up"
    assert browser.post(ADD_APP, {"code": "000000"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        done = browser.post(ADD_APP, {"code": (used := code_now(seed))})
    assert done.headers["Location"] == "/account/security/recovery-codes/"
    assert has_second_factor(cast.nora.login_id)
    assert is_signed_in(browser)
    assert not is_signed_in(elsewhere), "sessions without the second factor ended"
    assert OutgoingMail.objects.filter(kind="identity.notice").count() == 1

    again = at_second_step(cast)
    refused = again.post(CODE, {"code": used})
    assert refused.status_code == 422, "the code that set it up is used"
    assert again.post(CODE, {"code": code_now(seed, step=1)}).status_code == 302
    assert is_signed_in(again)


def test_a_code_signs_in_once(cast: Cast) -> None:
    with_app(cast)
    code = code_now()
    first, second = at_second_step(cast), at_second_step(cast)
    assert first.post(CODE, {"code": code}).status_code == 302
    refused = second.post(CODE, {"code": code})
    assert refused.status_code == 422
    assert "used already" in refused.content.decode()
    assert not is_signed_in(second)


@pytest.mark.django_db(transaction=True)
def test_one_code_used_many_times_at_once_signs_in_once() -> None:
    cast = build_cast()
    with_app(cast)
    code, browsers = code_now(), [at_second_step(cast) for _ in range(5)]

    def use_code(number: int) -> None:
        if browsers[number].post(CODE, {"code": code}).status_code != 302:
            raise TimeoutError

    assert in_processes(5, use_code, refusal=TimeoutError) == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_a_code_at_once_are_looked_at_five_times() -> None:
    cast = build_cast()
    with_app(cast)
    browser, code = at_second_step(cast), wrong_code()
    load_the_pages_of_guessing()
    assert browser.get(CODE).status_code == 200
    browser.cookies.pop("kinfold-device", None)

    def guess(_: int) -> None:
        if browser.post(CODE, {"code": code}).status_code == 429:
            raise TimeoutError

    assert in_processes(50, guess, refusal=TimeoutError) == 5


def test_guessing_at_a_code_is_slowed_down_and_a_known_browser_is_not_kept_out(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        known = Client()
        sign_in(known, cast.nora.email)
        known.post("/account/sign-out/")
        with_app(cast)
        guesser, code = at_second_step(cast), wrong_code()
        verdicts = [guesser.post(CODE, {"code": code}).status_code for _ in range(7)]
        assert verdicts == [422] * 5 + [429] * 2
        assert guesser.post(CODE, {"code": code_now()}).status_code == 429
        sign_in(known, cast.nora.email)
        assert known.post(CODE, {"code": code_now()}).status_code == 302


def test_a_recovery_code_signs_in_once_and_codes_are_shown_once(cast: Cast) -> None:
    with_app(cast)
    login = Login.objects.get(id=cast.nora.login_id)
    codes = RecoveryCodes.activate(login).get_unused_codes()
    assert len(codes) == 10
    assert all(re.fullmatch(r"\d{12}", code) for code in codes)
    browser = at_second_step(cast)
    assert browser.post(CODE, {"code": codes[3]}).status_code == 302
    assert codes[0] in browser.get("/account/security/recovery-codes/").content.decode()
    assert codes[0] not in browser.get("/account/security/recovery-codes/").content.decode()
    assert at_second_step(cast).post(CODE, {"code": codes[3]}).status_code == 422


def test_a_stolen_database_shows_no_secret(cast: Cast) -> None:
    """Every secret that is handed out is searched for in every table (RELIABILITY 1.15)."""
    browser = Client()
    sign_in(browser, cast.nora.email)
    pending_seed = shown_seed(browser.get(ADD_APP))
    with_app(cast)
    codes = RecoveryCodes.activate(Login.objects.get(id=cast.nora.login_id)).get_unused_codes()
    reset = ask_for_reset(cast.nora.email)
    followed = Client()
    followed.get(reset)
    commands.ask_to_change_email(cast.nora.login_id, "nora.new@example.org")
    verify = mailed_path("identity.verify")
    secrets = {
        "session cookie": browser.cookies["kinfold"].value,
        "cookie of a browser that followed a link": followed.cookies["kinfold"].value,
        "device mark": browser.cookies["kinfold-device"].value.split(".")[0],
        "password": PASSWORD,
        "seed of the app": SEED,
        "seed being set up": pending_seed,
        "reset link": reset.split("/")[-2],
        "verify link": verify.split("/")[-2],
        **{f"recovery code {n}": code for n, code in enumerate(codes)},
    }
    stored = everything_stored()
    assert cast.nora.email in stored, "the search sees what is stored"
    assert {name for name, secret in secrets.items() if secret in stored} == set()


def test_reauthentication_is_asked_before_the_second_factor_is_changed_but_not_right_after_signing_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    sign_in(browser, cast.nora.email)
    assert browser.get(ADD_APP).status_code == 200
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 301)
    asked = browser.get(ADD_APP)
    assert asked.headers["Location"] == f"/account/confirm/?next={ADD_APP.replace('/', '%2F')}"
    question = browser.get(asked.headers["Location"]).content.decode()
    assert "Nothing has happened yet." in question
    assert re.search(r'<a [^>]*href="/"[^>]*>\s*Cancel', question)
    wrong = browser.post(asked.headers["Location"], {"password": "wrong wrong"})
    assert wrong.status_code == 422
    right = browser.post(asked.headers["Location"], {"password": PASSWORD})
    assert right.headers["Location"] == ADD_APP
    assert browser.get(ADD_APP).status_code == 200


def test_a_short_password_keeps_its_second_factor(cast: Cast) -> None:
    with_app(cast)
    browser = at_second_step(cast)
    browser.post(CODE, {"code": code_now()})
    commands.set_password(cast.nora.login_id, "violet-tram9", keep_session=browser.session.session_key)
    browser = Client()
    sign_in(browser, cast.nora.email, "violet-tram9")
    browser.post(CODE, {"code": code_now(step=1)})
    assert is_signed_in(browser)
    refused = browser.post(REMOVE_APP)
    assert refused.status_code == 422
    assert "at least 15 characters first" in refused.content.decode()
    assert has_second_factor(cast.nora.login_id)

    commands.set_password(
        cast.nora.login_id, "nine brass kettles hum", keep_session=browser.session.session_key
    )
    sign_in(browser, cast.nora.email, "nine brass kettles hum")
    assert Login.objects.get(id=cast.nora.login_id).password_stands_alone


def test_the_second_step_cannot_be_opened_without_the_first(client: Client, cast: Cast) -> None:
    with_app(cast)
    assert client.get(CODE).headers["Location"] == "/account/sign-in/"
    assert client.post(CODE, {"code": code_now()}).headers["Location"] == "/account/sign-in/"


def test_the_second_step_waits_fifteen_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with_app(cast)
    browser = at_second_step(cast)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 901)
    assert browser.post(CODE, {"code": code_now()}).headers["Location"] == "/account/sign-in/"


def test_seeds_are_sealed_and_open_only_with_the_installations_key(cast: Cast) -> None:
    with_app(cast)
    data = Authenticator.objects.get(user_id=cast.nora.login_id).data
    assert SEED not in json.dumps(data)


def test_staff_without_a_second_factor_are_led_to_set_one_up_after_the_set_up_week(cast: Cast) -> None:
    ends = Practice.objects.get(pk=cast.alder.practice_id).second_factor_from
    with clock.frozen_at(ends - timedelta(seconds=1)):
        assert not cast.olu.actor.lacks_second_factor
    with clock.frozen_at(ends):
        assert cast.olu.actor.lacks_second_factor
        RecoveryCodes.activate(Login.objects.get(id=cast.olu.login_id))
        assert cast.olu.actor.lacks_second_factor, "codes for an emergency are no second factor"
        TOTP.activate(Login.objects.get(id=cast.olu.login_id), SEED)
        assert not cast.olu.actor.lacks_second_factor
        assert cast.theo.actor.lacks_second_factor, "somebody else's does not count"


def test_pages_lead_there_and_the_security_page_says_why(cast: Cast) -> None:
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        browser = Client()
        sign_in(browser, cast.olu.email)
        led = browser.get("/")
        assert led.headers["Location"] == "/account/security/"
        assert "Set up a second step" in browser.get("/account/security/").content.decode()
        refused = browser.get("/api/v1/members")
        assert refused.status_code == 403
        assert "Set up a second factor first" in refused.json()["detail"]
        assert program_of(cast.olu)("GET", "/members").status_code == 200, "a token is not asked for one"
        TOTP.activate(Login.objects.get(id=cast.olu.login_id), SEED)
        assert browser.get("/").headers["Location"] != "/account/security/"
        assert browser.get("/api/v1/members").status_code == 200


def test_passkeys_are_offered_where_they_can_work(cast: Cast, settings: Any) -> None:
    for address, offered in (
        ("https://kinfold.example", True),
        ("http://localhost:8000", True),
        ("http://[::1]", False),
    ):
        settings.PUBLIC_URL = address
        browser = Client()
        assert ("Sign in with a passkey" in browser.get("/account/sign-in/").content.decode()) is offered
        sign_in(browser, cast.nora.email)
        assert ("Add a passkey" in browser.get("/account/security/").content.decode()) is offered


def test_a_passkey_is_asked_for_only_from_those_who_have_one(cast: Cast) -> None:
    with_app(cast)
    assert "Use a passkey" not in at_second_step(cast).get(CODE).content.decode()
