"""The files of exports, kept privately under KINFOLD_HOME until they expire.

A file is named after its export, never after what it is called when it is fetched, and can be read by Kinfold's account
only.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings


def keep(practice_id: UUID, export_id: UUID, content: bytes) -> None:
    """Write a file to the disk for good, before the row that says so is committed; again when a worker died."""
    folder = _folder(practice_id)
    for part in (folder.parent, folder):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _path(practice_id, export_id)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def fetch(practice_id: UUID, export_id: UUID) -> bytes | None:
    """The content, or None when it is gone."""
    try:
        return _path(practice_id, export_id).read_bytes()
    except FileNotFoundError:
        return None


def forget(practice_id: UUID, export_id: UUID) -> None:
    """Remove a file, if it is still there."""
    with suppress(FileNotFoundError):
        _path(practice_id, export_id).unlink()


def kept(practice_id: UUID, before: datetime) -> set[UUID]:
    """The exports of a practice whose files are still there, of those written before a moment.

    A file is there a little earlier than the row that says so.
    """
    found: set[UUID] = set()
    for path in _folder(practice_id).glob("*.export"):
        with suppress(ValueError, FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                found.add(UUID(path.stem))
    return found


def _folder(practice_id: UUID) -> Path:
    return Path(settings.EXPORT_FOLDER) / str(practice_id)


def _path(practice_id: UUID, export_id: UUID) -> Path:
    return _folder(practice_id) / f"{export_id}.export"
