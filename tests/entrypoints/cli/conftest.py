"""Installations to run commands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.entrypoints.cli.installation import Installation, new_installation

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


@pytest.fixture
def installed(django_db_setup: None, tmp_path: Path) -> Generator[Installation, None, None]:
    """One practice, made by the command."""
    with new_installation(tmp_path, migrated=True) as installation:
        answer = installation.setup()
        assert answer.status == 0, answer.err
        yield installation
