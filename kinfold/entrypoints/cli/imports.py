"""`kinfold import-clients` and `kinfold import-members`."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import ready

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from kinfold.domain.access.actors import Actor
    from kinfold.domain.imports.commands import UploadFile
    from kinfold.domain.imports.previewing import View
    from kinfold.domain.imports.queries import ImportSummary
    from kinfold.domain.kernel.errors import DomainError

SHOWN = 20


@dataclass(slots=True)
class Outcome:
    """What became of a file, as it is printed."""

    rows: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    likely_duplicates: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """What both commands take."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(path_type=Path)),
            click.option(
                "--practice", "slug", required=True, metavar="SLUG", help="The practice's short name."
            ),
            click.option(
                "--as",
                "email",
                required=True,
                metavar="EMAIL",
                help="Whose rights to use: a member's email address.",
            ),
            click.option(
                "--map",
                "matches",
                multiple=True,
                metavar="HEADING=FIELD",
                help="What a column is, where its heading does not say. As often as needed; an empty field leaves "
                "it out.",
            ),
            click.option(
                "--sheet", default="", metavar="NAME", help="Which sheet of a workbook; else the first."
            ),
            click.option(
                "--check", "check_only", is_flag=True, help="Say what would happen, and import nothing."
            ),
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        )
    ):
        function = option(function)
    return function


@click.command()
@_options
@click.option(
    "--mode",
    type=click.Choice(["add", "update", "both"]),
    default="add",
    help="Add new clients, update those with the same external ID, or both.",
)
@click.option(
    "--erase",
    is_flag=True,
    help="Let an empty cell empty the field of a client who is updated. Without it, empty cells change nothing.",
)
@click.option(
    "--dates",
    "date_order",
    type=click.Choice(["mdy", "dmy"]),
    help="Whether 3/4/1990 is in March or in April, where the column does not tell.",
)
@click.option(
    "--short-years",
    type=click.Choice(["1900", "2000", "latest"]),
    help="What a year of two digits means: in the 1900s, in the 2000s, or the latest that is not in the future. "
    "Without it, such a row is wrong.",
)
def import_clients(**given: Any) -> None:
    """Import clients from a CSV file or an Excel workbook, or say what is wrong with it.

    The fields are first_name, last_name, email, birth_date, sex_at_birth, external_id, phone and tag. A file with a
    row that is wrong is not imported at all; rows that are likely clients already are left out. Without a column for
    birth_date or sex_at_birth they stay unknown, and a note says so. Exit status 0 only when every row was imported
    (with --check: would be).
    """
    _run("clients", **given)


@click.command()
@_options
def import_members(**given: Any) -> None:
    """Add team members from a CSV file or an Excel workbook, or say what is wrong with it.

    The fields are first_name, last_name, email and role: a role by its name, several with a semicolon between them. A
    file with a row that is wrong is not imported at all. They are on the team at once and have no login yet: nobody is
    contacted. Exit status 0 only when every row was imported (with --check: would be).
    """
    _run("members", **given)


def _run(
    whom: str, *, file: Path, slug: str, email: str, check_only: bool, as_json: bool, **how: Any
) -> None:
    ready()
    from kinfold.domain.imports.commands import UploadFile
    from kinfold.domain.imports.reading import load
    from kinfold.domain.kernel.errors import DomainError

    if how.get("erase") and how.get("mode") == "add":
        raise click.UsageError("--erase is for --mode update or both: a new client has nothing to empty.")
    outcome = Outcome()
    try:
        actor = _actor(slug, email)
        upload = UploadFile(file_name=file.name, content=load(file), whom=whom, **how)
        _import(actor, upload, check_only=check_only, outcome=outcome)
    except DomainError as error:
        outcome.errors += _as_errors(error)
    complete = not outcome.errors and not outcome.duplicates
    if as_json:
        click.echo(json.dumps(_plain(outcome), indent=2, ensure_ascii=False))
    else:
        _say(outcome, check_only=check_only)
    sys.exit(0 if complete else 1)


def _actor(slug: str, email: str) -> Actor:
    from kinfold.domain.identity.queries import find_login
    from kinfold.domain.kernel.errors import NotAllowed, NotFound
    from kinfold.domain.practices.queries import practice_names
    from kinfold.domain.team.actors import actor_for_login

    practice = next((practice for practice in practice_names() if practice.slug == slug), None)
    if practice is None:
        raise NotFound("No practice of this installation has that short name.")
    login_id = find_login(email)
    actor = actor_for_login(login_id) if login_id else None
    if actor is None or actor.practice_id != practice.id:
        raise NotAllowed("Nobody with that email address is on the team of this practice.")
    return actor


def _import(actor: Actor, upload: UploadFile, *, check_only: bool, outcome: Outcome) -> None:
    from kinfold.domain.imports.commands import (
        DiscardImport,
        StartImport,
        discard_import,
        start_import,
        upload_file,
    )
    from kinfold.domain.imports.queries import OpenCheck, open_check
    from kinfold.domain.imports.work import do_now
    from kinfold.domain.kernel.errors import InvalidInput, Problem

    import_id = upload_file(actor, upload)
    while True:
        do_now(actor.practice_id, import_id)
        found = open_check(actor, OpenCheck(import_id=import_id))
        summary = found.summary
        outcome.rows, outcome.notes = summary.rows, list(found.notes)
        outcome.imported, outcome.duplicates = summary.created, summary.duplicates
        outcome.updated, outcome.unchanged = summary.updated, summary.unchanged
        outcome.likely_duplicates = _rows(actor, import_id, "duplicates")
        outcome.errors = _rows(actor, import_id, "bad")
        if summary.state == "matching":
            discard_import(actor, DiscardImport(import_id=import_id))
            raise InvalidInput([Problem("map", text) for text in found.problems], found.problems[0])
        if summary.state != "ready":
            _refuse_failed(summary)
            return
        if check_only or outcome.errors or not (summary.ready or summary.updates):
            discard_import(actor, DiscardImport(import_id=import_id))
            return
        # When clients came in meanwhile, the file is checked again, and this goes round once more.
        start_import(actor, StartImport(import_id=import_id))
        do_now(actor.practice_id, import_id)


def _refuse_failed(summary: ImportSummary) -> None:
    from kinfold.domain.kernel.errors import DomainError

    if summary.state != "done":
        raise DomainError(summary.problem or "The import was ended elsewhere. Nothing was imported.")


def _rows(actor: Actor, import_id: UUID, view: View) -> list[dict[str, Any]]:
    """Every row of one kind with its line and reasons, one entry for each reason."""
    from kinfold.domain.imports.previewing import PreviewRows, preview_rows
    from kinfold.domain.imports.queries import MOST

    found: list[dict[str, Any]] = []
    start = 0
    while True:
        page = preview_rows(actor, PreviewRows(import_id=import_id, view=view, start=start, limit=MOST))
        for row in page.rows:
            found += ({"line": row.line, "field": name, "reason": why} for name, why in row.reasons.items())
            if row.reason:
                found.append({"line": row.line, "reason": row.reason})
        start += len(page.rows)
        if not page.rows or start >= page.total:
            return found


def _as_errors(error: DomainError) -> list[dict[str, Any]]:
    from kinfold.domain.kernel.errors import InvalidInput

    if isinstance(error, InvalidInput) and error.problems:
        return [{"line": p.row, "field": p.field, "reason": p.message} for p in error.problems]
    return [{"line": None, "reason": error.message}]


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "rows": outcome.rows,
        "imported": outcome.imported,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "duplicates": outcome.duplicates,
        "errors": outcome.errors,
        "likely_duplicates": outcome.likely_duplicates,
        "notes": outcome.notes,
    }


def _say(outcome: Outcome, *, check_only: bool) -> None:
    for note in outcome.notes:
        click.echo(f"Note: {note}")
    for entry in outcome.errors[:SHOWN]:
        place = f"line {entry['line']}" if entry["line"] else "not imported"
        what = (
            f", {entry['field'].replace('_', ' ')}" if entry.get("field") not in {None, "file", "map"} else ""
        )
        click.echo(f"{place}{what}: {entry['reason']}", err=True)
    duplicates = [] if outcome.errors else outcome.likely_duplicates
    for entry in duplicates[:SHOWN]:
        click.echo(f"line {entry['line']}: {entry['reason']}", err=True)
    if (more := max(len(outcome.errors), len(duplicates)) - SHOWN) > 0:
        click.echo(f"… and {more:,} more. --json lists all.", err=True)
    if outcome.duplicates:
        word = "row is likely a client" if outcome.duplicates == 1 else "rows are likely clients"
        click.echo(f"{outcome.duplicates:,} {word} already; left out.")
    if check_only and not outcome.errors:
        click.echo(
            f"{outcome.rows - outcome.duplicates:,} of {outcome.rows:,} rows can be imported. Nothing was written."
        )
    else:
        updated = f" {outcome.updated:,} updated." if outcome.updated else ""
        written = outcome.imported or outcome.updated
        click.echo(f"{outcome.imported:,} imported.{updated}{'' if written else ' Nothing was written.'}")
