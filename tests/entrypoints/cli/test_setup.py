"""`kinfold setup`, `demo`, `migrate`, and what every command has in common."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.entrypoints.cli.installation import PASSWORD, Installation


def test_help_is_there_without_loading_django_or_making_anything(empty: Installation) -> None:
    answer = empty.kinfold("--help", DATABASE_URL="nonsense")
    assert answer.status == 0
    for name in ("run", "setup", "demo", "audit", "check", "migrate", "worker"):
        assert f"  {name} " in answer.out
    assert not empty.home.exists()
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, kinfold.entrypoints.cli as c; print('django' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "False"


def test_setting_up_makes_an_installation_that_is_safe_and_whose_trail_is_sound(empty: Installation) -> None:
    assert "Applied" in empty.kinfold("migrate").out
    answer = empty.setup("alder-creek", "olu@example.org", "--clients-without-email")
    assert (answer.status, answer.err) == (0, "")
    assert "olu@example.org owns it" in answer.out
    assert empty.kinfold("check").status == 0
    assert empty.kinfold("migrate").out == "The database is up to date.\n"
    verified = empty.kinfold("audit", "verify")
    assert verified.status == 0
    assert verified.out.startswith("alder-creek: sound, ")
    assert PASSWORD not in answer.out
    said = empty.python(
        "from kinfold.domain.practices.models import Practice\nprint(Practice.objects.get().clients_need_email)"
    )
    assert said.strip() == "False"
    assert empty.home.stat().st_mode & 0o777 == 0o700
    assert (empty.home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_second_practice_is_welcome_and_its_short_name_is_its_own(installed: Installation) -> None:
    taken = installed.setup("alder-creek", "fran@example.org")
    assert taken.status == 1
    assert "slug: Another practice" in taken.err
    assert installed.setup("birch-house", "fran@example.org").status == 0
    assert installed.kinfold("audit", "verify").out.count("sound") == 2
    elsewhere = installed.setup("cedar-bend", "olu@example.org")
    assert elsewhere.status == 1
    assert "already belongs to a team" in elsewhere.err


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_made(migrated: Installation) -> None:
    answer = migrated.kinfold(
        *("setup", "--name", " ", "--slug", "Alder Creek", "--owner", "olu", "--owner-name", "<Olu>"),
        KINFOLD_OWNER_PASSWORD="password",
    )
    assert answer.status == 1
    for field in ("name:", "slug:", "owner email:", "owner name:", "owner password:"):
        assert f"  {field}" in answer.err
    assert "There is no practice yet" in migrated.kinfold("audit", "verify").out
    easy = migrated.setup(password="olu adeyemi olu adeyemi")
    assert easy.status == 1
    assert "owner password: " in easy.err
    assert "olu adeyemi" not in easy.err


def test_without_a_terminal_and_a_password_it_says_what_to_do(migrated: Installation) -> None:
    answer = migrated.kinfold("setup", "--name", "A", "--slug", "a", "--owner", "olu@example.org")
    assert answer.status == 2
    assert "KINFOLD_OWNER_PASSWORD" in answer.err


def test_a_demo_is_made_once_and_says_how_to_sign_in(migrated: Installation) -> None:
    answer = migrated.kinfold("demo", "--clients", "12", "--members", "8")
    assert answer.status == 0, answer.err
    assert "Alder Creek Counseling (alder-creek): 8 members, 12 clients" in answer.out
    assert "olivia@alder-creek.example" in answer.out
    assert "quiet otters carry lanterns" in answer.out
    assert migrated.kinfold("demo", "--if-migrated").out == ""
    again = migrated.kinfold("demo")
    assert again.status == 1
    assert "KINFOLD_HOME" in again.err
    assert migrated.kinfold("audit", "verify").status == 0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://root:hunter2@localhost/kinfold"),
        ("DATABASE_URL", "postgresql://app:hunter2@localhost:port/kinfold"),
        ("DATABASE_URL", "hunter2"),
        ("KINFOLD_MIGRATION_DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "postgresql://app:hunter2@127.0.0.1:1/kinfold"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence_without_its_password(
    empty: Installation, variable: str, value: str
) -> None:
    answer = empty.kinfold("check", **{variable: value})
    assert answer.status == 1
    assert "hunter2" not in answer.err + answer.out
    assert variable in answer.err


@pytest.mark.skipif("os.environ['KINFOLD_TEST_ENGINE'] == 'postgres'", reason="a file is SQLite's")
def test_a_file_that_is_no_database_is_one_sentence(empty: Installation) -> None:
    empty.home.mkdir(mode=0o700)
    (empty.home / "kinfold.sqlite3").write_bytes(
        b"this is not a database, but it is long enough to look at" * 20
    )
    answer = empty.kinfold("check")
    assert answer.status == 1
    assert "cannot be opened" in answer.err
