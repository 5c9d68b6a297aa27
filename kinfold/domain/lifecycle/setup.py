"""Setting an installation up: the first practice and its owner, in one act.

On the set-up page this works only while there is no practice, once, and only for someone who can be trusted with it:
a person at this machine, or one who has the set-up key that `kinfold run` printed (docs/decisions/0006). On the command
line it is the operator's, and makes further practices too.
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from kinfold.domain.identity import passwords
from kinfold.domain.identity.commands import create_login
from kinfold.domain.identity.errors import LoginExists
from kinfold.domain.identity.queries import find_login, open_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import Gone, InvalidInput, Problem
from kinfold.domain.kernel.models import Once
from kinfold.domain.kernel.text import clean_name
from kinfold.domain.practices.places import HOME, NOWHERE
from kinfold.domain.practices.queries import any_practice
from kinfold.domain.team.names import name_parts

from .commands import StartPractice, check_practice, start_practice

FIRST_PRACTICE = "first practice"


class AlreadySetUp(Gone):
    """Somebody has set this installation up."""

    code = "already-set-up"
    message = "Kinfold is set up already. Sign in, or ask the practice's owner to invite you."


class WrongKey(InvalidInput):
    """The set-up key is missing or another one."""

    def __init__(self) -> None:
        super().__init__(
            [Problem("key", "Type the set-up key that is printed in the terminal where Kinfold runs.")]
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp:
    """A practice and the person who owns it. Without a password the owner must have a login already."""

    practice_name: str
    slug: str
    owner_name: str
    owner_email: str
    owner_password: str | None
    time_zone: str = NOWHERE
    country: str = HOME
    clients_need_email: bool = True
    demo: bool = False


def set_up(data: SetUp) -> UUID:
    """Create the practice, and its owner's login unless there is one; returns the practice's id.

    Raises InvalidInput naming every field that cannot be taken, and Conflict when the owner belongs to a team already.
    """
    problems = [*_practice_problems(data), *_owner_problems(data)]
    if problems:
        raise InvalidInput(problems)
    email = canonical_email(data.owner_email)
    with transaction.atomic():
        login_id = find_login(email)
        if login_id is None:
            login_id = create_login(email, data.owner_name, data.owner_password, about=(data.practice_name,))
        elif data.owner_password is not None:
            raise LoginExists("This email address has a login already. Leave its password as it is.")
        login = open_login(login_id)
        first, last = name_parts(login.full_name if login else data.owner_name)
        practice_id = start_practice(
            StartPractice(
                name=data.practice_name,
                slug=data.slug,
                owner_login_id=login_id,
                owner_first_name=first,
                owner_last_name=last,
                owner_email=email,
                time_zone=data.time_zone,
                country=data.country,
                clients_need_email=data.clients_need_email,
                demo=data.demo,
            )
        )
        Once.objects.get_or_create(what=FIRST_PRACTICE, defaults={"at": clock.now()})
        transaction.on_commit(forget_key)
    return practice_id


def set_up_first(data: SetUp, *, key: str | None) -> UUID:
    """As `set_up`, for the set-up page: only while there is no practice, and once, however many people try at a time.

    `key` is what was typed as the set-up key, or None from this very machine. Raises AlreadySetUp and WrongKey.
    """
    if any_practice():
        raise AlreadySetUp
    if key is not None and not is_key(key):
        raise WrongKey
    try:
        with transaction.atomic():
            # A second person waits here until the first is done, and then finds the row.
            Once.objects.create(what=FIRST_PRACTICE, at=clock.now())
            if any_practice():
                raise AlreadySetUp
            return set_up(data)
    except IntegrityError:
        raise AlreadySetUp from None


def make_key() -> str:
    """The set-up key of this installation, made on first use: what guards the set-up page from strangers."""
    path = _key_file()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = "-".join(secrets.token_hex(2) for _ in range(8))
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


def is_key(typed: str) -> bool:
    """Whether this is the set-up key. Nothing is, while none was made."""
    try:
        key = _key_file().read_text().strip()
    except FileNotFoundError:
        return False
    return bool(key) and hmac.compare_digest(key.encode(), typed.strip().lower().encode())


def forget_key() -> None:
    """The key is of no use any more."""
    _key_file().unlink(missing_ok=True)


def _key_file() -> Path:
    return Path(settings.HOME) / "setup.key"


def _practice_problems(data: SetUp) -> tuple[Problem, ...]:
    try:
        check_practice(data.practice_name, data.slug, data.time_zone, data.country)
    except InvalidInput as error:
        return error.problems
    return ()


def _owner_problems(data: SetUp) -> list[Problem]:
    problems = []
    email = ""
    try:
        email = canonical_email(data.owner_email)
    except NotAnEmailAddress as error:
        problems.append(Problem("owner_email", error.message))
    has_login = bool(email) and find_login(email) is not None
    if has_login:
        return problems
    try:
        if not clean_name(data.owner_name):
            problems.append(Problem("owner_name", "Enter the owner's first and last name."))
    except ValueError as error:
        problems.append(Problem("owner_name", str(error)))
    if data.owner_password is None:
        problems.append(Problem("owner_password", "Choose a password for the owner."))
    else:
        about = (email, data.owner_name, data.practice_name)
        problems += [
            Problem("owner_password", sentence)
            for sentence in passwords.problems(data.owner_password, about=about)
        ]
    return problems
