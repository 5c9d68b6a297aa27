"""Why somebody cannot leave a team yet, and what to do first."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict


class StillHasClients(Conflict):
    """Nobody's clients are left behind without a word (SPEC section 2: an archived member has no caseload)."""

    code = "still-has-clients"

    def __init__(self, clients: int) -> None:
        self.clients = clients
        whom = "1 client" if clients == 1 else f"{clients} clients"
        super().__init__(
            f"This person has {whom}. Choose who takes them over, or let them wait for a therapist."
        )


class NotReadyToLeave(Conflict):
    """Removal is for good, so everything is handed over before (SPEC O12)."""

    code = "not-ready-to-leave"

    def __init__(self, first: str) -> None:
        super().__init__(f"This person cannot be removed yet. First {first}.")


class NoAdminRole(Conflict):
    """There is nothing to take away."""

    code = "no-admin-role"
    message = "This person holds no admin role."


class IsOwner(Conflict):
    """Of an owner nobody takes a part."""

    code = "is-owner"
    message = "This person is an owner, who may do everything. Take the Owner role away first."


class NotForEverybody(Conflict):
    """An act on several is done to all of them or to none."""

    code = "not-for-everybody"
    message = "This cannot be done to everybody you chose, so nothing was changed. Look at the list again."
