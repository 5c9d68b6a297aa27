"""Mailed links on the web: opening one changes nothing, the button uses it up, and a dead one says so in a sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from kinfold.domain.identity import commands, links
from kinfold.domain.identity.emails import notice_mail, reset_mail, verification_mail
from kinfold.domain.identity.models import EmailedLink, Login, LoginSession
from kinfold.domain.kernel import clock
from kinfold.domain.messages.models import OutgoingMail
from tests.entrypoints.web.identity.test_sign_in import is_signed_in, masked, sign_in
from tests.personas import PASSWORD, Cast

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
FORGOT, EMAIL = "/account/password/reset/", "/account/email/"
NEW_PASSWORD = "nine brass kettles hum softly"


def ask_for_reset(email: str) -> str:
    """Ask on the page; the link of the mail, as a path."""
    response = Client().post(FORGOT, {"email": email})
    assert response.headers["Location"] == "/account/password/reset/sent/"
    return mailed_path("identity.reset")


def mailed_path(kind: str) -> str:
    """The link in the last mail of a kind, without the host."""
    row = OutgoingMail.objects.filter(kind=kind).order_by("-created_at").first()
    assert row is not None
    mail = {"identity.reset": reset_mail, "identity.verify": verification_mail}[kind](None, row.subject_id)
    assert mail is not None
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", mail.text)
    assert found is not None
    return found[1]


def choose(browser: Client, path: str, password: str = NEW_PASSWORD, again: str | None = None) -> Any:
    """Follow a reset link and send the form behind it."""
    opened = browser.get(path)
    assert opened.status_code == 303
    data = {"password1": password, "password2": again or password}
    return browser.post(opened.headers["Location"], data)


def test_the_links_in_mails_lead_to_the_pages_that_follow_them() -> None:
    assert resolve("/account/password/reset/link/x/").url_name == "account_reset_password_from_key"
    assert resolve("/account/email/confirm/x/").url_name == "account_confirm_email"
    assert resolve("/account/password/reset/").url_name == "account_reset_password"


def test_a_forgotten_password_is_replaced_by_a_mailed_link(cast: Cast) -> None:
    elsewhere, browser = Client(), Client()
    sign_in(elsewhere, cast.nora.email)
    path = ask_for_reset(f"  {cast.nora.email.upper()} ")
    page = browser.get(path, follow=True)
    assert "Choose a new password" in page.content.decode()
    assert path not in page.content.decode(), "the secret left the address bar and the page"
    done = browser.post(
        "/account/password/reset/link/choose/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert done.headers["Location"] == "/account/password/reset/done/"
    assert not is_signed_in(elsewhere), "every session ended"
    assert not is_signed_in(browser), "following a link signs nobody in"
    assert sign_in(Client(), cast.nora.email, PASSWORD).status_code == 422
    assert sign_in(Client(), cast.nora.email, NEW_PASSWORD).status_code == 302


def test_asking_for_a_reset_answers_the_same_for_known_and_unknown_addresses(cast: Cast) -> None:
    known = Client().post(FORGOT, {"email": cast.nora.email}, follow=True)
    unknown = Client().post(FORGOT, {"email": "nobody@example.org"}, follow=True)
    assert masked(known) == masked(unknown)
    assert "If a login has this address" in known.content.decode()


def test_asking_for_a_reset_does_the_same_work_for_known_and_unknown_addresses(cast: Cast) -> None:
    statements = []
    for machine, email in enumerate((cast.nora.email, "nobody@example.org")):
        browser = Client(REMOTE_ADDR=f"192.0.2.{machine}")
        with CaptureQueriesContext(connection) as captured:
            browser.post(FORGOT, {"email": email})
        statements.append([re.sub(r"'[^']*'|\d+", "…", query["sql"]) for query in captured])
    assert statements[0] == statements[1]
    assert len(statements[0]) > 5


def test_an_unknown_address_gets_no_mail_and_is_not_kept(cast: Cast) -> None:
    Client().post(FORGOT, {"email": "nobody@example.org"})
    row = OutgoingMail.objects.get(kind="identity.reset")
    assert reset_mail(None, row.subject_id) is None
    assert EmailedLink.objects.count() == 0


def test_reset_mails_are_limited_alike_for_known_and_unknown_addresses(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        for email in (cast.nora.email, "nobody@example.org"):
            verdicts = [Client().post(FORGOT, {"email": email}).status_code for _ in range(4)]
            assert verdicts == [302, 302, 302, 429]
    with clock.frozen_at(NOON + timedelta(minutes=10)):
        assert Client().post(FORGOT, {"email": cast.nora.email}).status_code == 302


def test_a_mail_scanner_that_opens_links_uses_none_up(cast: Cast) -> None:
    path = ask_for_reset(cast.nora.email)
    for _ in range(3):
        scanner = Client()
        scanner.get(path, follow=True)
        scanner.head(path)
    assert EmailedLink.objects.get().used_at is None
    assert choose(Client(), path).status_code == 303


def test_opening_somebody_elses_link_signs_nobody_out(cast: Cast) -> None:
    path = ask_for_reset(cast.nora.email)
    browser = Client()
    sign_in(browser, cast.olu.email)
    browser.get(path, follow=True)
    assert LoginSession.objects.filter(login_id=cast.olu.login_id).count() == 1


def dead_links(cast: Cast) -> dict[str, str]:
    """Reset links that must not work, by what is wrong with them."""
    expired = replaced = ""
    with clock.frozen_at(clock.now() - timedelta(days=2)):
        expired = ask_for_reset(cast.nora.email)
    used = ask_for_reset(cast.lin.email)
    choose(Client(), used)
    replaced = ask_for_reset(cast.ada.email)
    commands.set_password(cast.ada.login_id, NEW_PASSWORD)
    other_purpose = links.secret_of(links.issue(links.VERIFY, cast.olu.email, cast.olu.login_id))
    assert other_purpose is not None
    return {
        "expired": expired,
        "used": used,
        "replaced": replaced,
        "for another purpose": f"/account/password/reset/link/{other_purpose[1]}/",
        "made up": f"/account/password/reset/link/{'A' * 43}/",
        "cut off": expired[:-10] + "/",
        "no link opened before": "/account/password/reset/link/choose/",
    }


def test_a_dead_reset_link_says_so_in_one_sentence_and_changes_nothing(cast: Cast) -> None:
    passwords = dict(Login.objects.values_list("id", "password"))
    for what, path in dead_links(cast).items():
        changed = {cast.lin.login_id, cast.ada.login_id}
        for answer in (
            Client().get(path),
            Client().post(path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}),
        ):
            assert answer.status_code == 410, what
            body = answer.content.decode()
            assert "This link is no longer valid" in body, what
            assert 'type="password"' not in body, what
    after = dict(Login.objects.values_list("id", "password"))
    assert {login_id for login_id, password in after.items() if password != passwords[login_id]} == changed


def test_a_link_that_dies_while_its_form_is_open_changes_nothing(cast: Cast) -> None:
    browser = Client()
    path = ask_for_reset(cast.nora.email)
    browser.get(path)
    links.close_all(links.RESET, cast.nora.login_id)
    answer = browser.post(
        "/account/password/reset/link/choose/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert answer.status_code == 410
    assert sign_in(Client(), cast.nora.email, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("too short", "too short", "at least 15 characters"),
        ("passwordpassword", "passwordpassword", "easy to guess"),
        (NEW_PASSWORD, "something else altogether", "same password"),
    ],
)
def test_a_password_that_is_not_taken_leaves_the_link_alive(
    cast: Cast, password: str, again: str, says: str
) -> None:
    browser, path = Client(), ask_for_reset(cast.nora.email)
    answer = choose(browser, path, password, again)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert choose(browser, path).status_code == 303


def test_a_reset_link_dies_when_the_address_it_was_sent_to_is_given_up(cast: Cast) -> None:
    path = ask_for_reset(cast.nora.email)
    change_email(cast, "nora.new@example.org")
    assert Client().get(path).status_code == 410


def change_email(cast: Cast, new: str) -> str:
    """Nora moves to another address; returns the path of the link that she followed."""
    browser = Client()
    sign_in(browser, cast.nora.email)
    browser.post(EMAIL, {"email": new, "action_add": ""})
    path = mailed_path("identity.verify")
    browser.post(path)
    return path


def test_an_address_is_changed_once_the_new_one_is_proved(cast: Cast) -> None:
    browser = Client()
    sign_in(browser, cast.nora.email)
    answer = browser.post(EMAIL, {"email": "Nora.New@Example.org", "action_add": ""})
    assert answer.headers["Location"] == EMAIL
    waiting = browser.get(EMAIL).content.decode()
    assert "nora.new@example.org" in waiting
    assert sign_in(Client(), "nora.new@example.org").status_code == 422, "not before it is proved"

    path = mailed_path("identity.verify")
    Client().get(path)
    assert Login.objects.get(id=cast.nora.login_id).email == cast.nora.email, "opening changes nothing"
    answer = browser.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, EMAIL)
    assert Login.objects.get(id=cast.nora.login_id).email == "nora.new@example.org"
    assert sign_in(Client(), "nora.new@example.org").status_code == 302
    assert sign_in(Client(), cast.nora.email).status_code == 422
    assert list(
        EmailAddress.objects.filter(user_id=cast.nora.login_id).values_list("email", "verified", "primary")
    ) == [("nora.new@example.org", True, True)]
    assert Client().post(path).status_code == 410, "once"


def test_the_old_address_is_told_of_the_change(cast: Cast) -> None:
    change_email(cast, "nora.new@example.org")
    mail = notice_mail(None, OutgoingMail.objects.get(kind="identity.notice").subject_id)
    assert mail is not None
    assert mail.to == cast.nora.email
    assert "no longer signs you in" in mail.text


def test_a_confirmation_link_opened_in_another_browser_works_and_signs_nobody_in(cast: Cast) -> None:
    browser = Client()
    sign_in(browser, cast.nora.email)
    browser.post(EMAIL, {"email": "nora.new@example.org", "action_add": ""})
    phone = Client()
    answer = phone.post(mailed_path("identity.verify"))
    assert answer.headers["Location"] == "/account/sign-in/"
    assert not is_signed_in(phone)


def test_an_address_of_another_login_is_answered_like_a_free_one_and_never_taken_over(cast: Cast) -> None:
    browser = Client()
    sign_in(browser, cast.nora.email)
    free = browser.post(EMAIL, {"email": "free@example.org", "action_add": ""}, follow=True)
    taken = browser.post(EMAIL, {"email": cast.olu.email, "action_add": ""}, follow=True)
    assert masked(free, "free@example.org") == masked(taken, cast.olu.email)
    path = mailed_path("identity.verify")
    answer = browser.post(path)
    assert answer.status_code == 409
    assert Login.objects.get(id=cast.nora.login_id).email == cast.nora.email
    assert Login.objects.get(id=cast.olu.login_id).email == cast.olu.email


def test_of_two_logins_that_want_one_address_the_first_to_prove_it_gets_it(cast: Cast) -> None:
    paths = []
    for person in (cast.nora, cast.fran):
        commands.ask_to_change_email(person.login_id, "wanted@example.org")
        paths.append(mailed_path("identity.verify"))
    assert Client().post(paths[1]).status_code == 303
    assert Client().post(paths[0]).status_code == 409
    assert Login.objects.get(email="wanted@example.org").id == cast.fran.login_id


def test_a_change_of_address_can_be_sent_again_and_given_up(cast: Cast) -> None:
    browser = Client()
    sign_in(browser, cast.nora.email)
    browser.post(EMAIL, {"email": "nora.new@example.org", "action_add": ""})
    first = mailed_path("identity.verify")
    browser.post(EMAIL, {"email": "nora.new@example.org", "action_send": ""})
    again = mailed_path("identity.verify")
    assert again != first
    browser.post(EMAIL, {"email": "nora.new@example.org", "action_remove": ""})
    for path in (first, again):
        assert browser.post(path).status_code == 410
    assert EmailAddress.objects.filter(user_id=cast.nora.login_id).count() == 1


def test_links_point_to_the_configured_address_whatever_host_was_asked(cast: Cast) -> None:
    browser = Client()
    browser.post(
        FORGOT, {"email": cast.nora.email}, headers={"host": "localhost", "x-forwarded-host": "evil.example"}
    )
    assert mailed_path("identity.reset").startswith("/account/password/reset/link/")


def test_a_changed_password_signs_other_browsers_out_and_is_told_by_mail(cast: Cast) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, cast.nora.email)
    sign_in(elsewhere, cast.nora.email)
    answer = here.post(
        "/account/password/", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert answer.status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert OutgoingMail.objects.filter(kind="identity.notice").count() == 1
    assert sign_in(Client(), cast.nora.email, NEW_PASSWORD).status_code == 302


def test_the_old_password_cannot_be_guessed_from_a_session_left_open(cast: Cast) -> None:
    browser = Client()
    with clock.frozen_at(NOON):
        sign_in(browser, cast.nora.email)
        data = {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        verdicts = [browser.post("/account/password/", data).status_code for _ in range(7)]
    assert verdicts == [422] * 5 + [429] * 2
