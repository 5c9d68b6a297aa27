"""Fixtures that know the domain: the cast of people. The plumbing of databases and browsers is in conftest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.remembered import remembered_cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from django.test import Client

    from tests.personas import Cast, Person


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Generator[None, None, None]:
    """Hashing a password well takes a tenth of a second, on purpose; no test but the hasher's own needs that."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def cast(db: None) -> Generator[Cast, None, None]:
    """Alder Creek and Birch House with everybody in them (tests/personas.py).

    Whatever a test does, the numbers of clients that PostgreSQL keeps are right afterwards.
    """
    from django.db import connection

    from tests.headcounts import kept_and_counted

    yield remembered_cast()
    if not connection.needs_rollback:
        kept, counted = kept_and_counted()
        assert kept == counted


@pytest.fixture(autouse=True, scope="session")
def _uncollected_static_files() -> Generator[None, None, None]:
    """Serve style and scripts as they stand in the tree; `kinfold run` collects and fingerprints them."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
    ):
        yield


@pytest.fixture
def browser_of(cast: Cast) -> Callable[[Person], Client]:
    """A browser in which someone of the cast has just signed in, by the real form."""

    def sign_in(person: Person) -> Client:
        from django.test import Client

        browser = Client()
        response = browser.post("/account/sign-in/", {"login": person.email, "password": cast.password})
        assert response.status_code == 302, response.content.decode()
        return browser

    return sign_in
