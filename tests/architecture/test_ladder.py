"""What a status allows stands in one table (`team.statuses`); nothing else compares statuses (SPEC section 2)."""

from __future__ import annotations

import ast

from tests.architecture.source import trees

# The table, what it is made of, and the commands that lead from one status to another.
KNOW_STATUSES = {
    "kinfold/domain/team/models.py",
    "kinfold/domain/team/statuses.py",
    "kinfold/domain/team/moving.py",
    "kinfold/domain/team/commands/statuses.py",
    "kinfold/domain/lifecycle/statuses.py",
    "kinfold/domain/team/queries/listing.py",
    "kinfold/domain/lifecycle/leaving.py",
}


def test_what_a_status_allows_is_asked_of_the_ladder_only() -> None:
    naming = {
        path
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "MemberStatus"
    }
    assert naming - KNOW_STATUSES == set()
