"""Databases made before the migrations of each part became one (decision 0020)."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from kinfold.entrypoints.cli import schema

if TYPE_CHECKING:
    from tests.entrypoints.cli.installation import Installation

pytestmark = pytest.mark.django_db

FOLDED = "0001_tables"


def recorded_before_folding() -> None:
    """What the database knew of its migrations when they were many."""
    recorder = MigrationRecorder(connection)
    assert recorder.migration_qs.filter(app="clients", name="0020_ties_of_a_client_by_kind").exists()
    recorder.migration_qs.filter(name=FOLDED).delete()


def test_a_database_that_had_all_of_the_many_migrations_is_up_to_date() -> None:
    recorded_before_folding()
    assert schema.pending() == []


def test_a_database_that_had_some_of_them_is_refused_in_one_sentence_and_left_alone() -> None:
    recorded_before_folding()
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="clients", name__gt="0010").delete()
    known = set(recorder.applied_migrations())
    with pytest.raises(click.ClickException, match=r"unreleased Kinfold, too old for this one\."):
        schema.update()
    assert set(recorder.applied_migrations()) == known


def test_a_migration_that_makes_the_trail_anew_leaves_it_whole(installed: Installation) -> None:
    variables = {"DJANGO_SETTINGS_MODULE": "kinfold.config.settings"}
    if owner := installed.variables.get("KINFOLD_MIGRATION_DATABASE_URL"):
        variables["DATABASE_URL"] = owner
    back = [sys.executable, "-m", "django", "migrate", "audit", FOLDED, "--verbosity=0"]
    subprocess.run(back, env=installed.environment(**variables), check=True)
    assert "Applied" in installed.kinfold("migrate").out
    assert installed.kinfold("audit", "verify").out.startswith("alder-creek: sound, ")
