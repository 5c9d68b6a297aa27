"""Why a record is not deleted, held or released, each in one sentence that says what to do."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict


class HeldAlready(Conflict):
    """One hold is enough: it ends when somebody lifts it."""

    code = "held-already"
    message = "This record is under a legal hold already."


class NotHeld(Conflict):
    """What was lifted, or never set, cannot be lifted."""

    code = "not-held"
    message = "This record is under no legal hold."


class NotPlanned(Conflict):
    """It was taken back already, or the client is gone."""

    code = "not-planned"
    message = (
        "One of these deletions is not planned any more, so nothing was changed. Look at the list again."
    )
