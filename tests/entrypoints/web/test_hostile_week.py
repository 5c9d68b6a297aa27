"""What strangers and machines do to the pages that everybody reaches: nothing is lost, told or used up by it."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser

from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.clients.models import ClientLogin
from kinfold.domain.identity.models import Login, RegistrationCode
from kinfold.domain.intake.commands.inviting import ClientInvitee, InviteClients, invite_clients
from kinfold.domain.intake.links import link_token
from kinfold.domain.intake.models import ClientInvitation
from kinfold.domain.kernel.tenancy import entered
from tests.domain.own.steps import guardian, mailed_code, send, view
from tests.personas import PASSWORD, Cast

REGISTER, FINISH, INVITED = "/register/", "/register/finish/", "/invited/"
BENS_DAY = {"birth_month": "11", "birth_day": "3", "birth_year": "1984"}
IVO = {
    "first_name": "Ivo",
    "last_name": "Marek",
    "sex_at_birth": "male",
    "birth_month": "2",
    "birth_day": "28",
    "birth_year": "1990",
    "password": PASSWORD,
}


def invitation_link(cast: Cast) -> str:
    invitee = ClientInvitee(email="ivo@mail.example")
    (invitation_id,) = invite_clients(cast.ada.actor, InviteClients(people=(invitee,)))
    with entered(cast.alder.practice_id):
        nonce = ClientInvitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    return f"/invited/{link_token(cast.alder.practice_id, invitation_id, nonce)}/"


def standing(practice_id: UUID) -> dict[str, Any]:
    """All that opening a link must leave alone."""
    with entered(practice_id):
        return {
            "logins": Login.objects.count(),
            "codes": list(RegistrationCode.objects.order_by("id").values_list("id", "tries", "ended_at")),
            "invitations": list(ClientInvitation.objects.values_list("id", "state", "answered_at")),
            "ties": list(ClientLogin.objects.order_by("id").values_list("id", "login_id")),
            "trail": AuditEntry.objects.count(),
        }


def test_a_scanner_that_follows_every_link_of_every_mail_uses_nothing_up(cast: Cast) -> None:
    send(cast.ada, cast.ben)
    links = [f"/register/{mailed_code()}/"]
    guardian(cast, cast.dora)
    links += [f"/register/{mailed_code('clients.guardian')}/", invitation_link(cast)]
    before = standing(cast.alder.practice_id)
    for link in links:
        for method in ("get", "head", "get", "options"):
            scanner = Browser()
            answer = getattr(scanner, method)(link)
            while answer.status_code == 303:
                answer = getattr(scanner, method)(answer.headers["Location"])
            assert answer.status_code in {200, 405}
    assert standing(cast.alder.practice_id) == before
    person = Browser()
    person.get(links[2])
    assert person.post(INVITED, IVO).headers["Location"] == "/my/"


def test_guesses_at_the_dates_of_many_clients_end_after_ten_from_one_place(cast: Cast) -> None:
    codes = view(cast.ada, cast.anna, cast.ben, cast.dora, cast.uma)
    answers = [
        Browser(REMOTE_ADDR="198.51.100.7").post(
            REGISTER, {"code": code, "birth_month": "1", "birth_day": str(day), "birth_year": "1990"}
        )
        for day in (1, 2, 3)
        for code in codes
    ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert "Try again in" in answers[-1].content.decode()
    # Whoever else has one of these codes (in name order) is not held up, and none ended by it.
    right = Browser(REMOTE_ADDR="203.0.113.9").post(REGISTER, {"code": codes[2], **BENS_DAY})
    assert right.headers["Location"] == FINISH


def test_one_code_guessed_at_from_many_places_locks_after_five(cast: Cast) -> None:
    (code,) = view(cast.ada, cast.ben)
    for place in range(7):
        wrong = {"code": code, **BENS_DAY, "birth_day": str(place + 4)}
        answer = Browser(REMOTE_ADDR=f"203.0.113.{place}").post(REGISTER, wrong)
        assert answer.status_code == 422
    assert Browser().post(REGISTER, {"code": code, **BENS_DAY}).status_code == 422
    assert RegistrationCode.objects.get(ended_at=None).tries == 5


def test_a_form_that_is_sent_again_makes_nobody_twice(cast: Cast) -> None:
    link = invitation_link(cast)
    one, other = Browser(), Browser()
    one.get(link)
    other.get(link)  # forwarded to a second person, who has the page open too
    assert one.post(INVITED, IVO).headers["Location"] == "/my/"
    assert other.post(INVITED, {**IVO, "first_name": "Igor"}).status_code in {410, 422}
    assert one.post(INVITED, IVO).status_code == 303
    assert Login.objects.filter(email="ivo@mail.example").count() == 1

    send(cast.ada, cast.ben)
    one, other = Browser(), Browser()
    for browser in (one, other):
        browser.post(REGISTER, {"code": mailed_code(), **BENS_DAY})
    one.post(FINISH, {"password": PASSWORD})
    one.post(FINISH, {"password": PASSWORD})
    assert other.post(FINISH, {"password": PASSWORD}).status_code == 422
    with entered(cast.alder.practice_id):
        assert ClientLogin.objects.filter(client_id=cast.ben.id).count() == 1


# A key of lists within lists, deeper than any reader goes.
DEEP = json.dumps(
    {
        "id": "eA", "rawId": "eA", "type": "public-key",
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": base64.urlsafe_b64encode(b"\x81" * 5000).decode().rstrip("="),
        },
    }
)  # fmt: skip


FORGED = ("{}", "[[[[", '{"id": "x", "response": {}}', json.dumps("a" * 60_000), "7" * 5000, DEEP)


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_passkey_makes_no_login_and_the_password_still_does(
    cast: Cast, settings: Any, forged: str
) -> None:
    settings.PUBLIC_URL = "https://kinfold.example"
    send(cast.ada, cast.ben)
    browser = Browser()
    browser.post(REGISTER, {"code": mailed_code(), **BENS_DAY})
    assert "Use a passkey instead" in browser.get(FINISH).content.decode()
    answer = browser.post(FINISH, {"credential": forged, "password": PASSWORD})
    assert answer.status_code == 422
    assert not Login.objects.filter(email=cast.ben.email).exists()
    assert browser.post(FINISH, {"credential": "", "password": PASSWORD}).headers["Location"] == "/my/"


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_passkey_is_refused_at_sign_in(cast: Cast, settings: Any, forged: str) -> None:
    settings.PUBLIC_URL = "https://kinfold.example"
    browser = Browser()
    browser.get("/account/security/passkeys/sign-in/")
    answer = browser.post("/account/security/passkeys/sign-in/", {"credential": forged})
    assert answer.headers["Location"] == "/account/sign-in/"
    assert "_auth_user_id" not in browser.session


def test_where_passkeys_do_not_work_none_is_offered_and_a_sent_one_is_refused(
    cast: Cast, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://192.0.2.10"
    browser = Browser()
    browser.get(invitation_link(cast))
    assert "passkey" not in browser.get(INVITED).content.decode()
    assert browser.post(INVITED, {**IVO, "credential": "{}"}).status_code == 422
    assert not Login.objects.filter(email="ivo@mail.example").exists()
