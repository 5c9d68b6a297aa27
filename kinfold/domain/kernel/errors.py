"""Why Kinfold says no. Every refusal a person can meet is one of these; each surface renders it its own way.

Messages are sentences that say what to do. They hold no health data and never repeat what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field, so that a form, an import and the API can point at it.

    `row` counts from 0 in forms with several people, and is None in forms with one.
    """

    field: str
    message: str
    row: int | None = None


class DomainError(Exception):
    """A refusal with a stable code, an HTTP-like status and one clear sentence."""

    code = "refused"
    status = 400
    message = "This cannot be done."

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        super().__init__(self.message)


class NotFound(DomainError):
    """Absent, or not yours to see: the two are never told apart (RELIABILITY 1.3)."""

    code = "not-found"
    status = 404
    message = "There is nothing here, or you may not see it."


class NotAllowed(DomainError):
    """The person is known, and their roles do not allow this."""

    code = "not-allowed"
    status = 403
    message = "Your role does not allow this. Ask the practice owner or an administrator."


class NotSignedIn(DomainError):
    """The act needs a signed-in person or a valid token."""

    code = "not-signed-in"
    status = 401
    message = "Sign in to continue."


class InvalidInput(DomainError):
    """Something typed cannot be taken; `problems` names each field and what to do."""

    code = "invalid"
    status = 422
    message = "Some of the information cannot be saved yet."

    def __init__(self, problems: Iterable[Problem], message: str | None = None) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def one(cls, field: str, message: str) -> InvalidInput:
        """One problem with one field."""
        return cls([Problem(field, message)], message)


class Conflict(DomainError):
    """The act is fine, and something that already exists stands in its way."""

    code = "conflict"
    status = 409


class StaleVersion(Conflict):
    """Someone else saved first; nothing of either edit is lost (RELIABILITY 1.10)."""

    code = "stale"
    message = (
        "Someone else changed this while you were editing. Look at their version, then save yours again."
    )


class Gone(DomainError):
    """A link or code that was used, replaced or has expired."""

    code = "gone"
    status = 410


class TooManyTries(DomainError):
    """A limit against guessing or flooding was reached."""

    code = "too-many-tries"
    status = 429
    message = "Too many tries. Wait a few minutes, then try again."
