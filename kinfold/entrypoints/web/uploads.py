"""Files that people upload, kept in memory: a temporary file would hold health data or first passwords in the clear."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler

from kinfold.domain.imports.limits import MAX_BYTES


class InMemory(MemoryFileUploadHandler):
    """Keeps as much of a file as may be imported, and knows how long all of it was."""

    def handle_raw_input(self, *_: Any, **__: Any) -> None:
        """Take every file: what is too large is refused with its sentence where it is read."""
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part, unless the file is larger than any that is taken."""
        if start <= MAX_BYTES:
            self.file.write(raw_data)
