"""The stage on which the checks of all addresses are played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tests.architecture.setting import set_stage
from tests.architecture.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[Stage, None, None]:
    """The cast and one of each thing, made once for all tests of a module and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_stage()
        transaction.set_rollback(True)
