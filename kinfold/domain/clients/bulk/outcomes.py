"""What became of a client who was chosen for a bulk act, each in words that follow a number of clients."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """It was done, or left for a reason; undoing took it back, or left it for a reason."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """An outcome is what is stored and how people read it."""
        outcome = str.__new__(cls, value)
        outcome._value_ = value
        outcome.words = words
        return outcome

    DONE = "done", "done"
    CHANGED = "changed", "changed by somebody after they were chosen"
    GONE = "gone", "not there any more, or hidden from you by now"
    ARCHIVED = "archived", "archived, so nothing can be changed"
    ACTIVE = "active", "active already"
    THEIRS = "theirs", "with that therapist already"
    UNASSIGNED = "unassigned", "without a therapist already"
    TAGGED = "tagged", "tagged like that already"
    NOT_TAGGED = "not-tagged", "without these tags already"
    NOT_ARCHIVED = "not-archived", "active: archive them first"
    PLANNED = "planned", "planned for deletion already"
    HELD = "held", "under a legal hold"
    TOO_MANY_TAGS = "too-many-tags", "would have too many tags"
    REGISTERED = "registered", "registered already, so they need no code"
    NO_BIRTH_DATE = "no-birth-date", "without a date of birth, which the code is used with: add it first"
    NO_EMAIL = "no-email", "without an email address: print their code instead"
    UNDONE = "undone", "undone"
    UNDONE_ALONE = "undone-alone", "brought back without a therapist: theirs takes no clients now"
    SINCE_CHANGED = "since-changed", "changed since, and kept as they are now"
    SINCE_GONE = "since-gone", "hidden from you by now, and kept as they are"
    NO_THERAPIST = "no-therapist", "kept where they are: their earlier therapist takes no clients now"


# After undoing: what was done and stayed.
KEPT = (Outcome.SINCE_CHANGED, Outcome.SINCE_GONE, Outcome.NO_THERAPIST)
# What left a client alone in the first place.
LEFT = tuple(
    outcome
    for outcome in Outcome
    if outcome not in {*KEPT, Outcome.DONE, Outcome.UNDONE, Outcome.UNDONE_ALONE}
)
