"""Steps that several stories of credentials share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kinfold.domain.credentials.commands.keeping import AddCredential, add_credential
from kinfold.domain.credentials.queries.records import CredentialRecord, GetCredentials, get_credentials
from kinfold.domain.kernel import clock
from tests.personas import Cast, Person


def today() -> date:
    """The day it is at Alder Creek, whose clock is UTC's."""
    return clock.today()


def in_days(days: int) -> str:
    """A day so many days from today, as people type it."""
    return (today() + timedelta(days=days)).isoformat()


def licence(cast: Cast, person: Person, *, by: Person | None = None, **changes: Any) -> UUID:
    """Ada, or somebody else, writes down a licence that holds for another year."""
    typed = {
        "category": "licence",
        "title": "LCSW",
        "region": "CA",
        "number": "108842",
        "expires_on": in_days(365),
        **changes,
    }
    return add_credential((by or cast.ada).actor, AddCredential(member_id=person.member_id, **typed))


def cover(cast: Cast, person: Person, **changes: Any) -> UUID:
    """The same for malpractice coverage."""
    typed = {"category": "malpractice", "title": "Harbor Mutual", "region": "", "number": "P-7", **changes}
    return licence(cast, person, **typed)


def in_words(day: date) -> str:
    """A day as sentences say it."""
    return f"{day:%B} {day.day}, {day.year}"


def record(cast: Cast, person: Person) -> CredentialRecord:
    """What is on record, as Ada reads it."""
    return get_credentials(cast.ada.actor, GetCredentials(member_id=person.member_id))
