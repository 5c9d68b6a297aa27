"""A passkey in place of a password, for a login that is about to be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPasskey:
    """What a browser made and the page verified: it recognised its owner, and answers only this installation.

    A passkey names the login that it opens, so the login gets the id that was planned for it.
    """

    login_id: UUID
    credential: Mapping[str, Any]
