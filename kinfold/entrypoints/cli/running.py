"""`kinfold run`, `kinfold migrate` and `kinfold worker`."""

from __future__ import annotations

import os
import signal
import socket
import sys
from types import FrameType

import click

from . import start_django

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=min(4, os.cpu_count() or 1),
    show_default="one per processor, at most 4",
    help="How many processes serve pages.",
)
def run(host: str, port: int, workers: int) -> None:
    """Serve Kinfold.

    Brings the database up to date (as KINFOLD_MIGRATION_DATABASE_URL if that is set), then runs the web server and the
    background worker until Ctrl-C ends them all.
    """
    shown = host if host in LOOPBACK else "127.0.0.1"
    os.environ.setdefault("KINFOLD_PUBLIC_URL", f"http://{f'[{shown}]' if ':' in shown else shown}:{port}")
    _check_free(host, port)
    start_django()
    from django.conf import settings
    from django.core.management import call_command

    from kinfold.domain.lifecycle.setup import make_key
    from kinfold.domain.practices.queries import any_practice

    from . import schema
    from .processes import Processes

    applied = schema.update()
    if applied:
        click.echo(f"Brought the database up to date: {len(applied)} changes.")
    call_command("collectstatic", interactive=False, verbosity=0)
    if not any_practice():
        click.echo(
            f"There is no practice yet: open {settings.PUBLIC_URL} to set one up.\nSet-up key, asked for from "
            f"other machines: {make_key()}"
        )
    if host not in LOOPBACK and settings.PUBLIC_URL.startswith("http://127.0.0.1"):
        click.echo("Set KINFOLD_PUBLIC_URL to the address at which people reach this machine.", err=True)
    _close_database()
    family = Processes()
    family.add("web", [sys.executable, "-m", "granian", *_granian(host, port, workers)], needed=True)
    family.add("worker", [sys.executable, "-m", "kinfold", "worker"], needed=False)
    sys.exit(
        family.run(
            when_reachable=(shown, port),
            say=f"Kinfold runs at {settings.PUBLIC_URL} (Ctrl-C ends it).",
        )
    )


@click.command()
def migrate() -> None:
    """Bring the database up to date, as KINFOLD_MIGRATION_DATABASE_URL if that is set."""
    start_django()
    from . import schema

    applied = schema.update()
    click.echo(f"Applied {len(applied)} changes." if applied else "The database is up to date.")


@click.command()
@click.option(
    "--threads", type=click.IntRange(1, 32), default=2, show_default=True, help="Tasks done at a time."
)
def worker(threads: int) -> None:
    """Do background work until Ctrl-C. `kinfold run` starts one by itself."""
    start_django()
    from kinfold.domain.kernel.worker import Worker

    _close_database()
    work = Worker(threads=threads)

    def end(_signal: int, _frame: FrameType | None) -> None:
        work.stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    work.run()


def _granian(host: str, port: int, workers: int) -> list[str]:
    return [
        *("--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)),
        # Few threads: each holds a database connection, and a page is work for the processor.
        *("--blocking-threads", "4", "--backpressure", "64", "--no-ws", "--log-level", "warning"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        "kinfold.config.wsgi:application",
    ]


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another with --port."
            ) from error


def _close_database() -> None:
    """Children and threads open their own connections."""
    from django.db import connections

    connections.close_all()
