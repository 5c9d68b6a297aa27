"""Why intake says no, each in one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.kernel.errors import Conflict, InvalidInput, Problem


class RequestAnswered(Conflict):
    """Answers are final."""

    code = "request-answered"
    message = (
        "A request you chose was answered in the meantime, so nothing was changed. Look at the list again."
    )


class InvitedAlready(Conflict):
    """One invitation waits for each person."""

    code = "client-invited-already"
    message = (
        "An invitation to this address waits already. Send it again under Pending, or write another name."
    )


class InvitationNotPending(Conflict):
    """Answers are final."""

    code = "client-invitation-not-pending"
    message = "An invitation you chose was completed or deleted in the meantime, so nothing was changed."


class KnownAddresses(InvalidInput):
    """Clients whom the inviter may see have these addresses. Confirming invites them all the same."""

    code = "known-addresses"
    status = 409
    message = (
        "Clients have some of these addresses already. Look at them, then confirm that these are others."
    )

    def __init__(self, known: Iterable[tuple[int, UUID, str]]) -> None:
        self.known = tuple(known)
        super().__init__(
            [
                Problem("email", f"This is the address of {name}, who is a client already.", row)
                for row, _, name in self.known
            ]
        )
