"""Why an export says no."""

from __future__ import annotations

from kinfold.domain.kernel.errors import Conflict, Gone


class NotReady(Conflict):
    """The file is still being made, or could not be."""

    code = "export-not-ready"
    message = "This export is not ready. Open it again to see where it stands."


class ExportExpired(Gone):
    """The file was removed."""

    code = "export-expired"
    message = "This export has expired, and its file was removed. Export again."
