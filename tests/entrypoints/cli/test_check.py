"""`kinfold check` and `kinfold audit verify`: what is wrong is found, named, and decides the exit status."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from django.utils.module_loading import autodiscover_modules

from kinfold.domain.kernel import clock, tasks
from kinfold.domain.kernel.models import QueuedTask
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice
from kinfold.entrypoints.cli import checking
from tests import engine
from tests.entrypoints.cli.installation import Answer, Installation
from tests.postgres import OWNER, SUPERUSER

if TYPE_CHECKING:
    from tests.personas import Cast

ON_POSTGRES = pytest.mark.skipif("engine.engine() != 'postgres'", reason="roles are PostgreSQL's")


def unsafe(answer: Answer) -> str:
    """The lines that say what is unsafe; such an answer has status 1."""
    lines = [line for line in answer.out.splitlines() if line.startswith("unsafe")]
    assert answer.status == (1 if lines else 0), answer.out
    return "\n".join(lines)


def behind_the_back(installation: Installation, *statements: str) -> None:
    """Change the database as nobody should be able to."""
    if engine.engine() == "sqlite":
        with closing(sqlite3.connect(installation.database)) as file:
            for statement in statements:
                file.execute(statement)
            file.commit()
        return
    with psycopg.connect(engine.postgres().url(SUPERUSER, installation.database), autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A private folder with a key in it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "secret.key").touch(mode=0o600)
    return folder


@pytest.fixture
def findings(db: None, cast: Cast, home: Path, settings: Any) -> Callable[..., Answer]:
    """The findings about an installation with two practices, here in this process."""
    settings.HOME, settings.SECRET_KEY = home, "x" * 64
    settings.PUBLIC_URL, settings.SECURE = "http://127.0.0.1:8000", False

    def check(**variables: Any) -> Answer:
        for name, value in variables.items():
            setattr(settings, name, value)
        result = CliRunner().invoke(checking.check)
        return Answer(result.exit_code, result.output, "")

    return check


def test_a_fresh_installation_is_safe_and_says_what_is_missing(installed: Installation) -> None:
    answer = installed.kinfold("check")
    assert unsafe(answer) == ""
    assert "missing  The worker does not run" in answer.out
    assert "missing  No mail leaves" in answer.out
    assert ("SQLite 3." if engine.engine() == "sqlite" else "Row-level security holds on") in answer.out


def test_before_anything_is_set_up_check_says_so(empty: Installation) -> None:
    answer = empty.kinfold("check")
    assert (answer.status, unsafe(answer)) == (0, "")
    assert "The database is empty" in answer.out


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PUBLIC_URL": "http://kinfold.example.org"}, "without https"),
        ({"SECRET_KEY": "short"}, "KINFOLD_SECRET_KEY is shorter"),
        ({"EMAIL_URL": "smtp://u:p@mail.example.org"}, "password unencrypted"),
        ({"EMAIL_URL": "mail.example.org"}, "KINFOLD_EMAIL_URL is written"),
    ],
)
def test_unsafe_settings_are_found(
    findings: Callable[..., Answer], variables: dict[str, str], said: str
) -> None:
    assert unsafe(findings()) == ""
    assert said in unsafe(findings(**variables))


def test_a_good_public_installation_is_fine(findings: Callable[..., Answer]) -> None:
    answer = findings(
        PUBLIC_URL="https://kinfold.example.org", SECURE=True, EMAIL_URL="smtps://u:p@mail.example.org"
    )
    assert unsafe(answer) == ""
    assert "fine     People reach it at https://kinfold.example.org." in answer.out
    assert "fine     Mail goes through mail.example.org." in answer.out


def test_files_that_others_can_read_are_found(findings: Callable[..., Answer], home: Path) -> None:
    home.chmod(0o755)
    (home / "secret.key").chmod(0o644)
    found = unsafe(findings())
    assert f"chmod go= {home}\n" in found + "\n"
    assert "secret.key" in found


def test_an_sqlite_that_can_corrupt_a_database_is_found(
    findings: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    found = unsafe(findings())
    assert ("can corrupt a database" in found) == (engine.engine() == "sqlite")


def test_the_worker_is_noticed_while_it_lives_and_when_it_falls_silent(
    findings: Callable[..., Answer],
) -> None:
    autodiscover_modules("periodic")
    assert "The worker does not run" in findings().out
    tasks.run_periodic()
    assert "fine     The worker runs." in findings().out
    with clock.frozen_at(clock.now() + timedelta(minutes=4)):
        assert "The worker does not run" in findings().out


def test_work_and_mail_that_was_given_up_is_counted(findings: Callable[..., Answer]) -> None:
    now = clock.now()
    QueuedTask.objects.create(path="x", due_at=now, created_at=now, failed_at=now)
    OutgoingMail.objects.create(
        kind="x", subject_id=uuid4(), message_id="<x>", state="failed", created_at=now
    )
    answer = findings()
    assert "1 background tasks were given up" in answer.out
    assert "1 mails were not sent" in answer.out


def test_a_demo_that_others_can_reach_is_found(findings: Callable[..., Answer]) -> None:
    Practice.objects.filter(slug="alder-creek").update(demo=True)
    assert "beside real ones: alder-creek" in unsafe(findings())
    Practice.objects.update(demo=True)
    assert unsafe(findings()) == ""
    found = unsafe(findings(PUBLIC_URL="https://demo.example.org", SECURE=True))
    assert "where others can reach it: alder-creek, birch-house" in found


def test_an_older_database_is_found_and_other_commands_say_what_to_do(installed: Installation) -> None:
    behind_the_back(installed, "DELETE FROM django_migrations WHERE app = 'kernel'")
    assert "Run: kinfold migrate" in unsafe(installed.kinfold("check"))
    answer = installed.kinfold("audit", "verify")
    assert answer.status == 1
    assert "kinfold migrate" in answer.err


@ON_POSTGRES
def test_a_role_that_could_go_around_the_locks_is_found(installed: Installation) -> None:
    server = engine.postgres()
    as_owner = installed.kinfold("check", DATABASE_URL=server.url(OWNER, installed.database))
    assert "owns the tables" in unsafe(as_owner)
    as_superuser = installed.kinfold("check", DATABASE_URL=server.url(SUPERUSER, installed.database))
    assert "goes around row-level security" in unsafe(as_superuser)


@ON_POSTGRES
def test_a_table_without_its_lock_is_found_and_migrating_locks_it_again(installed: Installation) -> None:
    behind_the_back(
        installed,
        "ALTER TABLE clients_client DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE clients_tag NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY practice_rows ON team_member",
    )
    found = unsafe(installed.kinfold("check"))
    assert "Without row-level security: clients_client, clients_tag, team_member." in found
    assert installed.kinfold("migrate").status == 0
    assert unsafe(installed.kinfold("check")) == ""


def test_a_tampered_trail_ends_with_status_1(installed: Installation) -> None:
    assert installed.setup("birch-house", "fran@example.org").status == 0
    assert installed.kinfold("audit", "verify").status == 0
    behind_the_back(
        installed,
        "UPDATE audit_auditentry SET action = 'nothing.happened' WHERE number = 1 AND practice_id ="
        " (SELECT id FROM practices_practice WHERE slug = 'alder-creek')",
    )
    answer = installed.kinfold("audit", "verify")
    assert answer.status == 1
    assert "alder-creek: FAULT: Entry 1 was changed." in answer.out
    assert "birch-house: sound" in answer.out
    assert installed.kinfold("audit", "verify", "--practice", "birch-house").status == 0
    assert installed.kinfold("audit", "verify", "--practice", "nowhere").status == 1
