"""The practice's settings and one's own API tokens, in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from kinfold.domain.practices.models import Practice
from kinfold.domain.team.actors import actor_for_token
from kinfold.domain.team.queries.settings import GetPractice, PracticeSettings, get_practice
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
SETTINGS, TOKENS = "/settings/", "/account/tokens/"


def saved(cast: Cast) -> PracticeSettings:
    return get_practice(cast.olu.actor, GetPractice())


def posted(*switches: str, **changes: object) -> dict[str, object]:
    return {
        "version": 1,
        "name": "Alder Creek",
        "support_email": "",
        "time_zone": "UTC",
        "country": "US",
        "switch": list(switches),
        **changes,
    }


def test_an_administrator_changes_the_practices_rules(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert 'value="Alder Creek"' in browser.get(SETTINGS).content.decode()
    response = browser.post(
        SETTINGS, posted("supervision", name="Alder", support_email="help@alder.example"), follow=True
    )
    html = response.content.decode()
    assert "The settings are saved." in html
    assert 'href="mailto:help@alder.example"' in html
    now = saved(cast)
    assert (now.name, now.clients_need_email, now.supervision) == ("Alder", False, True)


def test_help_is_offered_only_once_there_is_somebody_to_write_to(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    browser.post(SETTINGS, posted("supervision", support_email=""))
    assert "mailto:" not in browser.get(SETTINGS).content.decode()


def test_the_password_page_names_its_fields_as_all_pages_do(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).get("/account/password/").content.decode()
    assert re.findall(r"<label[^>]*>([^<]*password[^<]*)<", html, re.IGNORECASE) == [
        "Current password",
        "New password",
        "New password again",
    ]


def test_only_an_owner_can_tick_direct_clients_records(cast: Cast, browser_of: BrowserOf) -> None:
    ada, olu = browser_of(cast.ada), browser_of(cast.olu)
    box = re.compile(r'id="switch-direct_charts"[^>]*>')
    assert "disabled" in box.findall(ada.get(SETTINGS).content.decode())[0]
    assert "disabled" not in box.findall(olu.get(SETTINGS).content.decode())[0]
    assert ada.post(SETTINGS, posted("supervision", "clients_need_email", "direct_charts")).status_code == 303
    assert not saved(cast).direct_charts
    assert olu.post(SETTINGS, posted("supervision", "clients_need_email", "direct_charts")).status_code == 303
    assert saved(cast).direct_charts
    assert ada.post(SETTINGS, posted("supervision", version=2, name="Alder")).status_code == 303
    assert saved(cast).direct_charts


def test_the_second_editor_keeps_what_they_typed(cast: Cast, browser_of: BrowserOf) -> None:
    browser_of(cast.olu).post(SETTINGS, posted("supervision", name="Alder One"))
    response = browser_of(cast.ada).post(SETTINGS, posted("supervision", name="Alder Two"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "Someone else changed this" in html
    assert 'value="Alder Two"' in html
    assert saved(cast).name == "Alder One"


def test_wrong_settings_are_shown_with_the_reason(cast: Cast, browser_of: BrowserOf) -> None:
    response = browser_of(cast.ada).post(SETTINGS, posted(name="", support_email="help@"))
    html = response.content.decode()
    assert response.status_code == 422
    assert "Enter a name." in html
    assert 'value="help@"' in html


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_settings_are_for_who_may_change_the_practice(cast: Cast, browser_of: BrowserOf, person: str) -> None:
    browser = browser_of(getattr(cast, person))
    assert browser.get(SETTINGS).status_code == 403
    assert browser.post(SETTINGS, posted(name="Mine")).status_code == 403
    assert Practice.objects.get(pk=cast.alder.practice_id).name == "Alder Creek"


def make_token(browser: Client, **changes: object) -> tuple[int, str]:
    values = {"name": "Reports", "scopes": ["members:names"], "days": "30", "form_key": "k", **changes}
    response = browser.post(TOKENS, values)
    return response.status_code, response.content.decode()


def shown_token(html: str) -> str:
    (token,) = re.findall(r'id="secret"[^>]*>(kf_[^<]+)<', html)
    return str(token)


def test_a_token_is_shown_once_and_works(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.lin)
    status, html = make_token(browser)
    token = shown_token(html)
    actor = actor_for_token(token)
    assert status == 200
    assert actor is not None
    assert actor.member_id == cast.lin.member_id
    again = browser.get(TOKENS).content.decode()
    assert "Reports" in again
    assert token not in again
    assert token[-4:] in again


def test_a_double_click_shows_the_same_token_and_makes_one(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.lin)
    assert shown_token(make_token(browser)[1]) == shown_token(make_token(browser)[1])
    assert browser.get(TOKENS).content.decode().count('commandfor="revoke-') == 2  # open and cancel of one


def test_only_what_one_may_do_is_offered(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.bea).get(TOKENS).content.decode()
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', html))
    assert offered == {permission.value for permission in cast.bea.actor.permissions}
    status, html = make_token(browser_of(cast.bea), scopes=["practice:own"])
    assert status == 422
    assert "only what you may do yourself" in html


@pytest.mark.parametrize("days", ["0", "366", "x", "", "-1", "9" * 50])
def test_a_lifetime_that_cannot_be_is_refused(cast: Cast, browser_of: BrowserOf, days: str) -> None:
    status, html = make_token(browser_of(cast.lin), days=days)
    assert status == 422
    assert "Choose 1 to 365 days." in html


def test_a_token_is_revoked(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.lin)
    token = shown_token(make_token(browser)[1])
    actor = actor_for_token(token)
    assert actor is not None
    response = browser.post(f"{TOKENS}{actor.token_id}/revoke/", follow=True)
    assert "The token is revoked." in response.content.decode()
    assert actor_for_token(token) is None


def test_somebody_elses_token_cannot_be_revoked(cast: Cast, browser_of: BrowserOf) -> None:
    token = shown_token(make_token(browser_of(cast.lin))[1])
    actor = actor_for_token(token)
    assert actor is not None
    for person in (cast.olu, cast.fran):
        assert browser_of(person).post(f"{TOKENS}{actor.token_id}/revoke/").status_code == 404
    assert actor_for_token(token) is not None


def test_making_a_token_asks_who_one_is_after_five_minutes(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    browser = browser_of(cast.lin)
    later = time.time() + 400
    monkeypatch.setattr(time, "time", lambda: later)
    response = browser.post(TOKENS, {"name": "Reports", "scopes": ["members:names"], "days": "30"})
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/confirm/")
