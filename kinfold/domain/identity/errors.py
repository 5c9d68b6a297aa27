"""Why the login side says no, each in one sentence that says what to do."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict, DomainError, Gone, InvalidInput, Problem


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


class CodeMistyped(InvalidInput):
    """A registration code that nobody was ever given: its check character does not fit. It counts as no try."""

    code = "code-mistyped"

    def __init__(self) -> None:
        sentence = "There is a typing mistake in this code. Compare it with the one you were given."
        super().__init__([Problem("code", sentence)], sentence)


class CodeRefused(DomainError):
    """Whatever is wrong with a registration code and what was typed with it: never told apart (RELIABILITY 1.3)."""

    code = "code-refused"
    status = 422
    message = (
        "These do not belong together, or the code no longer works. Use the newest code you were given; after 5 "
        "wrong tries, ask your practice for another."
    )
