"""The page an invited person sees: by link, and by login."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.actors import pack
from kinfold.domain.team.models import Invitation, Member
from tests.domain.team.steps import NEW_ADDRESS, accept, invite, link_of
from tests.personas import PASSWORD, Cast, Person

BrowserOf = Callable[[Person], Client]
MASKED = re.compile(r'(name="(?:csrfmiddlewaretoken|form_key)" value|nonce)="[^"]+"')
ANSWER = {"do": "accept", "first_name": "Imani", "last_name": "Brooks", "password": PASSWORD}


def address(cast: Cast, invitation_id: UUID) -> str:
    """Where the link in the mail leads."""
    return settings.INVITATION_PATH.format(link_of(cast.alder.practice_id, invitation_id))


def own_address(cast: Cast, invitation_id: UUID) -> str:
    """Where somebody with a login goes on."""
    return f"/invitations/{cast.alder.practice_id}/{invitation_id}/"


def state_of(cast: Cast, invitation_id: UUID) -> str:
    with entered(cast.alder.practice_id):
        return Invitation.objects.values_list("state", flat=True).get(pk=invitation_id)


def test_the_link_in_the_mail_leads_to_the_page() -> None:
    assert reverse("invitation", kwargs={"token": "x.y"}) == settings.INVITATION_PATH.format("x.y")
    assert reverse("team") == settings.TEAM_PATH


@pytest.mark.requirement("O05")
def test_opening_a_link_shows_who_asks_and_changes_nothing(client: Client, cast: Cast) -> None:
    invitation_id = invite(cast)
    link = address(cast, invitation_id)
    for _ in range(3):
        response = client.get(link)
    html = response.content.decode()
    assert response.status_code == 200
    for words in ("Join Alder Creek", "Ada Brandt", "imani@example.org", "Licensed Therapist", "Decline"):
        assert words in html
    assert (client.head(link).status_code, state_of(cast, invitation_id)) == (405, "pending")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.requirement("O06")
def test_an_invited_person_accepts_signs_in_and_is_on_the_team(client: Client, cast: Cast) -> None:
    invitation_id = invite(cast, role="client-administrator")
    response = client.post(address(cast, invitation_id), ANSWER)
    assert (response.status_code, response.headers["Location"]) == (303, "/account/sign-in/")
    assert "You are on the team of Alder Creek." in client.get(response.headers["Location"]).content.decode()
    client.post("/account/sign-in/", {"login": NEW_ADDRESS, "password": PASSWORD})
    assert "Imani Brooks" in client.get("/manage/team/").content.decode()


@pytest.mark.requirement("O05")
def test_an_invited_person_declines(client: Client, cast: Cast) -> None:
    invitation_id = invite(cast)
    response = client.post(address(cast, invitation_id), {"do": "decline"})
    assert "You did not join Alder Creek." in response.content.decode()
    assert state_of(cast, invitation_id) == "declined"
    with entered(cast.alder.practice_id):
        assert Member.objects.count() == len(cast.team)


def test_a_double_click_on_accept_joins_once_and_says_so(client: Client, cast: Cast) -> None:
    link = address(cast, invite(cast))
    assert client.post(link, ANSWER).status_code == 303
    response = client.post(link, ANSWER)
    assert response.status_code == 410
    assert "accepted already. Sign in to go on." in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "short"}, "Use at least 15 characters"),
        ({"password": "imani brooks imani brooks"}, "contains your name"),
        ({"first_name": ""}, "Enter a first name."),
        ({"last_name": "\u202eskoorB"}, "text-direction"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_is_kept(
    client: Client, cast: Cast, typed: dict[str, str], sentence: str
) -> None:
    invitation_id = invite(cast)
    response = client.post(address(cast, invitation_id), {**ANSWER, **typed})
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    assert f'value="{typed.get("first_name", "Imani")}"' in html
    assert PASSWORD not in html
    assert state_of(cast, invitation_id) == "pending"


def test_wrong_links_get_one_clear_sentence_and_foreign_ones_the_same(client: Client, cast: Cast) -> None:
    token = link_of(cast.alder.practice_id, invite(cast))
    secret = token.split(".")[1]
    pages = set()
    for wrong in (
        "x",
        token[:-1],
        token + "x",
        pack(cast.birch.practice_id, secret),
        pack(uuid4(), secret),
        pack(cast.alder.practice_id, "y" * 43),
        "%00",
        "é" * 100,
    ):
        for response in (client.get(f"/invitations/{wrong}/"), client.post(f"/invitations/{wrong}/", ANSWER)):
            assert response.status_code == 404
            pages.add(MASKED.sub(r'\1="…"', response.content.decode()))
    assert len(pages) == 1
    assert "This invitation link does not work." in pages.pop()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("accepted", "accepted already"),
        ("declined", "was declined"),
        ("revoked", "taken back"),
        ("expired", "has expired"),
    ],
)
def test_a_link_that_is_over_says_what_became_of_it(
    client: Client, cast: Cast, state: str, sentence: str
) -> None:
    invitation_id = invite(cast)
    link = address(cast, invitation_id)
    with entered(cast.alder.practice_id, writing=True):
        if state == "expired":
            Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        else:
            Invitation.objects.update(state=state)
    for response in (client.get(link), client.post(link, ANSWER), client.post(link, {"do": "decline"})):
        assert response.status_code == 410
        assert sentence in response.content.decode()


def test_who_has_a_login_signs_in_and_comes_back_to_accept(client: Client, cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.nora.email, full_name="Nora Weiss")
    html = client.get(address(cast, invitation_id)).content.decode()
    go_on = own_address(cast, invitation_id)
    assert f'href="{go_on}"' in html
    assert 'name="password"' not in html
    response = client.get(go_on)
    assert response.headers["Location"] == f"/account/sign-in/?next={go_on}"
    response = client.post(
        "/account/sign-in/", {"login": cast.nora.email, "password": PASSWORD, "next": go_on}
    )
    assert response.headers["Location"] == go_on
    assert "Join Alder Creek" in client.get(go_on).content.decode()
    response = client.post(go_on, {"do": "accept", "first_name": "Nora", "last_name": "Weiss"})
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert cast.nora.actor.practice_id == cast.alder.practice_id


def test_the_secret_of_a_link_does_not_travel_through_the_sign_in_pages(client: Client, cast: Cast) -> None:
    invitation_id = invite(cast, email=cast.nora.email)
    secret = link_of(cast.alder.practice_id, invitation_id).split(".")[1]
    client.get(address(cast, invitation_id))
    sign_in = client.get(own_address(cast, invitation_id))
    assert secret not in sign_in.headers["Location"]
    assert secret not in str(dict(client.session.items()))


def test_somebody_else_who_is_signed_in_cannot_accept_by_mistake(cast: Cast, browser_of: BrowserOf) -> None:
    invitation_id = invite(cast)
    browser = browser_of(cast.nora)
    html = browser.get(address(cast, invitation_id)).content.decode()
    assert "This invitation is for another address." in html
    assert 'value="accept"' not in html
    assert browser.get(own_address(cast, invitation_id)).status_code == 404
    posted = {"do": "accept", "first_name": "Nora", "last_name": "Weiss"}
    assert browser.post(own_address(cast, invitation_id), posted).status_code == 404
    assert state_of(cast, invitation_id) == "pending"


@pytest.mark.requirement("O35")
def test_a_member_of_another_team_is_told_to_leave_it_first_and_nobody_else_is(
    client: Client, cast: Cast, browser_of: BrowserOf
) -> None:
    invitation_id = invite(cast, email=cast.fran.email)
    stranger = client.get(address(cast, invitation_id)).content.decode()
    assert "another practice" not in stranger
    browser = browser_of(cast.fran)
    html = browser.get(own_address(cast, invitation_id)).content.decode()
    assert "You belong to the team of another practice." in html
    assert 'value="accept"' not in html
    response = browser.post(
        own_address(cast, invitation_id), {"do": "accept", "first_name": "F", "last_name": "K"}
    )
    assert response.status_code == 409
    assert cast.fran.actor.practice_id == cast.birch.practice_id


def test_an_invitation_of_nobody_reads_like_one_for_somebody_else(cast: Cast, browser_of: BrowserOf) -> None:
    for_another = invite(cast)
    browser = browser_of(cast.nora)
    answers = {
        MASKED.sub(r'\1="…"', browser.get(page).content.decode())
        for page in (
            own_address(cast, for_another),
            own_address(cast, uuid4()),
            f"/invitations/{uuid4()}/{for_another}/",
        )
    }
    assert len(answers) == 1


def test_a_link_of_an_accepted_invitation_opens_no_second_login(client: Client, cast: Cast) -> None:
    invitation_id = invite(cast)
    link = address(cast, invitation_id)
    accept(link_of(cast.alder.practice_id, invitation_id))
    assert client.post(link, {**ANSWER, "password": "another password, long enough"}).status_code == 410
