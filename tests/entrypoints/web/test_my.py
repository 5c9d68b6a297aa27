"""Registering as a client or a guardian, and the client's own page, as people meet them in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.models import ClientProfile
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.identity.models import RegistrationCode
from kinfold.domain.intake.links import link_token
from kinfold.domain.intake.models import ClientInvitation
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests.domain.care.steps import hold
from tests.domain.clients.bulk.steps import archive, choose
from tests.domain.own.steps import born, guardian, mailed_code, register, registered, send, state, view
from tests.personas import PASSWORD, Cast, Person

BrowserOf = Callable[[Person], Client]
BORN = {"birth_month": "11", "birth_day": "3", "birth_year": "1984"}


def page_of(client_id: UUID) -> str:
    return f"/my/{client_id}/"


def signed_in(cast: Cast) -> Client:
    """Ben, who has registered, in his browser."""
    actor = registered(cast, cast.ben)
    browser = Client()
    browser.post("/account/sign-in/", {"login": cast.ben.email, "password": PASSWORD})
    assert actor.client_id == cast.ben.id
    return browser


@pytest.mark.requirement("U41")
@pytest.mark.requirement("U42")
def test_the_mailed_link_consumes_nothing_and_leads_to_the_own_page(client: Client, cast: Cast) -> None:
    send(cast.ada, cast.ben)
    code = mailed_code()
    for _ in range(5):  # as mail scanners do
        assert client.get(f"/register/{code}/").headers["Location"] == "/register/"
    assert RegistrationCode.objects.get(subject_id=cast.ben.id).ended_at is None
    html = client.get("/register/").content.decode()
    assert f'value="{code}"' in html
    assert 'name="birth_month"' in html
    wrong = client.post("/register/", {"code": code, **BORN, "birth_day": "4"})
    assert wrong.status_code == 422
    assert "These do not belong together" in wrong.content.decode()
    assert client.post("/register/", {"code": code, **BORN}).headers["Location"] == "/register/finish/"
    done = client.post("/register/finish/", {"password": PASSWORD})
    assert done.headers["Location"] == "/my/"
    assert client.get("/my/").headers["Location"] == page_of(cast.ben.id)
    html = client.get(page_of(cast.ben.id)).content.decode()
    for words in ("Ben Okafor", "Lin Zhao", "Who can open this page", cast.ben.email):
        assert words in html
    assert client.get("/").headers["Location"] == "/my/"
    for url in ("/clients/", "/manage/team/", f"/clients/{cast.ben.id}/", "/settings/"):
        assert client.get(url).status_code == 403


def test_a_wrong_code_leads_to_the_same_page_as_a_wrong_date(client: Client, cast: Cast) -> None:
    send(cast.ada, cast.ben)
    answers = [
        client.post("/register/", {"code": code, **BORN, "birth_day": day})
        for code, day in ((mailed_code(), "4"), ("HHHH-HHHH-HHHH-HHHK", "3"))
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "no longer works" in answers[1].content.decode()
    assert "no longer works" in answers[0].content.decode()


@pytest.mark.requirement("U23")
@pytest.mark.requirement("U43")
def test_codes_are_printed_as_letters_one_for_each_client(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    change_id = choose(cast.ada, Act.SEND_CODES, cast.ben.id, cast.anna.id)
    html = browser.get(f"/clients/changes/{change_id}/").content.decode()
    assert "View and print 2 letters" in html
    html = browser.post(f"/clients/changes/{change_id}/codes/").content.decode()
    assert html.count('class="secret handed"') == 2
    assert "Anna Novak" in html
    assert "/register/" in html
    assert state(cast, cast.ben) == "sent"


def test_a_guardian_of_two_has_a_letter_for_each_and_none_under_the_others_page(
    cast: Cast, browser_of: BrowserOf
) -> None:
    for_ben, for_uma = guardian(cast, cast.ben), guardian(cast, cast.uma)
    with entered(cast.alder.practice_id, writing=True):
        for client in (cast.ben, cast.uma):
            ClientProfile.objects.update_or_create(
                client_id=client.id, defaults={"street": "Street 1", "city": "Salem"}
            )
        codes = RegistrationCode.objects.filter(subject_id__in=(for_ben, for_uma))
        before = set(codes.values_list("id", "ended_at"))
    browser = browser_of(cast.ada)
    for act in ("letter", "code", "end"):
        assert browser.post(f"/clients/{cast.ben.id}/acting/{for_uma}/{act}/").status_code == 404
    assert set(codes.values_list("id", "ended_at")) == before
    letter = browser.post(f"/clients/{cast.uma.id}/acting/{for_uma}/letter/").content.decode()
    assert f'href="/clients/{cast.uma.id}/"' in letter
    for another in (str(cast.ben.id), "Ben", "Uma", "Street 1", "Salem"):
        assert another not in letter
    code = re.findall(r'class="secret handed"[^>]*>([^<]+)<', letter)
    with pytest.raises(CodeRefused):
        register(code[0], born(cast.ben))
    register(code[0], born(cast.uma))


def test_contact_is_corrected_at_once_and_names_wait_for_the_practice(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser, here = signed_in(cast), page_of(cast.ben.id)
    html = browser.get(f"{here}?edit=contact").content.decode()
    version = html.partition('name="version" value="')[2].partition('"')[0]
    wrong = browser.post(f"{here}contact/", {"version": version, "email": "nowhere", "phone": ""})
    assert wrong.status_code == 422
    assert 'value="nowhere"' in wrong.content.decode()
    done = browser.post(f"{here}contact/", {"version": version, "email": "ben@home.example", "phone": ""})
    assert done.status_code == 303
    assert "ben@home.example" in browser.get(here).content.decode()
    form = {"first_name": "Benedict", "last_name": "Okafor", **BORN, "why": "Passport."}
    assert browser.post(f"{here}corrections/", form).status_code == 303
    assert "You asked for a correction" in browser.get(here).content.decode()
    ada = browser_of(cast.ada)
    for url in (f"/clients/{cast.ben.id}/", "/manage/clients/?show=pending"):
        html = ada.get(url).content.decode()
        assert "Ben Okafor asks for a correction." in html
        assert "Benedict <small>(now Ben)</small>" in html
        assert '1<span class="sr-only"> waiting</span>' in html
    wish = ada.get("/api/v1/corrections").json()["items"][0]["id"]
    ada.post(f"/clients/corrections/{wish}/", {"do": "accept"})
    assert "Benedict Okafor" in browser.get(here).content.decode()


def test_an_archived_clients_page_can_be_read_and_says_so(cast: Cast) -> None:
    browser = signed_in(cast)
    archive(cast.ada, cast.ben.id)
    html = browser.get(page_of(cast.ben.id)).content.decode()
    assert "This record is archived." in html
    assert "edit=contact" not in html
    assert browser.post(f"{page_of(cast.ben.id)}contact/", {"version": "1"}).status_code == 403


def test_what_an_archived_client_wanted_corrected_is_shown_and_not_answered(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser, ada = signed_in(cast), browser_of(cast.ada)
    form = {"first_name": "Benedict", "last_name": "Okafor", **BORN}
    assert browser.post(f"{page_of(cast.ben.id)}corrections/", form).status_code == 303
    archive(cast.ada, cast.ben.id)
    html = ada.get(f"/clients/{cast.ben.id}/").content.decode()
    assert "Unarchive it first" in html
    assert "/clients/corrections/" not in html


def test_who_acts_for_several_chooses_and_switches(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.nora)
    for client, birthday in (
        (cast.ben, BORN),
        (cast.uma, {"birth_month": "1", "birth_day": "22", "birth_year": "1969"}),
    ):
        guardian(cast, client)
        browser.post("/register/", {"code": mailed_code("clients.guardian"), **birthday})
        assert browser.post("/register/finish/").headers["Location"] == page_of(client.id)
    html = browser.get("/my/").content.decode()
    assert page_of(cast.ben.id) in html
    assert page_of(cast.uma.id) in browser.get(page_of(cast.ben.id)).content.decode()
    assert browser.get(page_of(cast.anna.id)).status_code == 404


def test_a_guardian_who_registers_before_their_first_day_reads_from_when_on_they_act(
    client: Client, cast: Cast, browser_of: BrowserOf
) -> None:
    first_day = clock.now() + timedelta(minutes=5)
    acting = guardian(cast, cast.ben, since=first_day)
    here = f"/clients/{cast.ben.id}/"
    assert "Not registered yet: code until" in browser_of(cast.ada).get(here).content.decode()
    client.post("/register/", {"code": mailed_code("clients.guardian"), **BORN})
    assert "You will act for Ben Okafor from " in client.get("/register/finish/").content.decode()
    assert client.post("/register/finish/", {"password": PASSWORD}).headers["Location"] == "/my/"
    assert client.get("/").headers["Location"] == "/my/"
    html = client.get("/my/").content.decode()
    assert "You are registered" in html
    assert "Ben" not in html
    assert client.get(page_of(cast.ben.id)).status_code == 404
    html = browser_of(cast.ada).get(here).content.decode()
    assert "Not registered yet" not in html
    assert f"/acting/{acting}/code/" not in html
    with clock.frozen_at(first_day):
        assert client.get("/my/").headers["Location"] == page_of(cast.ben.id)


def test_a_guardian_is_offered_the_phone_number_and_not_the_address_that_codes_go_to(
    cast: Cast, browser_of: BrowserOf
) -> None:
    guardian(cast, cast.ben)
    browser, here = browser_of(cast.nora), page_of(cast.ben.id)
    browser.post("/register/", {"code": mailed_code("clients.guardian"), **BORN})
    browser.post("/register/finish/")
    html = browser.get(f"{here}?edit=contact").content.decode()
    assert 'type="email"' not in html
    assert "Only Ben or the practice changes the email" in html
    version = html.partition('name="version" value="')[2].partition('"')[0]
    form = {"version": version, "email": cast.ben.email, "phone": "602 555 0134"}
    assert browser.post(f"{here}contact/", form).status_code == 303


def test_a_login_that_is_on_no_team_finds_back_from_its_security(cast: Cast) -> None:
    browser = signed_in(cast)
    assert "Back to your page" in browser.get("/account/security/").content.decode()
    html = browser.get("/account/sessions/").content.decode()
    assert '<a href="/account/security/">Security</a>' in html


def test_a_member_who_is_a_client_too_finds_that_page_from_their_profile(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.lin)
    assert "/my/" not in browser.get("/profile/").content.decode()
    browser.post("/register/", {"code": view(cast.ada, cast.ben)[0], **BORN})
    assert browser.post("/register/finish/").headers["Location"] == page_of(cast.ben.id)
    assert "/my/" in browser.get("/profile/").content.decode()
    assert browser.get(page_of(cast.ben.id)).status_code == 200
    assert browser.get("/clients/").status_code == 200


def test_a_guardian_is_added_and_ended_on_the_clients_page(cast: Cast, browser_of: BrowserOf) -> None:
    browser, here = browser_of(cast.ada), f"/clients/{cast.ben.id}/"
    wrong = browser.post(f"{here}guardian/", {"full_name": "Gerd", "email": "gerd@", "relationship": ""})
    assert wrong.status_code == 422
    assert 'value="gerd@"' in wrong.content.decode()
    form = {"full_name": "Gerd Okafor", "email": "gerd@mail.example", "relationship": "parent"}
    assert browser.post(f"{here}guardian/", form).status_code == 303
    html = browser.get(here).content.decode()
    assert "Gerd Okafor" in html
    assert "Not registered yet" in html
    logins = browser.get(f"/api/v1/clients/{cast.ben.id}/logins").json()
    acting = logins["acting"][0]["id"]
    browser.post(f"{here}acting/{acting}/end/")
    assert browser.get(f"/api/v1/clients/{cast.ben.id}/logins").json()["acting"][0]["state"] == "ended"


@pytest.mark.requirement("U51")
@pytest.mark.requirement("U54")
def test_invite_client_by_email_stands_left_of_add_clients_and_leads_to_a_new_client(
    client: Client, cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.get("/manage/clients/").content.decode()
    assert html.index("Invite Client By Email") > html.index('popovertarget="add-more"')
    assert html.index('popovertarget="add-more"') < html.index(">Add clients")
    form = {
        "email": ["ivo@mail.example", "ida@mail.example"],
        "full_name": ["", "Ida Falk"],
        "message": "Hi.",
    }
    assert "Hi." in browser.post("/manage/clients/invite/", {**form, "do": "preview"}).content.decode()
    assert browser.post("/manage/clients/invite/", form).status_code == 303
    html = browser.get("/manage/clients/?show=pending").content.decode()
    for words in ("ivo@mail.example", "Ida Falk", "Resend Invitations", "Delete Invitations", "Ada Brandt"):
        assert words in html
    with entered(cast.alder.practice_id):
        invitation = ClientInvitation.objects.get(email="ivo@mail.example")
    assert reverse("invited-link", kwargs={"token": "x"}) == settings.CLIENT_INVITATION_PATH.format("x")
    token = link_token(cast.alder.practice_id, invitation.id, invitation.nonce)
    assert client.get(f"/invited/{token}/").headers["Location"] == "/invited/"
    wrong = client.post("/invited/", {"first_name": "Ivo", "last_name": "", "password": "short"})
    assert re.findall(r'<a href="#f-(\w+)"', wrong.content.decode()) == [
        "last_name", "birth_month", "sex_at_birth", "password",
    ]  # fmt: skip
    assert "Choose one of the answers." in wrong.content.decode()
    said = {"first_name": "Ivo", "last_name": "Marek", **BORN, "sex_at_birth": "male", "password": PASSWORD}
    assert client.post("/invited/", said).headers["Location"] == "/my/"
    assert "Ivo Marek" in browser.get("/manage/clients/").content.decode()
    assert client.get("/my/", follow=True).status_code == 200


def test_the_box_on_the_form_of_new_clients_sends_codes(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert "Send Registration Code" in browser.get("/manage/clients/add/").content.decode()
    person = {"first_name": "Ida", "last_name": "Falk", "email": "ida@mail.example"}
    more = {"birth_date": "1980-01-31", "sex_at_birth": "female", "send_codes": "yes"}
    assert browser.post("/manage/clients/add/", {**person, **more}).status_code == 303
    assert mailed_code()
    assert len(view(cast.ada, cast.ben)) == 1


def test_a_page_of_sessions_after_one_that_is_gone_is_the_first(cast: Cast) -> None:
    held = hold(cast.lin, cast.ben)
    browser, url = signed_in(cast), f"{page_of(cast.ben.id)}sessions/"
    assert "Lin Zhao" not in browser.get(url, {"after": str(held)}).content.decode()
    assert "Lin Zhao" in browser.get(url, {"after": str(cast.anna.id)}).content.decode()
