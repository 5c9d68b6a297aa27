"""Why an import says no."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict, InvalidInput, Problem


class FileRefused(InvalidInput):
    """The file as a whole cannot be read as a table of people; the message says why and what to do."""

    code = "file-refused"

    def __init__(self, message: str, *, line: int | None = None) -> None:
        self.line = line
        super().__init__([Problem("file", message, line)], message)


class NotWaiting(Conflict):
    """The file is being read or imported, or is done with."""

    code = "import-not-waiting"
    message = "This import has moved on. Open it again to see where it stands."


class NothingToImport(Conflict):
    """No row is left once bad ones and likely duplicates are left out."""

    code = "nothing-to-import"
    message = "There is no row to import."


class HasBadRows(Conflict):
    """Rows need fixing, and leaving them out was not asked for."""

    code = "import-has-bad-rows"
    message = "Some rows need fixing. Nothing was imported."


class CannotUndo(Conflict):
    """The import is not there to be undone."""

    code = "import-not-undoable"
    message = (
        "This import cannot be undone: it did not create clients, was undone already, or is too long ago."
    )
