"""Where this installation keeps its data and its key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder of this installation (`KINFOLD_HOME`, default `var/`), private to the account that runs it."""
    folder = Path(os.environ.get("KINFOLD_HOME", "var")).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path) -> str:
    """The installation's key, made on first use and kept outside the database (`KINFOLD_SECRET_KEY` wins).

    Whoever holds both the key and the database can forge links; a stolen database alone cannot (RELIABILITY 1.15).
    """
    given = os.environ.get("KINFOLD_SECRET_KEY")
    if given:
        return given
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(64)
        file.write(key)
    return key
