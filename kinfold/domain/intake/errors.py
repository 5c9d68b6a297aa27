"""Why intake says no, each in one sentence that says what to do."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict


class RequestAnswered(Conflict):
    """Answers are final."""

    code = "request-answered"
    message = (
        "A request you chose was answered in the meantime, so nothing was changed. Look at the list again."
    )
