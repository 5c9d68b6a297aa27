"""Installations to run commands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.entrypoints.cli.installation import Installation, copy_of, new_installation

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@pytest.fixture
def empty(tmp_path: Path) -> Generator[Installation, None, None]:
    """Nothing there yet."""
    with new_installation(tmp_path, migrated=False) as installation:
        yield installation


@pytest.fixture
def migrated(django_db_setup: None, tmp_path: Path) -> Generator[Installation, None, None]:
    """A database that is up to date and holds nobody; bringing it there takes seconds, and has tests of its own."""
    with new_installation(tmp_path, migrated=True) as installation:
        yield installation


@pytest.fixture(scope="session")
def set_up(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Installation, None, None]:
    """One practice, made by the command; it is only copied."""
    folder = tmp_path_factory.mktemp("set-up")
    with new_installation(folder, migrated=True, name="kinfold_set_up") as installation:
        answer = installation.setup()
        assert answer.status == 0, answer.err
        yield installation


@pytest.fixture
def installed(set_up: Installation, tmp_path: Path) -> Generator[Installation, None, None]:
    """An installation of its own with one practice."""
    with copy_of(set_up, tmp_path) as installation:
        yield installation
