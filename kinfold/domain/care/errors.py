"""Why the commands of care say no, each in one sentence that says what to do."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict, NotAllowed


class SessionThere(Conflict):
    """The same two people at the same time are one session."""

    code = "session-there"
    message = "This client has a session with this clinician at that time already."


class SessionCancelled(Conflict):
    """What was called off did not happen and will not."""

    code = "session-cancelled"
    message = "A cancelled session stays cancelled. Book a new one."


class SessionToCome(Conflict):
    """Nobody can say yet how it went."""

    code = "session-to-come"
    message = "This session has not begun yet. It can be cancelled now, and completed when it was held."


class SessionFinal(Conflict):
    """A signature stands for the session as it was signed."""

    code = "session-final"
    message = "The note of this session is signed, so the session stays as it is."


class NoteBegun(Conflict):
    """There is no note of what was not held."""

    code = "note-begun"
    message = "The note of this session was begun, so the session counts as held."


class NotHeld(Conflict):
    """A note is about a session that was held."""

    code = "not-held"
    message = "Only a completed session has a note. Mark the session as completed first."


class NoSupervisor(Conflict):
    """Whoever has to be supervised finalises notes only with a supervisor (SPEC O23)."""

    code = "no-supervisor"
    message = (
        "Your role needs a supervisor and you have none now, so you cannot sign notes. "
        "Ask the practice owner or an administrator to name one."
    )


class NotWaiting(Conflict):
    """Nobody asked for this signature, or it was given."""

    code = "not-waiting"
    message = "This note does not wait for a co-signature."


class NotTheirSupervisor(NotAllowed):
    """A co-signature is the supervisor's word for their supervisee (SPEC 3)."""

    code = "not-their-supervisor"
    message = "You can co-sign only the notes of people whom you supervise now."


class NotYourSession(NotAllowed):
    """A note is signed by whoever held the session."""

    code = "not-your-session"
    message = "Only the clinician who held the session can sign its note."


class NotMet(NotAllowed):
    """Nobody fits, or not exactly one does, or it is somebody else's direct client: never told apart.

    A refusal like others, so that it stays in the trail who looked for people they do not see.
    """

    code = "not-met"
    status = 404
    message = (
        "The practice has no client with this last name and this email address or external ID. "
        "Check both, or ask the front desk."
    )


class DirectClient(Conflict):
    """A direct client is in the care of one therapist, and only that one's supervisor sees it too (SPEC O40)."""

    code = "direct-client"
    message = "This is a direct client, who sees their own therapist only. Choose that therapist."
