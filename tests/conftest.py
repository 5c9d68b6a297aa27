"""What every test has: a database of its own, no network, and a browser for the journeys."""

from __future__ import annotations

import os
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from tests import engine

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_django import DjangoDbBlocker

# The people and practices of the tests.
pytest_plugins = ["tests.fixtures"]

hypothesis_settings.register_profile("kinfold", deadline=None, print_blob=True)
hypothesis_settings.load_profile("kinfold")

LOCAL_ADDRESSES = ("127.", "::1", "localhost")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Generator[None, None, None]:
    """This process's own database, migrated by the tables' owner and used as the application's role."""
    with django_db_blocker.unblock():
        engine.create_database()
    yield
    with django_db_blocker.unblock():
        engine.drop_database()


@pytest.fixture(autouse=True, scope="session")
def _empty_after_real_transactions() -> Generator[None, None, None]:
    """The application's role may not truncate, so the owner does, and what migrations left stays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: engine.empty_database())
        yield


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests() -> Generator[None, None, None]:
    """Nothing cached survives a test."""
    yield
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Generator[None, None, None]:
    """A test that talks to another machine is wrong, even when that machine answers."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOCAL_ADDRESSES):
            raise AssertionError(f"a test reached for the network: {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser of this machine (KINFOLD_BROWSER or Chromium on the PATH), never skipped when it is missing."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("KINFOLD_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.fail("The browser journeys need Chromium: run `make journeys`, which installs it.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    # Debian's Chromium would paint as for a graphics card, and play the card in software.
    return {**browser_type_launch_args, "executable_path": found, "args": [*sandbox, "--disable-gpu"]}
