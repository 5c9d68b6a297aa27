"""The pages on which somebody who was added makes their login."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kinfold.domain.identity.models import Login, RegistrationCode
from kinfold.domain.kernel import clock
from kinfold.domain.team.commands.registering import (
    SendRegistrationCodes,
    ViewRegistrationCodes,
    send_registration_codes,
    view_registration_codes,
)
from tests.domain.team.steps import NEW_ADDRESS, add, mailed_code
from tests.personas import PASSWORD, Cast, Person

BrowserOf = Callable[[Person], Client]
REGISTER, FINISH = "/register/", "/register/finish/"


def mailed(cast: Cast, email: str = NEW_ADDRESS) -> dict[str, str]:
    """Imani is added and mailed a code; what she types."""
    data = SendRegistrationCodes(member_ids=(add(cast, email=email),))
    send_registration_codes(cast.ada.actor, data)
    return {"code": mailed_code(cast.alder.practice_id), "last_name": "Brooks", "email": email}


def test_the_link_in_the_mail_leads_to_the_page() -> None:
    assert reverse("register") == settings.REGISTER_PATH


@pytest.mark.requirement("U64")
def test_the_link_prefills_the_code_which_leaves_the_address_and_nothing_is_used_up(
    client: Client, cast: Cast
) -> None:
    proof = mailed(cast)
    for _ in range(12):  # as mail scanners do
        response = client.get(f"/register/{proof['code']}/")
        assert (response.status_code, response.headers["Location"]) == (303, REGISTER)
    html = client.get(REGISTER).content.decode()
    assert f'value="{proof["code"]}"' in html
    response = client.post(REGISTER, proof)
    assert (response.status_code, response.headers["Location"]) == (303, FINISH)
    html = client.get(FINISH).content.decode()
    for words in ("Register with Alder Creek", "Imani Brooks", NEW_ADDRESS, "Licensed Therapist"):
        assert words in html
    assert not Login.objects.filter(email=NEW_ADDRESS).exists()


@pytest.mark.requirement("U64")
def test_with_a_password_they_are_in(client: Client, cast: Cast) -> None:
    client.post(REGISTER, mailed(cast))
    response = client.post(FINISH, {"password": "short"})
    assert response.status_code == 422
    assert "Use at least 15 characters" in response.content.decode()
    response = client.post(FINISH, {"password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (303, "/account/sign-in/")
    assert "You are registered. Sign in to begin." in client.get("/account/sign-in/").content.decode()
    response = client.post("/account/sign-in/", {"login": NEW_ADDRESS, "password": PASSWORD})
    assert response.headers["Location"] == "/"
    assert client.get("/clients/").status_code == 200
    assert client.post(FINISH, {"password": PASSWORD}).headers["Location"] == REGISTER


def test_a_code_that_was_handed_over_asks_for_the_mailbox_before_the_first_sign_in(
    client: Client, cast: Cast
) -> None:
    data = ViewRegistrationCodes(member_ids=(add(cast),))
    (shown,) = view_registration_codes(cast.ada.actor, data)
    client.post(REGISTER, {"code": shown.code.lower(), "last_name": "brooks", "email": NEW_ADDRESS})
    client.post(FINISH, {"password": PASSWORD})
    assert "follow the link we mailed to you" in client.get("/account/sign-in/").content.decode()
    response = client.post("/account/sign-in/", {"login": NEW_ADDRESS, "password": PASSWORD})
    assert response.headers["Location"] == "/account/email/sent/"
    assert client.get("/clients/").status_code == 303


def test_what_is_wrong_is_said_and_what_was_typed_stays(client: Client, cast: Cast) -> None:
    proof = mailed(cast)
    response = client.post(REGISTER, {**proof, "last_name": "Brook"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "These do not belong together" in html
    assert f'value="{proof["code"]}"' in html
    assert 'value="Brook"' in html
    html = client.post(
        REGISTER, {"code": proof["code"][:-1], "last_name": "", "email": "imani@mail"}
    ).content.decode()
    for sentence in (
        "There is a typing mistake in this code.",
        "Enter your last name.",
        "not a complete email address",
    ):
        assert sentence in html
    html = client.post(REGISTER, {**proof, "code": proof["code"][:-1]}).content.decode()
    assert "There is a typing mistake in this code." in html


def test_who_types_a_team_code_where_a_birth_date_is_asked_is_asked_for_their_name_instead(
    client: Client, cast: Cast
) -> None:
    """The page cannot know from its address which of the two somebody is who types a code from a slip of paper."""
    proof = mailed(cast)
    assert "Date of birth" in client.get(REGISTER).content.decode()
    born = {"birth_month": "", "birth_day": "", "birth_year": ""}
    for _ in range(12):  # it is no try
        response = client.post(REGISTER, {"code": proof["code"], **born})
        assert response.status_code == 422
    html = response.content.decode()
    assert "This code is for joining a team. Enter your last name and your email address." in html
    assert f'value="{proof["code"]}"' in html
    assert 'name="last_name"' in html
    assert client.post(REGISTER, proof).headers["Location"] == FINISH
    html = client.post(REGISTER, {"code": proof["code"][:-1], **born}).content.decode()
    assert "There is a typing mistake in this code." in html
    assert "Enter the date of birth." in html


def test_after_too_many_tries_from_one_place_the_page_says_when_to_go_on(client: Client, cast: Cast) -> None:
    proof = mailed(cast)
    wrong = {**proof, "code": "HHHH-HHHH-HHHH-HHHK"}
    statuses = [client.post(REGISTER, wrong).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    response = client.post(REGISTER, proof)
    assert response.status_code == 429
    assert "Too many tries. Try again in" in response.content.decode()
    elsewhere = client.post(REGISTER, proof, REMOTE_ADDR="192.0.2.77")
    assert elsewhere.status_code == 303


def test_the_last_page_cannot_be_opened_without_the_first(client: Client, cast: Cast) -> None:
    for response in (client.get(FINISH), client.post(FINISH, {"password": PASSWORD})):
        assert (response.status_code, response.headers["Location"]) == (303, REGISTER)


def test_a_code_that_ends_between_the_pages_is_refused_on_the_first(client: Client, cast: Cast) -> None:
    client.post(REGISTER, mailed(cast))
    RegistrationCode.objects.update(ended_at=clock.now())
    response = client.post(FINISH, {"password": PASSWORD})
    assert response.status_code == 422
    assert "the code no longer works" in response.content.decode()
    assert not Login.objects.filter(email=NEW_ADDRESS).exists()


def test_who_has_a_login_signs_in_and_goes_on_with_it(client: Client, cast: Cast) -> None:
    client.post(REGISTER, mailed(cast, cast.nora.email))
    html = client.get(FINISH).content.decode()
    assert 'name="password"' not in html
    assert f'href="{FINISH}"' not in html
    go_on = f"/account/sign-in/?next={FINISH}"
    assert f'href="{go_on}"' in html
    response = client.post(
        "/account/sign-in/", {"login": cast.nora.email, "password": PASSWORD, "next": FINISH}
    )
    assert response.headers["Location"] == FINISH
    assert "take your place with this login" in client.get(FINISH).content.decode()
    response = client.post(FINISH)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert cast.nora.actor.practice_id == cast.alder.practice_id


def test_somebody_else_who_is_signed_in_cannot_register_by_mistake(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.nora)
    assert f'value="{cast.nora.email}"' in browser.get(f"{REGISTER}?as=team").content.decode()
    browser.post(REGISTER, mailed(cast))
    html = browser.get(FINISH).content.decode()
    assert "This registration code is for another address." in html
    assert 'name="password"' not in html


@pytest.mark.requirement("O35")
def test_a_member_of_another_team_is_told_to_leave_it_first_and_nobody_else_is(
    client: Client, cast: Cast, browser_of: BrowserOf
) -> None:
    proof = mailed(cast, cast.fran.email)
    client.post(REGISTER, proof)
    assert "another practice" not in client.get(FINISH).content.decode()
    browser = browser_of(cast.fran)
    browser.post(REGISTER, proof)
    html = browser.get(FINISH).content.decode()
    assert "You belong to the team of another practice." in html
    assert browser.post(FINISH).status_code == 409
    assert cast.fran.actor.practice_id == cast.birch.practice_id
