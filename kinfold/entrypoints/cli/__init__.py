"""The `kinfold` command. Each command's module, and Django with it, is loaded only when that command runs."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import cast

import click

# In the order in which help lists them: where each is, and what it does.
COMMANDS = {
    "run": ("running:run", "Serve Kinfold: update the database, then the web server and the worker."),
    "setup": ("practices:setup", "Create a practice and its owner."),
    "demo": ("practices:demo", "Create practices full of invented people."),
    "import-clients": ("imports:import_clients", "Import clients from a file, or say what is wrong with it."),
    "import-members": (
        "imports:import_members",
        "Add team members from a file, or say what is wrong with it.",
    ),
    "audit": ("evidence:audit", "Check the audit trail."),
    "check": ("checking:check", "Say what is unsafe or missing in this installation."),
    "migrate": ("running:migrate", "Bring the database up to date."),
    "worker": ("running:worker", "Do background work only, beside a `kinfold run` elsewhere."),
}

SCHEMES = {"sqlite", "postgres", "postgresql"}


class Commands(click.Group):
    """Finds commands by name, and loads only the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """What there is."""
        return [name for name, (place, _) in COMMANDS.items() if find_spec(_module(place)) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        place, _ = COMMANDS.get(cmd_name, ("", ""))
        if not place or find_spec(_module(place)) is None:
            return None
        return cast("click.Command", getattr(import_module(_module(place)), place.partition(":")[2]))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _module(place: str) -> str:
    return f"{__name__}.{place.partition(':')[0]}"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kinfold", message="%(package)s %(version)s")
def cli() -> None:
    """Kinfold: the people of a group practice, and who may see whom.

    Data lies under KINFOLD_HOME (default: var/). DATABASE_URL, KINFOLD_EMAIL_URL and KINFOLD_PUBLIC_URL say which
    database, which mail server, and at which address people reach it.
    """


def main() -> None:
    """The console script. A refusal is one sentence and exit status 1; wrong usage is 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinfold.config.settings")
    from kinfold.domain.kernel.errors import DomainError, InvalidInput

    try:
        cli(prog_name="kinfold")
    except InvalidInput as error:
        click.echo(f"kinfold: {error.message}", err=True)
        for problem in error.problems:
            click.echo(f"  {problem.field.replace('_', ' ')}: {problem.message}", err=True)
        sys.exit(1)
    except DomainError as error:
        click.echo(f"kinfold: {error.message}", err=True)
        sys.exit(1)


def start_django() -> None:
    """What a command does first. Fails with a sentence when the database cannot be reached."""
    _check_urls()
    import django

    django.setup()
    from django.db import Error, connection

    try:
        connection.ensure_connection()
    except Error as error:
        said = str(error).strip().splitlines()
        raise click.ClickException(
            f"The database of DATABASE_URL cannot be opened: {said[0] if said else type(error).__name__}"
        ) from error


def _check_urls() -> None:
    """Said here, since the settings that read these could only fail with a traceback, and it would show passwords."""
    from urllib.parse import urlsplit

    for name in ("DATABASE_URL", "KINFOLD_MIGRATION_DATABASE_URL"):
        url = os.environ.get(name, "")
        try:
            parts = urlsplit(url)
            good = parts.scheme in SCHEMES and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
        if url and not good:
            raise click.ClickException(
                f"{name} is written sqlite:///path or postgresql://user:password@host:port/name "
                "(with %40 for an @ in the user or password)."
            )


def ready() -> None:
    """As `start_django`, with the database brought up to date first when it is new."""
    start_django()
    from . import schema

    if schema.is_new():
        schema.update()
    elif schema.pending():
        raise click.ClickException("The database is of an older Kinfold. Run: kinfold migrate")
