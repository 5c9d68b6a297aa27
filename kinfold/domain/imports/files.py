"""The files people bring, kept privately under KINFOLD_HOME until their import can no longer be undone.

A file is named after its import, never after what it was called, and can be read by Kinfold's account only. It is
encrypted with the installation key: people are named in it, and it may hold first passwords (SPEC 8.10).
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from kinfold.domain.identity.vault import SealBroken, seal_file, unseal_file
from kinfold.domain.imports.errors import FileRefused

_PURPOSE: Final = "imports.file"


def keep(practice_id: UUID, import_id: UUID, content: bytes) -> None:
    """Write a file to the disk for good, before the row that names it is committed."""
    folder = _folder(practice_id)
    for part in (folder.parent, folder):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _path(practice_id, import_id)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(seal_file(_PURPOSE, content, bound_to=str(import_id)))
        file.flush()
        os.fsync(file.fileno())


def fetch(practice_id: UUID, import_id: UUID, digest: str) -> bytes:
    """The content as it came. Raises FileRefused when it is gone or was changed since."""
    try:
        sealed = _path(practice_id, import_id).read_bytes()
        content = unseal_file(_PURPOSE, sealed, bound_to=str(import_id))
    except FileNotFoundError as error:
        raise FileRefused("There is no such file.") from error
    except OSError as error:
        raise FileRefused("The file cannot be opened.") from error
    except SealBroken as error:
        raise _changed() from error
    if sha256(content).hexdigest() != digest:
        raise _changed()
    return content


def _changed() -> FileRefused:
    return FileRefused("The file was changed after it was uploaded. Upload it again.")


def forget(practice_id: UUID, import_id: UUID) -> None:
    """Remove a file, if it is still there."""
    with suppress(FileNotFoundError):
        _path(practice_id, import_id).unlink()


def kept(practice_id: UUID) -> set[UUID]:
    """The imports of a practice whose files are still there."""
    found: set[UUID] = set()
    for path in _folder(practice_id).glob("*.csv"):
        with suppress(ValueError):
            found.add(UUID(path.stem))
    return found


def _folder(practice_id: UUID) -> Path:
    return Path(settings.IMPORT_FOLDER) / str(practice_id)


def _path(practice_id: UUID, import_id: UUID) -> Path:
    return _folder(practice_id) / f"{import_id}.csv"
