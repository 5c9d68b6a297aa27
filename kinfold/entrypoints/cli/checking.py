"""`kinfold check`: what is unsafe or missing in this installation, each with what to do."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from . import start_django

SAFE_SQLITE = (3, 51, 3)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
SIGN_OF_LIFE = timedelta(minutes=3)
SHORTEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: fine, missing or unsafe, and what to do about it."""

    level: str
    text: str


@click.command()
def check() -> None:
    """Say what is unsafe or missing in this installation.

    Exit status 1 when something is unsafe; what is only missing is said and lets it be 0.
    """
    start_django()
    findings = list(_findings())
    for level in ("unsafe", "missing", "fine"):
        for finding in findings:
            if finding.level == level:
                click.echo(f"{level:<8} {finding.text}")
    sys.exit(1 if any(finding.level == "unsafe" for finding in findings) else 0)


def _findings() -> Iterator[Finding]:
    from django.db import connection

    from . import schema

    yield from _files()
    yield from _address()
    yield from _mail()
    if connection.vendor == "sqlite":
        yield _sqlite()
    else:
        yield from _postgres()
    if schema.is_new():
        yield Finding("missing", "The database is empty. Run: kinfold setup, or kinfold run")
        return
    if waiting := schema.pending():
        yield Finding(
            "unsafe", f"The database is {len(waiting)} changes behind this Kinfold. Run: kinfold migrate"
        )
        return
    yield from _work()
    yield from _practices()


def _files() -> Iterator[Finding]:
    from django.conf import settings

    home = Path(settings.HOME)
    open_to_others = [path for path in _private(home) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_to_others:
        yield Finding("unsafe", f"Other accounts of this machine can read {path}. Run: chmod go= {path}")
    if not open_to_others:
        yield Finding("fine", f"{home} is readable by its own account only.")
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield Finding(
            "unsafe", f"KINFOLD_SECRET_KEY is shorter than {SHORTEST_KEY} characters. Choose a random one."
        )


def _private(home: Path) -> Iterator[Path]:
    yield home
    for name in ("secret.key", "setup.key", "mail", "imports"):
        if (home / name).exists():
            yield home / name
    yield from sorted(home.glob("*.sqlite3*"))


def _address() -> Iterator[Finding]:
    from django.conf import settings

    if settings.SECURE:
        yield Finding("fine", f"People reach it at {settings.PUBLIC_URL}.")
    elif _is_loopback():
        yield Finding(
            "missing",
            "Only this machine can reach it. Set KINFOLD_PUBLIC_URL to an https address for others.",
        )
    else:
        yield Finding(
            "unsafe",
            f"KINFOLD_PUBLIC_URL is {settings.PUBLIC_URL}: without https everybody on the way can read along.",
        )


def _is_loopback() -> bool:
    from django.conf import settings

    return (urlsplit(settings.PUBLIC_URL).hostname or "") in LOOPBACK


def _mail() -> Iterator[Finding]:
    from django.conf import settings

    from kinfold.domain.messages.transport import Unreadable, read_server

    try:
        server = read_server(settings.EMAIL_URL)
    except Unreadable as error:
        yield Finding("unsafe", str(error))
        return
    if server is None:
        yield Finding(
            "missing", f"No mail leaves: it is written to {settings.MAIL_FOLDER}. Set KINFOLD_EMAIL_URL."
        )
    elif server.sends_password_in_clear:
        yield Finding(
            "unsafe", "KINFOLD_EMAIL_URL sends its password unencrypted. Use smtps:// or smtp+tls://."
        )
    else:
        yield Finding("fine", f"Mail goes through {server.host}.")


def _sqlite() -> Finding:
    import sqlite3  # the one that Django uses: settings may have put the wheel's in place

    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        return Finding(
            "unsafe",
            f"SQLite {version} can corrupt a database in rare cases. Install the pysqlite3 package, a Python with "
            "SQLite 3.51.3 or newer, or use PostgreSQL.",
        )
    return Finding("fine", f"SQLite {version}.")


def _postgres() -> Iterator[Finding]:
    from django.conf import settings
    from django.db import connection

    from kinfold.domain.kernel.row_security import POLICY, tenant_tables

    tables = tenant_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user")
        superuser, bypasses, role = cursor.fetchone()
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND p.polname IS NOT NULL,"
            " pg_has_role(c.relowner, 'USAGE')"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s"
            " WHERE n.nspname = current_schema() AND c.relname = ANY(%s) ORDER BY 1",
            [POLICY, tables],
        )
        rows = cursor.fetchall()
    if superuser or bypasses:
        yield Finding(
            "unsafe", f"The role {role} goes around row-level security. Take SUPERUSER and BYPASSRLS from it."
        )
    if any(owns for _, _, owns in rows):
        yield Finding(
            "unsafe",
            f"The role {role} owns the tables and could switch row-level security off. Let another role own them, and "
            "name it in KINFOLD_MIGRATION_DATABASE_URL.",
        )
    bare = [table for table, secured, _ in rows if not secured]
    if bare:
        yield Finding("unsafe", f"Without row-level security: {', '.join(bare)}. Run: kinfold migrate")
    if rows and not bare:
        yield Finding("fine", f"Row-level security holds on {len(rows)} tables.")
    if settings.MIGRATION_DATABASE is None:
        yield Finding("missing", "KINFOLD_MIGRATION_DATABASE_URL: a role of its own that owns the tables.")


def _work() -> Iterator[Finding]:
    from kinfold.domain.kernel import clock, tasks
    from kinfold.domain.messages.sending import count_troubles

    seen = tasks.last_seen()
    if seen is None or clock.now() - seen > SIGN_OF_LIFE:
        yield Finding(
            "missing", "The worker does not run, so no mail is sent and no file imported. Run: kinfold run"
        )
    else:
        yield Finding("fine", "The worker runs.")
    if given_up := tasks.failed():
        yield Finding("missing", f"{given_up} background tasks were given up. The log says why.")
    if troubles := count_troubles():
        yield Finding(
            "missing", f"{troubles} mails were not sent, or it is not known. Owners see which in Settings."
        )


def _practices() -> Iterator[Finding]:
    from kinfold.domain.practices.queries import practice_names

    practices = practice_names()
    if not practices:
        yield Finding("missing", "There is no practice. Open the set-up page, or run: kinfold setup")
    demos = [practice.slug for practice in practices if practice.demo]
    if demos and (not _is_loopback() or len(demos) < len(practices)):
        beside = "beside real ones" if len(demos) < len(practices) else "where others can reach it"
        yield Finding(
            "unsafe", f"Demo practices, whose passwords everybody knows, {beside}: {', '.join(demos)}."
        )
    elif demos:
        yield Finding("fine", f"A demo: {', '.join(demos)}.")
