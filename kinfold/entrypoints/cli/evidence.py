"""`kinfold audit`."""

from __future__ import annotations

import sys

import click

from . import ready


@click.group()
def audit() -> None:
    """Check the audit trail."""


@audit.command()
@click.option("--practice", "slug", default=None, metavar="SLUG", help="Only this practice.")
def verify(slug: str | None) -> None:
    """Check every entry of the audit trail, its detail, and the seal at its end.

    Exit status 1 when something was changed, removed, swapped or cut off.
    """
    ready()
    from kinfold.domain.audit.trail import verify as verify_trail
    from kinfold.domain.practices.queries import practice_names

    practices = [p for p in practice_names() if slug in {None, p.slug}]
    if slug is not None and not practices:
        raise click.ClickException("No practice of this installation has that short name.")
    faulty = 0
    for practice in practices:
        verdict = verify_trail(practice.id)
        if verdict.fault is None:
            click.echo(f"{practice.slug}: sound, {verdict.entries:,} entries")
        else:
            faulty += 1
            click.echo(f"{practice.slug}: FAULT: {verdict.fault}")
    if not practices:
        click.echo("There is no practice yet.")
    sys.exit(1 if faulty else 0)
