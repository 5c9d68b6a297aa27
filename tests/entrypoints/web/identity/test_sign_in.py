"""Signing in and out: the same answers for known and unknown addresses, and limits that keep nobody out for good."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, RequestFactory
from django.urls import reverse

from kinfold.domain.identity import commands
from kinfold.domain.identity.models import Login, LoginSession
from kinfold.domain.identity.queries import list_sessions
from kinfold.domain.kernel import clock
from kinfold.domain.lifecycle.demo import build_demo, demo_logins
from kinfold.domain.practices.models import Practice
from kinfold.entrypoints.web.identity.tries import address_of
from tests.domain.identity.test_limits import in_processes
from tests.personas import PASSWORD, Cast, build_cast

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SIGN_IN, SESSIONS = "/account/sign-in/", "/account/sessions/"
MASKED = re.compile(r'(name="(?:csrfmiddlewaretoken|form_key)" value|nonce)="[^"]+"')


def sign_in(client: Client, email: str, password: str = PASSWORD, **headers: str) -> Any:
    """Post the sign-in form."""
    return client.post(SIGN_IN, {"login": email, "password": password}, headers=headers)


def masked(response: Any, *typed: str) -> tuple[int, str, dict[str, str]]:
    """A response without its random parts and without what was typed."""
    body = MASKED.sub(r'\1="…"', response.content.decode())
    for text in typed:
        body = body.replace(text, "…")
    headers = {name: value for name, value in response.headers.items() if name != "Content-Security-Policy"}
    headers.pop("Content-Length", None)  # compared with the body itself
    headers.pop("Expires", None)  # the second in which the page was made
    return response.status_code, body, headers


def load_the_pages_of_guessing() -> None:
    """Guess at somebody else's password until stopped, or each of many processes would load the same pages alone."""
    verdicts = [sign_in(Client(), "nobody@example.org").status_code for _ in range(6)]
    assert verdicts == [422] * 5 + [429]


def is_signed_in(client: Client) -> bool:
    """Whether the browser's session opens pages."""
    return client.get(SESSIONS).status_code == 200


def test_a_person_signs_in_with_address_and_password_and_out_again(client: Client, cast: Cast) -> None:
    nora = cast.nora
    response = sign_in(client, nora.email.upper())
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert is_signed_in(client)
    response = client.get("/account/sign-out/")
    assert response.status_code == 200
    assert is_signed_in(client), "opening the page signs nobody out"
    response = client.post("/account/sign-out/")
    assert response.headers["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_signing_in_gives_a_new_cookie_so_a_planted_one_is_worthless(client: Client, cast: Cast) -> None:
    client.get(SIGN_IN)
    client.cookies["kinfold"] = "planted-by-somebody-else-0123456789"
    sign_in(client, cast.nora.email)
    assert client.cookies["kinfold"].value != "planted-by-somebody-else-0123456789"
    assert LoginSession.objects.filter(login_id=cast.nora.login_id).count() == 1


def test_the_session_cookie_is_for_this_browser_session_and_no_script(client: Client, cast: Cast) -> None:
    sign_in(client, cast.nora.email)
    cookie = client.cookies["kinfold"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == cookie["expires"] == ""


@pytest.mark.parametrize("path", ["/account/signup/", "/account/sign-up/", "/account/login/code/", "/admin/"])
def test_there_is_no_sign_up_and_no_other_way_in(client: Client, cast: Cast, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_the_answer_to_a_wrong_password_is_the_same_for_a_known_and_an_unknown_address(cast: Cast) -> None:
    known = sign_in(Client(), cast.nora.email, "not the password at all")
    unknown = sign_in(Client(), "nobody@example.org", "not the password at all")
    assert known.status_code == 422
    assert "do not belong together" in known.content.decode()
    assert masked(known, cast.nora.email) == masked(unknown, "nobody@example.org")


def test_a_login_that_is_switched_off_looks_like_any_other_to_a_guesser(cast: Cast) -> None:
    Login.objects.filter(id=cast.nora.login_id).update(is_active=False)
    off = sign_in(Client(), cast.nora.email, "not the password at all")
    unknown = sign_in(Client(), "nobody@example.org", "not the password at all")
    assert masked(off, cast.nora.email) == masked(unknown, "nobody@example.org")
    right = sign_in(Client(), cast.nora.email)
    assert right.headers["Location"] == "/account/inactive/"


def test_an_address_that_was_not_proved_signs_nobody_in(client: Client, cast: Cast) -> None:
    EmailAddress.objects.filter(user_id=cast.nora.login_id).update(verified=False)
    response = sign_in(client, cast.nora.email)
    assert response.headers["Location"] == "/account/email/sent/"
    assert not is_signed_in(client)


def test_what_is_no_address_is_answered_with_what_is_wrong(client: Client, cast: Cast) -> None:
    response = sign_in(client, "no\u0280a@example.org")
    assert response.status_code == 422
    assert "only looks plain" in response.content.decode()


def test_a_page_asked_for_before_signing_in_is_opened_afterwards_but_never_another_site(cast: Cast) -> None:
    for wanted, led_to in (("/account/sessions/", "/account/sessions/"), ("https://evil.example/", "/")):
        response = Client().post(
            f"{SIGN_IN}?next={wanted}", {"login": cast.nora.email, "password": PASSWORD, "next": wanted}
        )
        assert response.headers["Location"] == led_to


def test_guessing_is_slowed_down_alike_for_known_and_unknown_addresses(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        answers = {}
        for email in (cast.nora.email, "nobody@example.org"):
            answers[email] = [sign_in(Client(), email, "wrong wrong wrong") for _ in range(7)]
            assert [answer.status_code for answer in answers[email]] == [422] * 5 + [429] * 2
        known, unknown = answers[cast.nora.email][-1], answers["nobody@example.org"][-1]
        assert "Too many tries. Try again in 1 minute." in known.content.decode()
        assert masked(known, cast.nora.email) == masked(unknown, "nobody@example.org")
        refused = sign_in(Client(), cast.nora.email)
        assert refused.status_code == 429, "the right password too, from where the guesses came"
    with clock.frozen_at(NOON + timedelta(minutes=1)):
        assert sign_in(Client(), cast.nora.email).status_code == 302


def test_a_browser_that_signed_in_before_is_not_kept_out_by_guesses_from_elsewhere(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        known = Client()
        assert sign_in(known, cast.nora.email).status_code == 302
        known.post("/account/sign-out/")
        for machine in range(70):
            elsewhere = Client(REMOTE_ADDR=f"198.51.100.{machine}")
            sign_in(elsewhere, cast.nora.email, "wrong wrong wrong")
        assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), cast.nora.email).status_code == 429
        assert sign_in(known, cast.nora.email).status_code == 302


def test_a_known_browser_may_not_guess_for_ever_either(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        known = Client()
        sign_in(known, cast.nora.email)
        known.post("/account/sign-out/")
        verdicts = [sign_in(known, cast.nora.email, "wrong wrong wrong").status_code for _ in range(12)]
        assert verdicts == [422] * 10 + [429] * 2


def test_one_machine_cannot_try_one_password_on_many_logins(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        verdicts = [sign_in(Client(), f"p{n}@example.org", PASSWORD).status_code for n in range(33)]
    assert verdicts == [422] * 30 + [429] * 3


def test_signing_in_rightly_again_and_again_is_never_slowed_down(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        assert {sign_in(Client(), cast.nora.email).status_code for _ in range(12)} == {302}


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_are_looked_at_five_times() -> None:
    email = build_cast().nora.email
    load_the_pages_of_guessing()

    def guess(_: int) -> None:
        if sign_in(Client(), email, "wrong wrong wrong").status_code == 429:
            raise TimeoutError

    assert in_processes(50, guess, refusal=TimeoutError) == 5


def test_ended_sessions_are_refused_on_the_next_request(cast: Cast) -> None:
    laptop, phone = Client(), Client()
    for browser in (laptop, phone):
        sign_in(browser, cast.nora.email)
    assert is_signed_in(phone)
    others = [
        s.id for s in list_sessions(cast.nora.login_id, laptop.session.session_key) if not s.is_this_one
    ]
    response = laptop.post(reverse("session-end", kwargs={"session_id": others[0]}))
    assert (response.status_code, response.headers["Location"]) == (303, SESSIONS)
    assert not is_signed_in(phone)
    sign_in(phone, cast.nora.email)
    laptop.post(reverse("sessions-end-others"))
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)


def test_ending_the_session_one_is_in_signs_out(cast: Cast) -> None:
    laptop, phone = Client(), Client()
    for browser in (laptop, phone):
        sign_in(browser, cast.nora.email)
    (own,) = (s.id for s in list_sessions(cast.nora.login_id, laptop.session.session_key) if s.is_this_one)
    response = laptop.post(reverse("session-end", kwargs={"session_id": own}), follow=True)
    assert response.redirect_chain == [(SIGN_IN, 303)]
    assert "This browser is signed out." in response.content.decode()
    assert not is_signed_in(laptop)
    assert is_signed_in(phone)


def test_somebody_elses_session_and_one_that_never_was_are_both_not_there(cast: Cast) -> None:
    mine, theirs = Client(), Client()
    sign_in(mine, cast.nora.email)
    sign_in(theirs, cast.olu.email)
    their_id = list_sessions(cast.olu.login_id)[0].id
    foreign = mine.post(reverse("session-end", kwargs={"session_id": their_id}))
    absent = mine.post(reverse("session-end", kwargs={"session_id": cast.nora.login_id}))
    assert foreign.status_code == absent.status_code == 404
    assert masked(foreign) == masked(absent)
    assert len(list_sessions(cast.olu.login_id)) == 1


def test_a_session_ends_by_itself(cast: Cast) -> None:
    browser = Client()
    with clock.frozen_at(NOON):
        sign_in(browser, cast.nora.email)
    with clock.frozen_at(NOON + timedelta(minutes=31)):
        response = browser.get(SESSIONS)
    assert response.headers["Location"].startswith(SIGN_IN)


def test_an_archived_login_is_signed_out_on_the_next_request(cast: Cast) -> None:
    browser = Client()
    sign_in(browser, cast.nora.email)
    Login.objects.filter(id=cast.nora.login_id).update(is_active=False)
    assert not is_signed_in(browser)
    commands.end_sessions(cast.nora.login_id)


def test_forms_without_the_forgery_token_are_refused(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert sign_in(browser, cast.nora.email).status_code == 403


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "counted"),
    [
        (0, "203.0.113.7", "192.0.2.1", "192.0.2.1"),  # anybody can write that header
        (1, "203.0.113.7", "192.0.2.1", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "192.0.2.1", "192.0.2.1"),  # fewer than there should be
        (1, "not an address", "192.0.2.1", "192.0.2.1"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),  # a whole network is one visitor
        (0, "", "", "local"),  # a socket file
    ],
)
def test_a_visitors_address_cannot_be_made_up(
    rf: RequestFactory, settings: Any, proxies: int, forwarded: str, remote: str, counted: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert address_of(rf.get("/", headers=headers, REMOTE_ADDR=remote)) == counted


def test_the_sign_in_page_names_logins_only_where_every_practice_is_a_demo(
    client: Client, cast: Cast
) -> None:
    assert "Demo logins" not in client.get(SIGN_IN).content.decode()
    Practice.objects.filter(pk=cast.alder.practice_id).update(demo=True)
    assert "Demo logins" not in client.get(SIGN_IN).content.decode(), "one practice is real"


def test_every_login_that_the_sign_in_page_of_a_demo_names_signs_in(db: None) -> None:
    build_demo(clients=3, members=6)
    page = Client().get(SIGN_IN).content.decode()
    assert "Demo logins" in page
    logins = demo_logins()
    assert logins
    for login in logins:
        assert login.email in page
        assert login.password in page
        assert sign_in(Client(), login.email, login.password).headers["Location"] == "/"
