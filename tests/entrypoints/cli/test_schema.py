"""Databases made before the migrations of each part became one (decision 0020)."""

from __future__ import annotations

import click
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from kinfold.entrypoints.cli import schema

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
