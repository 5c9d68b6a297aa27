"""Kinds of mail for tests, in a module of their own so that a worker started by a test knows them too."""

from __future__ import annotations

from uuid import UUID

from kinfold.domain.kernel.secrets import derive
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.messages.kinds import Mail, mail_kind

withdrawn: set[UUID] = set()


@mail_kind("test.link", "A link")
def link(practice_id: UUID | None, subject_id: UUID) -> Mail | None:
    """A mail with a derived link."""
    if subject_id in withdrawn:
        return None
    secret = derive("test.link", str(subject_id))
    return Mail(to="anna.novak@mail.example", subject="A link for you", text=f"Open {secret} – schön\n")


@mail_kind("test.practice", "Something of a practice")
def of_practice(practice_id: UUID | None, subject_id: UUID) -> Mail | None:
    """A mail that says which practice it was rendered in."""
    return Mail(
        to="anna.novak@mail.example",
        subject="Hello",
        text=str(current_practice_id()),
        html=f"<p>{practice_id}</p>",
    )


@mail_kind("test.broken", "A broken one")
def broken(practice_id: UUID | None, subject_id: UUID) -> Mail | None:
    """Fails with a text that nobody may read."""
    raise ValueError("anna.novak@mail.example is ill")
