"""The set-up page: once, by the right person, with everything typed kept when something is wrong."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from kinfold.domain.audit.trail import verify
from kinfold.domain.identity.queries import find_login
from kinfold.domain.lifecycle import setup as setup_domain
from kinfold.domain.practices.queries import any_practice, practice_names
from kinfold.domain.team.actors import actor_for_login

if TYPE_CHECKING:
    from collections.abc import Generator

PASSWORD = "seven quiet herons wade at dawn"
FILLED = {
    "practice_name": "Alder Creek Counseling",
    "slug": "alder-creek",
    "full_name": "Olu Adeyemi",
    "email": "olu@example.org",
    "password": PASSWORD,
    "password_again": PASSWORD,
}


@pytest.fixture(autouse=True)
def _no_key() -> Generator[None, None, None]:
    setup_domain.forget_key()
    yield
    setup_domain.forget_key()


def send(client: Client, data: dict[str, str] | None = None, **extra: Any) -> Any:
    """Submit the form as a browser on this machine would."""
    return client.post(reverse("setup"), {**FILLED, **(data or {})}, headers={"host": "127.0.0.1"}, **extra)


@pytest.mark.django_db
def test_the_first_visit_leads_to_the_set_up_page(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 303
    assert response.headers["Location"] == reverse("setup")
    page = client.get(reverse("setup"), headers={"host": "127.0.0.1"})
    assert page.status_code == 200
    assert b"Set-up key" not in page.content


@pytest.mark.django_db
def test_setting_up_makes_the_practice_and_its_owner(client: Client) -> None:
    place = {"time_zone": "America/New_York", "country": "CA"}
    response = send(client, {"emails_optional": "yes", **place})
    assert response.status_code == 303
    assert response.headers["Location"] == reverse("account_login")
    (practice,) = practice_names()
    assert (practice.name, practice.slug) == ("Alder Creek Counseling", "alder-creek")
    login_id = find_login("olu@example.org")
    assert login_id is not None
    owner = actor_for_login(login_id)
    assert owner is not None
    assert (owner.name, owner.role_names) == ("Olu Adeyemi", ("Owner",))
    assert (owner.time_zone, owner.country) == ("America/New_York", "CA")
    assert verify(practice.id).fault is None


@pytest.mark.django_db
def test_setting_up_works_once(client: Client) -> None:
    assert send(client).status_code == 303
    again = send(client, {"slug": "mine-now", "email": "mallory@example.org"})
    assert again.status_code == 410
    assert client.get(reverse("setup"), headers={"host": "127.0.0.1"}).status_code == 410
    assert len(practice_names()) == 1
    assert find_login("mallory@example.org") is None


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_who_set_up_at_once_one_succeeds() -> None:
    start = threading.Barrier(8)
    answers: list[int] = []

    def submit(number: int) -> None:
        try:
            client = Client()
            start.wait()
            data = {"slug": f"practice-{number}", "email": f"owner{number}@example.org"}
            answers.append(send(client, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, *[410] * 7]
    assert len(practice_names()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"practice_name": "  "}, "practice_name"),
        ({"practice_name": "x" * 500}, "practice_name"),
        ({"slug": "Alder Creek!"}, "slug"),
        ({"full_name": ""}, "full_name"),
        ({"full_name": "<b>Olu</b>"}, "full_name"),
        ({"email": "olu"}, "email"),
        ({"password": "password", "password_again": "password"}, "password"),
        ({"password": "alder creek counseling", "password_again": "alder creek counseling"}, "password"),
        ({"password_again": "something else entirely"}, "password_again"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, typed: dict[str, str], field: str
) -> None:
    response = send(client, typed)
    assert response.status_code == 422
    html = response.content.decode()
    assert f'id="f-{field}-e"' in html
    for name in ("practice_name", "slug", "full_name", "email"):
        value = {**FILLED, **typed}[name]
        assert f'value="{value}"' in html or "<" in value or not value.strip() or len(value) > 200
    assert PASSWORD not in html
    assert not any_practice()
    assert find_login("olu@example.org") is None


@pytest.mark.django_db
def test_every_problem_is_said_at_once(client: Client) -> None:
    response = send(client, {"practice_name": "", "slug": "", "full_name": "", "email": ""})
    html = response.content.decode()
    assert all(f'id="f-{name}-e"' in html for name in ("practice_name", "slug", "full_name", "email"))


STRANGERS: list[dict[str, Any]] = [
    {"REMOTE_ADDR": "203.0.113.9"},
    {"REMOTE_ADDR": "127.0.0.1", "headers": {"x-forwarded-for": "203.0.113.9", "host": "127.0.0.1"}},
    {"REMOTE_ADDR": "127.0.0.1", "headers": {"x-forwarded-for": "127.0.0.1", "host": "127.0.0.1"}},
    {"REMOTE_ADDR": "127.0.0.1", "headers": {"forwarded": "for=203.0.113.9", "host": "127.0.0.1"}},
    {"REMOTE_ADDR": "127.0.0.1", "headers": {"x-real-ip": "203.0.113.9", "host": "127.0.0.1"}},
    {"REMOTE_ADDR": "127.0.0.1", "headers": {"host": "testserver"}},
    {"REMOTE_ADDR": ""},
]


@pytest.mark.django_db
@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_needs_the_key_that_the_console_shows(client: Client, stranger: dict[str, Any]) -> None:
    key = setup_domain.make_key()
    form = client.get(reverse("setup"), **stranger)
    assert b"Set-up key" in form.content
    for wrong in ("", "1234", key[:-1]):
        response = client.post(reverse("setup"), {**FILLED, "key": wrong}, **stranger)
        assert response.status_code == 422
        assert b'id="f-key-e"' in response.content
    assert not any_practice()
    assert client.post(reverse("setup"), {**FILLED, "key": f" {key.upper()} "}, **stranger).status_code == 303
    assert any_practice()


@pytest.mark.django_db
def test_without_a_key_file_no_key_is_right(client: Client) -> None:
    response = client.post(reverse("setup"), {**FILLED, "key": ""}, REMOTE_ADDR="203.0.113.9")
    assert response.status_code == 422
    assert not any_practice()


@pytest.mark.django_db
def test_an_installation_with_a_public_address_always_asks_for_the_key(client: Client) -> None:
    setup_domain.make_key()
    with override_settings(PUBLIC_URL="https://kinfold.example.org"):
        assert send(client).status_code == 422
    assert not any_practice()


@pytest.mark.django_db
def test_a_wrong_key_says_nothing_else(client: Client) -> None:
    setup_domain.make_key()
    response = client.post(
        reverse("setup"), {**FILLED, "slug": "Not One!", "key": "x"}, REMOTE_ADDR="203.0.113.9"
    )
    assert b'id="f-slug-e"' not in response.content


@pytest.mark.django_db(transaction=True)
def test_the_key_is_private_kept_while_it_is_needed_and_deleted_afterwards(client: Client) -> None:
    key = setup_domain.make_key()
    assert setup_domain.make_key() == key
    path = settings.HOME / "setup.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(key.replace("-", "")) == 32
    assert send(client).status_code == 303
    assert not path.exists()
