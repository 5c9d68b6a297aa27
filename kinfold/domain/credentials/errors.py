"""Why the commands of credentials say no, each in one sentence that says what to do."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict


class CredentialKnown(Conflict):
    """The same licence or cover stands on record."""

    code = "credential-known"
    message = "This is on record already. Renew or correct that one instead."


class CredentialReplaced(Conflict):
    """Somebody renewed, corrected or removed it since it was read."""

    code = "credential-replaced"
    message = (
        "Somebody changed or removed this in the meantime. Look at what is on record now, then do it again."
    )


class NpiOfAnother(Conflict):
    """Two people of a practice cannot have one NPI."""

    code = "npi-of-another"
    message = "Somebody else on the team has this NPI. Check both."


class ExceptionInForce(Conflict):
    """One exception at a time, so that its reason and its end are clear."""

    code = "exception-in-force"
    message = "An exception is in force already. End it first, or let it run out."


class ExceptionOver(Conflict):
    """What is over stays as it was."""

    code = "exception-over"
    message = "This exception is over already."
