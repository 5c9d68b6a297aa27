"""First passwords in a file of clients: taken only if the owner allows it, and never shown or logged (SPEC 8.10).

They are encrypted as soon as a row is read and hashed before anything is written, so that neither checked rows nor the
practice's records hold one. What one is good for is up to `identity.initial_passwords` (docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from kinfold.domain.clients.profile import Refused
from kinfold.domain.identity import initial_passwords, passwords
from kinfold.domain.identity.vault import seal, unseal
from kinfold.domain.imports.checking import People
from kinfold.domain.imports.errors import FileRefused, NotWaiting
from kinfold.domain.imports.fields import FIRST_PASSWORD, is_private
from kinfold.domain.imports.models import Import
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.practices.models import Practice

# Hashing one takes about a tenth of a second, so that guessing takes long too.
MOST: Final = 2_000
NOTE: Final = (
    "First passwords are not shown. With theirs, a client asks for a registration code by mail, within 30 days, and "
    "chooses a password of their own. An address that has a login keeps it as it is."
)
_PURPOSE: Final = "imports.first-password"
_NO_EMAIL: Final = Refused("A first password needs an email address, which it is used with.")
_NO_BIRTH: Final = Refused("A first password needs a date of birth, which is asked at the first sign-in.")


def are_taken() -> bool:
    """Whether files may bring first passwords to the practice that was entered."""
    return Practice.objects.values_list("initial_passwords", flat=True).get(pk=current_practice_id())


def admit(job: Import) -> None:
    """Refuse a file whose first passwords were allowed when its columns were matched, and are not any more."""
    if FIRST_PASSWORD in job.mapping and not are_taken():
        raise NotWaiting("The practice takes no first passwords any more. Match the columns again.")


def refuse_open_column(header: Sequence[str], mapping: Sequence[str | None]) -> None:
    """Refuse a column for first passwords whose heading does not say so: its first values were shown already."""
    for heading, field in zip(header, mapping, strict=True):
        if field == FIRST_PASSWORD and not is_private(heading):
            why = "First passwords are taken only from a column with the word password in its heading."
            raise InvalidInput([Problem("mapping", why)], why)


class Sealing:
    """Checks the first passwords of one file, row by row, and encrypts those that can be taken."""

    def __init__(self, import_id: UUID, practice_name: str) -> None:
        self._import_id = str(import_id)
        self._practice_name = practice_name
        self._lines: dict[str, int] = {}  # where each address stood beside one that was taken
        self._count = 0

    def sealed(
        self, line: int, cell: str, names: tuple[str, str], email: str, birth_date: str, sound: bool
    ) -> str:
        """The first password of a row as it waits, "" for none, or why it cannot be taken, without repeating it.

        `sound`: all else in the row is right. A row that is left out has its password looked at, and claims no address:
        another row may bring it. Raises FileRefused for more of them than can be hashed.
        """
        password = cell.strip()
        if not password or isinstance(email, Refused) or isinstance(birth_date, Refused):
            return ""  # what is wrong with the others is said there
        if not email or not birth_date:
            return _NO_BIRTH if email else _NO_EMAIL
        earlier = self._lines.get(email)
        if earlier is not None:
            return Refused(
                f"Line {earlier} has a first password for this address, and a login is one person's. Leave it empty."
            )
        known = (name for name in names if not isinstance(name, Refused))
        found = passwords.problems(password, about=(email, *known, self._practice_name))
        if found:
            return Refused(" ".join(found))
        if not sound:
            return ""
        self._lines[email] = line
        self._count += 1
        if self._count > MOST:
            raise FileRefused(
                f"A file brings at most {MOST:,} first passwords. Split it, or leave that column out."
            )
        return seal(_PURPOSE, password, bound_to=self._import_id)


def hashed(people: People, place: int, import_id: UUID, done: Callable[[int], None]) -> People:
    """People whose first passwords, at `place` of their further fields, are hashed. Each tells that they are `done`."""
    further = []
    for row in people.further:
        verifier = ""
        if row[place]:
            verifier = initial_passwords.hashed(unseal(_PURPOSE, row[place], bound_to=str(import_id)))
        further.append((*row[:place], verifier, *row[place + 1 :]))
        done(1)
    return people._replace(further=further)
