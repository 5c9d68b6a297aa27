"""Why the login side says no, each in one sentence that says what to do."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict, Gone


class LoginExists(Conflict):
    """The address already has a login. Only shown to someone who proved that the mailbox is theirs."""

    code = "login-exists"
    message = "There is already a login with this email address. Sign in with it instead."


class LinkNotKnown(Gone):
    """Never issued, or issued to somebody else or for something else: the three are never told apart."""

    code = "link-not-known"
    message = "This link is not complete or no longer works. Ask for a new one."


class LinkUsed(Gone):
    """Followed to the end before, or replaced since."""

    code = "link-used"
    message = "This link was used or replaced already. Ask for a new one if you still need it."


class LinkExpired(Gone):
    """Too old."""

    code = "link-expired"
    message = "This link has expired. Ask for a new one."


class AddressTaken(Conflict):
    """Another login proved this address first."""

    code = "address-taken"
    message = "Another login already uses this email address, so yours stays as it is."
