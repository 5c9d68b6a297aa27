"""`kinfold import-members`, run as an operator runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member
from kinfold.entrypoints.cli import cli
from tests.personas import Cast

HEADER = "Vorname,Last name,Email,Role\n"
MAP = ("--map", "Vorname=first_name")


def run(path: Path, *options: str, who: str = "ada@example.org") -> tuple[int, dict[str, Any]]:
    words = ["import-members", str(path), "--practice", "alder-creek", "--as", who, *MAP, *options, "--json"]
    done = CliRunner().invoke(cli, words)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, json.loads(done.stdout)


def added(cast: Cast) -> set[str]:
    with entered(cast.alder.practice_id):
        names = {member.first_name for member in Member.objects.all()}
    return names - {person.first_name for person in cast.team}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "team.csv"
    path.write_text(
        f"{HEADER}Imani,Brooks,imani@example.org,intern\nAmara,Diallo,amara@example.org,Supervisor\n"
    )
    return path


@pytest.mark.django_db(transaction=True)
def test_a_file_of_members_is_checked_and_comes_in_once(cast: Cast, file: Path) -> None:
    status, said = run(file, "--check")
    assert (status, said["rows"], said["errors"], added(cast)) == (0, 2, [], set())
    status, said = run(file)
    assert (status, said["imported"], added(cast)) == (0, 2, {"Imani", "Amara"})
    status, said = run(file)
    assert (status, said["imported"]) == (1, 0)
    assert [(error["line"], error["field"]) for error in said["errors"]] == [(2, "email"), (3, "email")]


@pytest.mark.django_db(transaction=True)
def test_a_wrong_row_or_missing_rights_bring_nobody_in(cast: Cast, file: Path) -> None:
    file.write_text(file.read_text() + "Eve,Adams,eve@example.org,owner\n")
    status, said = run(file)
    assert (status, said["imported"], added(cast)) == (1, 0, set())
    assert [(error["line"], error["field"]) for error in said["errors"]] == [(4, "role")]
    status, said = run(file, who="lin@example.org")
    assert (status, said["imported"]) == (1, 0)
    assert said["errors"][0]["line"] is None
