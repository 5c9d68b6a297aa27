"""`kinfold setup` and `kinfold demo`."""

from __future__ import annotations

import os
import sys

import click

from . import ready


@click.command()
@click.option("--name", required=True, help="The practice's name, for example 'Alder Creek Counseling'.")
@click.option("--slug", required=True, help="Its short name: small letters, digits and hyphens.")
@click.option("--owner", "email", required=True, metavar="EMAIL", help="The owner's email address.")
@click.option(
    "--owner-name", default="", help="The owner's first and last name. Asked for when it is missing."
)
@click.option(
    "--time-zone", default="UTC", show_default=True, help="Whose days its pages show: America/New_York."
)
@click.option("--country", default="US", show_default=True, help="Whose phone numbers need no country code.")
@click.option(
    "--clients-without-email", is_flag=True, help="Clients need no email address (children, elders)."
)
def setup(
    name: str,
    slug: str,
    email: str,
    owner_name: str,
    time_zone: str,
    country: str,
    clients_without_email: bool,
) -> None:
    """Create a practice and its owner.

    The owner's password is read from KINFOLD_OWNER_PASSWORD or asked for twice. Somebody who has a login already keeps
    their password.
    """
    ready()
    from kinfold.domain.identity.queries import find_login
    from kinfold.domain.lifecycle.setup import SetUp, set_up

    has_login = find_login(email) is not None
    set_up(
        SetUp(
            practice_name=name,
            slug=slug,
            owner_email=email,
            owner_name="" if has_login else _owner_name(owner_name, email),
            owner_password=None if has_login else _password(),
            time_zone=time_zone,
            country=country,
            clients_need_email=not clients_without_email,
        )
    )
    click.echo(f"{name} is set up, and {email} owns it. Start Kinfold with: kinfold run")


def _owner_name(given: str, email: str) -> str:
    """The name of the owner; without a terminal to ask at, what stands before the @ until they correct it."""
    if given:
        return given
    if sys.stdin.isatty():
        answer: str = click.prompt("Owner's first and last name")
        return answer
    return " ".join(
        email.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    ).title()


def _password() -> str:
    given = os.environ.get("KINFOLD_OWNER_PASSWORD")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise click.UsageError(
            "Put the owner's password into KINFOLD_OWNER_PASSWORD, or run this at a terminal."
        )
    answer: str = click.prompt("Owner's password", hide_input=True, confirmation_prompt="The same again")
    return answer


@click.command()
@click.option(
    "--clients", type=click.IntRange(0, 2_000_000), default=150, show_default=True, help="Clients of each."
)
@click.option(
    "--members", type=click.IntRange(6, 5_000), default=17, show_default=True, help="Members of each."
)
@click.option(
    "--practices", type=click.IntRange(1, 1_000), default=1, show_default=True, help="How many practices."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed invents the same people.")
@click.option("--if-empty", is_flag=True, help="Do nothing when there is a practice already.")
def demo(clients: int, members: int, practices: int, seed: int, if_empty: bool) -> None:
    """Create practices full of invented people, whose logins are shown on the sign-in page.

    Never do this in an installation that holds real people: everybody can read the demo's password.
    """
    ready()
    from kinfold.domain.lifecycle.demo import build_demo, demo_logins
    from kinfold.domain.practices.queries import any_practice

    if if_empty and any_practice():
        return
    made = build_demo(clients=clients, members=members, practices=practices, seed=seed)
    for practice in made:
        click.echo(
            f"{practice.name} ({practice.slug}): {practice.members:,} members, {practice.clients:,} clients"
        )
    click.echo("Sign in as:")
    for login in demo_logins():
        click.echo(f"  {login.label:<14} {login.email}")
    click.echo(f"  with the password: {demo_logins()[0].password}")
