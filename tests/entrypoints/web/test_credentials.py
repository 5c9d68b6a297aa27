"""Licenses and other credentials in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kinfold.domain.kernel import clock
from tests.domain.credentials.steps import in_days, licence, record
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
TYPED = {"title": "lcsw", "region": "ca", "number": "108842", "issued_on": "2019-09-01"}


def page_of(person: Person, part: str = "credentials/") -> str:
    return f"/manage/team/{person.member_id}/{part}"


def test_a_license_is_added_renewed_and_removed_and_the_history_keeps_all(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    add = page_of(cast.lin, "credentials/add/licence/")
    assert "LMFT" in browser.get(add).content.decode()
    html = browser.post(add, {**TYPED, "expires_on": in_days(12)}, follow=True).content.decode()
    assert "It is on record." in html
    assert "Lin Zhao, LCSW" in html
    assert "in 12 days" in html
    (address,) = re.findall(r'href="(/manage/team/credentials/[^"]+)"', html)
    form = browser.get(address).content.decode()
    assert 'value="California"' in form
    assert f'value="{in_days(12)}"' in form
    html = browser.post(address, {**TYPED, "expires_on": in_days(700)}, follow=True).content.decode()
    assert "What stood there before is in the history." in html
    assert "Would expire" in html
    (remove,) = re.findall(r'action="(/manage/team/credentials/[^"]+/remove/)"', html)
    html = browser.post(remove, follow=True).content.decode()
    assert "It stays in the history." in html
    assert record(cast, cast.lin).licences == ()


def test_what_cannot_be_taken_is_said_beside_its_field_and_everything_typed_stays(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    typed = {**TYPED, "number": "", "expires_on": "1927-01-01"}
    response = browser.post(page_of(cast.lin, "credentials/add/licence/"), typed)
    html = response.content.decode()
    assert response.status_code == 422
    for sentence in ("Enter the number of the license.", "Check the year."):
        assert sentence in html
    for value in ("lcsw", "ca", "2019-09-01", "1927-01-01"):
        assert f'value="{value}"' in html
    licence(cast, cast.lin)
    again = browser.post(page_of(cast.lin, "credentials/add/licence/"), TYPED)
    assert again.status_code == 409
    assert "This is on record already." in again.content.decode()


def test_whoever_renews_what_somebody_else_just_renewed_is_told(cast: Cast, browser_of: BrowserOf) -> None:
    first = licence(cast, cast.lin)
    address = f"/manage/team/credentials/{first}/"
    assert browser_of(cast.olu).post(address, {**TYPED, "number": "2"}).status_code == 303
    response = browser_of(cast.ada).post(address, {**TYPED, "number": "3"})
    assert response.status_code == 409
    assert "Somebody changed or removed this in the meantime." in response.content.decode()


def test_npi_and_degree_are_saved_and_a_wrong_digit_keeps_what_was_typed(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(page_of(cast.lin, "npi/"), {"npi": "1234567890", "seen": ""})
    html = response.content.decode()
    assert response.status_code == 422
    assert "A digit of this NPI is wrong. Compare it with the original." in html
    assert 'value="1234567890"' in html
    assert browser.post(page_of(cast.lin, "npi/"), {"npi": "1234567893", "seen": ""}).status_code == 303
    saved = browser.post(page_of(cast.lin, "degree/"), {"degree": "masters"}, follow=True).content.decode()
    assert 'value="1234567893"' in saved
    assert '<option value="masters" selected>' in saved
    stale = browser.post(page_of(cast.lin, "degree/"), {"degree": "doctoral", "seen": ""})
    assert stale.status_code == 409


def test_an_expired_license_is_shown_and_an_owner_allows_new_clients_until_a_day(
    cast: Cast, browser_of: BrowserOf
) -> None:
    licence(cast, cast.lin, expires_on=in_days(-3))
    ada, olu = browser_of(cast.ada), browser_of(cast.olu)
    html = ada.get(page_of(cast.lin)).content.decode()
    assert "License expired on" in html
    assert "An owner can allow it." in html
    assert 'name="last_day"' not in html
    typed = {"reason": "The board is late.", "last_day": ""}
    refused = olu.post(page_of(cast.lin, "exception/"), typed)
    assert refused.status_code == 422
    assert "The board is late." in refused.content.decode()
    allowed = olu.post(page_of(cast.lin, "exception/"), {**typed, "last_day": in_days(9)}, follow=True)
    assert "New clients are allowed." in allowed.content.decode()
    assert "The board is late." in ada.get(page_of(cast.lin)).content.decode()
    (end,) = re.findall(
        r'action="(/manage/team/exceptions/[^"]+)"', olu.get(page_of(cast.lin)).content.decode()
    )
    ended = olu.post(end, {"member": cast.lin.member_id}, follow=True).content.decode()
    assert "The exception has ended." in ended
    assert "New clients allowed by Olu Adeyemi: The board is late." in ended


def test_the_team_list_shows_letters_and_what_needs_attention(cast: Cast, browser_of: BrowserOf) -> None:
    licence(cast, cast.lin, expires_on=in_days(12))
    licence(cast, cast.sana, title="PsyD", expires_on=in_days(-2))
    html = browser_of(cast.ada).get("/manage/team/").content.decode()
    assert "2 credentials need attention." in html
    assert ", LCSW</span>" in html
    assert ", PsyD" not in html
    assert "in 12 days" in html
    assert "None needed" in html
    assert "Not given" in html
    profile = browser_of(cast.ada).get(page_of(cast.sana, "")).content.decode()
    assert "License expired on" in profile


def test_somebody_whose_license_expired_is_not_offered_for_a_client(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    option = f'<option value="{cast.lin.member_id}"'
    client = f"/clients/{cast.uma.id}/"
    assert option in browser.get("/manage/clients/add/").content.decode()
    licence(cast, cast.lin, expires_on=in_days(-3))
    assert option not in browser.get("/manage/clients/add/").content.decode()
    response = browser.post(f"{client}assign/", {"therapist": cast.lin.member_id, "kind": "primary"})
    assert response.status_code == 422
    assert "Choose someone else, or ask an owner to allow it." in response.content.decode().replace(
        "&#39;", "'"
    )


def test_everybody_reads_their_own(cast: Cast, browser_of: BrowserOf) -> None:
    licence(cast, cast.theo, title="LMSW", expires_on=in_days(-1))
    browser = browser_of(cast.theo)
    html = browser.get("/account/credentials/").content.decode()
    assert "108842" in html
    assert "Your license expired on" in html
    assert "/account/credentials/" in browser.get("/clients/").content.decode()
    assert browser.get(page_of(cast.theo)).status_code == 403


@pytest.mark.django_db
def test_links_in_mail_lead_where_the_pages_are(cast: Cast) -> None:
    member_id = cast.lin.member_id
    assert settings.CREDENTIALS_PATH.format(member_id) == reverse(
        "member-credentials", kwargs={"member_id": member_id}
    )
    assert reverse("own-credentials") == settings.OWN_CREDENTIALS_PATH


def test_days_are_those_of_the_practice(cast: Cast, browser_of: BrowserOf) -> None:
    licence(cast, cast.lin, expires_on=in_days(0))
    html = browser_of(cast.ada).get(page_of(cast.lin)).content.decode()
    assert ", today" in html
    with clock.frozen_at(clock.midnight(clock.today() + timedelta(days=1), "UTC")):
        assert record(cast, cast.lin).expired_on is not None
