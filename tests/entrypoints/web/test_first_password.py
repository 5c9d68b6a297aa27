"""The first sign-in with a password that a practice chose, from the owner's setting to the client's own page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice
from tests.domain.imports.steps import bring_in, file
from tests.domain.own.steps import mailed_code
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
FIRST, OWN = "four brown owls near water", "nine pale goats cross a bridge"
PAGE = "/register/first-password/"

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("U57")]


def test_only_an_owner_can_tick_first_passwords(cast: Cast, browser_of: BrowserOf) -> None:
    form = {
        "name": "Alder",
        "time_zone": "UTC",
        "country": "US",
        "version": "1",
        "switch": "initial_passwords",
    }
    box = re.compile(r'id="switch-initial_passwords"[^>]*>')
    ada, olu = browser_of(cast.ada), browser_of(cast.olu)
    assert "disabled" in box.findall(ada.get("/settings/").content.decode())[0]
    ada.post("/settings/", form)
    assert not Practice.objects.get(pk=cast.alder.practice_id).initial_passwords
    assert "disabled" not in box.findall(olu.get("/settings/").content.decode())[0]
    olu.post("/settings/", form | {"version": "2"})
    assert Practice.objects.get(pk=cast.alder.practice_id).initial_passwords


def test_a_first_password_leads_by_mail_to_a_password_of_ones_own(cast: Cast, client: Client) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(initial_passwords=True)
    header = "email_address,initial_password,first_name,last_name,birthdate,gender"
    bring_in(cast.ada, file(f"zoe@mail.example,{FIRST},Zoë,Núñez,1984-11-03,F", header=header))

    # Nothing opens with it: the page to sign in knows no such login.
    client.post(reverse("account_login"), {"login": "zoe@mail.example", "password": FIRST})
    assert client.get("/my/").headers["Location"].startswith(reverse("account_login"))
    assert PAGE in client.get("/register/").content.decode()

    empty = client.post(PAGE, {"email": "zoe@mail.example", "password": ""})
    assert (empty.status_code, 'value="zoe@mail.example"' in empty.content.decode()) == (422, True)
    answers = {
        client.post(PAGE, {"email": email, "password": password}).content
        for email, password in (
            ("zoe@mail.example", OWN),
            ("no@mail.example", FIRST),
            ("zoe@mail.example", FIRST),
        )
    }
    assert len(answers) == 1
    run_pending()
    assert OutgoingMail.objects.filter(kind="clients.registration").count() == 1

    born = {"birth_month": "11", "birth_day": "3", "birth_year": "1984"}
    client.post("/register/", {"code": mailed_code(), **born})
    for same in (FIRST, f" {FIRST} "):
        again = client.post("/register/finish/", {"password": same})
        assert "Choose another password than the first one" in again.content.decode()
    client.post("/register/finish/", {"password": OWN})
    assert "Zoë" in client.get("/my/", follow=True).content.decode()
