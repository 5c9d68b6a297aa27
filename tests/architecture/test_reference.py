"""Reference pages are made from the code, so that they cannot say something else."""

from __future__ import annotations

from pathlib import Path

from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.reference import as_markdown, reference

ROOT = Path(__file__).parents[2]


def test_the_reference_of_permissions_is_current() -> None:
    """`make reference` writes it again."""
    assert (ROOT / "docs" / "reference" / "permissions.md").read_text(encoding="utf-8") == as_markdown()


def test_the_reference_holds_every_permission_once() -> None:
    named = [entry.name for _, entries in reference() for entry in entries]
    assert sorted(named) == sorted(Permission)
