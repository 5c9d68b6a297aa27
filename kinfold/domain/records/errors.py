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


class MergedMeanwhile(Conflict):
    """Somebody else was quicker."""

    code = "merged-meanwhile"
    message = "One of these records was merged into another meanwhile. Open the client again and look."


class SessionsOverlap(Conflict):
    """Two records of one meeting cannot both stay, and which one is right only people know."""

    code = "sessions-overlap"
    message = "Both records have a session with the same clinician at the same time. Cancel one of the two, then merge."


class WishesWait(Conflict):
    """A client has one wish at a time that waits for an answer."""

    code = "wishes-wait"
    message = "A correction was asked for in both records. Answer one of the two, then merge."


class TooMuchTogether(Conflict):
    """The record that stays would hold more than one may."""

    code = "too-much-together"
    message = (
        "Together the two have more tags or IDs than one client can have. Remove some first, then merge."
    )


class CannotUnmerge(Conflict):
    """What was built on the merge has to be taken back before it."""

    code = "merge-not-undoable"
    message = (
        "This merge cannot be undone now: it was undone already, is too long ago, or the record was archived or merged "
        "again since."
    )
