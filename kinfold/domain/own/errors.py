"""Why the commands of one's own record say no."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict, InvalidInput


class WishWaits(Conflict):
    """One wish at a time: two would have to be compared."""

    code = "wish-waits"
    message = "The practice has not answered your last request yet. Withdraw it to send another."


class WishAnswered(Conflict):
    """Somebody answered it, or it was withdrawn."""

    code = "wish-answered"
    message = "This request was answered or withdrawn already."


class EditedSince(Conflict):
    """What is asked for would undo what somebody else wrote meanwhile: a person compares the two first."""

    code = "edited-since"
    message = (
        "Somebody changed this since the client asked for the correction. Compare what stands there now with what "
        "they ask for, then accept it again or decline it."
    )


class NothingWished(InvalidInput):
    """Everything that was typed is what stands there already."""

    code = "nothing-wished"
    message = "This is what the practice has already. Change what is wrong, then send it."
